// Every accumulator of the conv1d cases of a suite. +suite=DIR; +bug=N selects a variant with a planted fault.
// conv_accumulator_cases.svh calls RUN_CASE for each case, with its id and what its names in the package begin with.
`define RUN_CASE(ID, CASE) run_case(ID, CASE``__X__FILE, CASE``__X__WORDS, CASE``__W__FILE, CASE``__W__WORDS, \
    CASE``__ACCUMULATOR__FILE, CASE``__ACCUMULATOR__WORDS, CASE``__BATCH, CASE``__CHANNELS, CASE``__LENGTH);

module conv_accumulator_tb;
  import qref_vectors_pkg::*;

  localparam int BUGS = 3;
  localparam int TAPS = 4;

  logic clk = 1'b0;
  logic reset = 1'b1;
  logic valid = 1'b0;
  logic first;
  logic [7:0] x;
  logic [8*TAPS-1:0] w;
  always #5 clk = ~clk;

  wire [31:0] acc_of[0:BUGS];
  for (genvar b = 0; b <= BUGS; b++) begin : variant
    conv_accumulator #(.TAPS(TAPS), .BUG(b)) accumulator (.clk, .reset, .valid, .first, .x, .w, .acc(acc_of[b]));
  end

  hex_words #(.WIDTH(8)) x_words ();
  hex_words #(.WIDTH(8)) w_words ();
  hex_words #(.WIDTH(32)) accumulator_words ();

  string suite;
  int bug = 0;
  int cases = 0;
  int words = 0;
  bit ok = 1'b1;

  // x (batch, channels, length), w (channels, TAPS), accumulator (batch, channels, length)
  task run_case(input string id, input string x_file, input int x_count, input string w_file, input int w_count,
                input string accumulator_file, input int accumulator_count, input int batch, input int channels,
                input int length);
    bit x_ok;
    bit w_ok;
    bit accumulator_ok;
    int i;
    int channel;
    if (ok) begin
      x_words.load({suite, "/", x_file}, x_count, x_ok);
      w_words.load({suite, "/", w_file}, w_count, w_ok);
      accumulator_words.load({suite, "/", accumulator_file}, accumulator_count, accumulator_ok);
      ok = x_ok && w_ok && accumulator_ok;
      if (x_count != batch * channels * length || w_count != channels * TAPS || accumulator_count != x_count) begin
        ok = 1'b0;
        $display("FAIL case %0s: the package's counts do not fit its dimensions", id);
      end
      i = 0;
      while (ok && i < accumulator_count) begin
        channel = (i / length) % channels;
        for (int k = 0; k < TAPS; k++) w[8*k+:8] = w_words.words[channel*TAPS+k];
        valid = 1'b1;
        first = i % length == 0;
        x = x_words.words[i];
        @(negedge clk);
        valid = 1'b0;
        if (acc_of[bug] !== accumulator_words.words[i]) begin
          ok = 1'b0;
          $display("FAIL conv_accumulator: first divergence: case %0s, tensor accumulator, index %0d: expected %x, got %x",
                   id, i, accumulator_words.words[i], acc_of[bug]);
        end
        i++;
      end
      cases++;
      words += accumulator_count;
    end
  endtask

  task run;
    if (!$value$plusargs("suite=%s", suite)) ok = 1'b0;
    if (!$value$plusargs("bug=%d", bug)) bug = 0;
    if (bug < 0 || bug > BUGS) ok = 1'b0;
    @(negedge clk);
    reset = 1'b0;
    `include "conv_accumulator_cases.svh"
    if (!ok || cases == 0) $fatal(1, "conv_accumulator failed");
    else begin
      $display("PASS conv_accumulator: %0d cases, %0d words", cases, words);
      $finish;
    end
  endtask
endmodule
`undef RUN_CASE
