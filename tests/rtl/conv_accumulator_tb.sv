// Every accumulator of the conv1d cases of a suite. +suite=DIR; +bug=N selects a variant with a planted fault.
// conv_accumulator_cases.svh calls LOAD_CASE for each case, with its number, its id and what its names in the package
// begin with.
`define LOAD_CASE(NUMBER, ID, CASE) \
    if (cases == NUMBER) begin \
      id = ID; \
      batch = CASE``__BATCH; \
      channels = CASE``__CHANNELS; \
      length = CASE``__LENGTH; \
      x_file = CASE``__X__FILE; \
      w_file = CASE``__W__FILE; \
      accumulator_file = CASE``__ACCUMULATOR__FILE; \
      x_count = CASE``__X__WORDS; \
      w_count = CASE``__W__WORDS; \
      accumulator_count = CASE``__ACCUMULATOR__WORDS; \
    end

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

  // The case that is loaded.
  string id;
  int batch;
  int channels;
  int length;
  string x_file;
  string w_file;
  string accumulator_file;
  int x_count;
  int w_count;
  int accumulator_count;

  // x (batch, channels, length), w (channels, TAPS), accumulator (batch, channels, length)
  task run_case;
    bit x_ok;
    bit w_ok;
    bit accumulator_ok;
    x_words.load({suite, "/", x_file}, x_count, x_ok);
    w_words.load({suite, "/", w_file}, w_count, w_ok);
    accumulator_words.load({suite, "/", accumulator_file}, accumulator_count, accumulator_ok);
    ok = x_ok && w_ok && accumulator_ok;
    if (x_count != batch * channels * length || w_count != channels * TAPS || accumulator_count != x_count) begin
      ok = 1'b0;
      $display("FAIL case %0s: the package's counts do not fit its dimensions", id);
    end
    for (int i = 0; ok && i < accumulator_count; i++) begin
      for (int k = 0; k < TAPS; k++) w[8*k+:8] = w_words.words[((i/length)%channels)*TAPS+k];
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
    end
    cases++;
    words += accumulator_count;
  endtask

  task run;
    if (!$value$plusargs("suite=%s", suite)) ok = 1'b0;
    if (!$value$plusargs("bug=%d", bug)) bug = 0;
    if (bug < 0 || bug > BUGS) ok = 1'b0;
    @(negedge clk);
    reset = 1'b0;
    id = "-";
    while (ok && id != "") begin
      id = "";
      `include "conv_accumulator_cases.svh"
      if (id != "") run_case();
    end
    if (!ok || cases == 0) $fatal(1, "conv_accumulator failed");
    else begin
      $display("PASS conv_accumulator: %0d cases, %0d words", cases, words);
      $finish;
    end
  endtask
endmodule
`undef LOAD_CASE
