// Every accumulator of the linear W8A8 cases of a suite. +suite=DIR; +bug=N selects a variant with a planted fault.
// dot_product_lane_cases.svh calls LOAD_CASE for each case, with its number, its id and what its names in the package
// begin with.
`define LOAD_CASE(NUMBER, ID, CASE) \
    if (cases == NUMBER) begin \
      id = ID; \
      rows = CASE``__ROWS; \
      columns = CASE``__COLUMNS; \
      depth = CASE``__DEPTH; \
      x_file = CASE``__X__FILE; \
      w_file = CASE``__W__FILE; \
      accumulator_file = CASE``__ACCUMULATOR__FILE; \
      x_count = CASE``__X__WORDS; \
      w_count = CASE``__W__WORDS; \
      accumulator_count = CASE``__ACCUMULATOR__WORDS; \
    end

module dot_product_lane_tb #(
    parameter int ACCUMULATOR_BITS = 32,
    parameter bit SATURATE = 1'b0
);
  import qref_vectors_pkg::*;

  localparam int BUGS = 3;

  logic clk = 1'b0;
  logic reset = 1'b1;
  logic valid = 1'b0;
  logic first;
  logic [7:0] x;
  logic [7:0] w;
  always #5 clk = ~clk;

  wire [ACCUMULATOR_BITS-1:0] acc_of[0:BUGS];
  for (genvar b = 0; b <= BUGS; b++) begin : variant
    dot_product_lane #(.ACCUMULATOR_BITS(ACCUMULATOR_BITS), .SATURATE(SATURATE), .BUG(b)) lane (
        .clk, .reset, .valid, .first, .x, .w, .acc(acc_of[b]));
  end

  hex_words #(.WIDTH(8)) x_words ();
  hex_words #(.WIDTH(8)) w_words ();
  hex_words #(.WIDTH(ACCUMULATOR_BITS)) accumulator_words ();

  string suite;
  int bug = 0;
  int cases = 0;
  int words = 0;
  bit ok = 1'b1;

  // The case that is loaded.
  string id;
  int rows;
  int columns;
  int depth;
  string x_file;
  string w_file;
  string accumulator_file;
  int x_count;
  int w_count;
  int accumulator_count;

  // x (rows, depth), w (columns, depth), accumulator (rows, columns)
  task run_case;
    bit x_ok;
    bit w_ok;
    bit accumulator_ok;
    x_words.load({suite, "/", x_file}, x_count, x_ok);
    w_words.load({suite, "/", w_file}, w_count, w_ok);
    accumulator_words.load({suite, "/", accumulator_file}, accumulator_count, accumulator_ok);
    ok = x_ok && w_ok && accumulator_ok;
    if (x_count != rows * depth || w_count != columns * depth || accumulator_count != rows * columns) begin
      ok = 1'b0;
      $display("FAIL case %0s: the package's counts do not fit its dimensions", id);
    end
    for (int i = 0; ok && i < accumulator_count; i++) begin
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
        $display("FAIL dot_product_lane: first divergence: case %0s, tensor accumulator, index %0d: expected %x, got %x",
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
      `include "dot_product_lane_cases.svh"
      if (id != "") run_case();
    end
    if (!ok || cases == 0) $fatal(1, "dot_product_lane failed");
    else begin
      $display("PASS dot_product_lane: %0d cases, %0d words", cases, words);
      $finish;
    end
  endtask
endmodule
`undef LOAD_CASE
