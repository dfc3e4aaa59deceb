// Every accumulator of the conv1d cases of a suite. +suite=DIR; +bug=N selects a variant with a planted fault.
module conv_accumulator_tb;
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
  task run_case(input string id, input int batch, input int channels, input int length);
    string folder;
    bit x_ok;
    bit w_ok;
    bit accumulator_ok;
    int count;
    int i;
    int channel;
    if (ok) begin
      folder = {suite, "/cases/", id};
      count = batch * channels * length;
      x_words.load({folder, "/x.hex"}, count, x_ok);
      w_words.load({folder, "/w.hex"}, channels * TAPS, w_ok);
      accumulator_words.load({folder, "/accumulator.hex"}, count, accumulator_ok);
      ok = x_ok && w_ok && accumulator_ok;
      i = 0;
      while (ok && i < count) begin
        channel = (i / length) % channels;
        for (int k = 0; k < TAPS; k++) w[8*k+:8] = w_words.words[channel*TAPS+k];
        valid = 1'b1;
        first = i % length == 0;
        x = x_words.words[i];
        @(negedge clk);
        valid = 1'b0;
        if (acc_of[bug] !== accumulator_words.words[i]) begin
          ok = 1'b0;
          $display("FAIL conv_accumulator: first divergence: case %0s, tensor accumulator, index %0d: expected %08x, got %08x",
                   id, i, accumulator_words.words[i], acc_of[bug]);
        end
        i++;
      end
      cases++;
      words += count;
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
