// Every accumulator of the linear W8A8 cases of a suite. +suite=DIR; +bug=N selects a variant with a planted fault.
module dot_product_lane_tb;
  localparam int BUGS = 3;

  logic clk = 1'b0;
  logic reset = 1'b1;
  logic valid = 1'b0;
  logic first;
  logic [7:0] x;
  logic [7:0] w;
  always #5 clk = ~clk;

  wire [31:0] acc_of[0:BUGS];
  for (genvar b = 0; b <= BUGS; b++) begin : variant
    dot_product_lane #(.BUG(b)) lane (.clk, .reset, .valid, .first, .x, .w, .acc(acc_of[b]));
  end

  hex_words #(.WIDTH(8)) x_words ();
  hex_words #(.WIDTH(8)) w_words ();
  hex_words #(.WIDTH(32)) accumulator_words ();

  string suite;
  int bug = 0;
  int cases = 0;
  int words = 0;
  bit ok = 1'b1;

  // x (rows, depth), w (columns, depth), accumulator (rows, columns)
  task run_case(input string id, input int rows, input int columns, input int depth);
    string folder;
    bit x_ok;
    bit w_ok;
    bit accumulator_ok;
    int i;
    if (ok) begin
      folder = {suite, "/cases/", id};
      x_words.load({folder, "/x.hex"}, rows * depth, x_ok);
      w_words.load({folder, "/w.hex"}, columns * depth, w_ok);
      accumulator_words.load({folder, "/accumulator.hex"}, rows * columns, accumulator_ok);
      ok = x_ok && w_ok && accumulator_ok;
      i = 0;
      while (ok && i < rows * columns) begin
        valid = 1'b1;
        for (int k = 0; k < depth; k++) begin
          first = k == 0;
          x = x_words.words[(i/columns)*depth+k];
          w = w_words.words[(i%columns)*depth+k];
          @(negedge clk);
        end
        valid = 1'b0;
        if (acc_of[bug] !== accumulator_words.words[i]) begin
          ok = 1'b0;
          $display("FAIL dot_product_lane: first divergence: case %0s, tensor accumulator, index %0d: expected %08x, got %08x",
                   id, i, accumulator_words.words[i], acc_of[bug]);
        end
        i++;
      end
      cases++;
      words += rows * columns;
    end
  endtask

  task run;
    if (!$value$plusargs("suite=%s", suite)) ok = 1'b0;
    if (!$value$plusargs("bug=%d", bug)) bug = 0;
    if (bug < 0 || bug > BUGS) ok = 1'b0;
    @(negedge clk);
    reset = 1'b0;
    `include "dot_product_lane_cases.svh"
    if (!ok || cases == 0) $fatal(1, "dot_product_lane failed");
    else begin
      $display("PASS dot_product_lane: %0d cases, %0d words", cases, words);
      $finish;
    end
  endtask
endmodule
