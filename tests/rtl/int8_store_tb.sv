// Saturating and wrapping store of every word of DIR/stores/value.hex against saturated.hex and wrapped.hex.
// +suite=DIR +count=WORDS; +bug=N selects variants with a planted fault.
module int8_store_tb;
  localparam int BUGS = 3;

  logic clk = 1'b0;
  logic reset = 1'b1;
  logic valid = 1'b0;
  logic [31:0] value;
  always #5 clk = ~clk;

  wire [7:0] saturated_of[0:BUGS];
  wire [7:0] wrapped_of[0:BUGS];
  for (genvar b = 0; b <= BUGS; b++) begin : variant
    int8_store #(.SATURATE(1'b1), .BUG(b)) saturating (.clk, .reset, .valid, .value, .y(saturated_of[b]));
    int8_store #(.SATURATE(1'b0), .BUG(b)) wrapping (.clk, .reset, .valid, .value, .y(wrapped_of[b]));
  end

  hex_words #(.WIDTH(32)) value_words ();
  hex_words #(.WIDTH(8)) saturated_words ();
  hex_words #(.WIDTH(8)) wrapped_words ();

  string suite;
  int bug = 0;
  int count = 0;
  bit ok;
  bit value_ok;
  bit saturated_ok;
  bit wrapped_ok;

  task compare(input string tensor, input int index, input logic [7:0] expected, input logic [7:0] got);
    if (ok && got !== expected) begin
      ok = 1'b0;
      $display("FAIL int8_store: first divergence: tensor %0s, index %0d: expected %02x, got %02x, value %08x", tensor,
               index, expected, got, value);
    end
  endtask

  task run;
    if (!$value$plusargs("suite=%s", suite)) suite = "";
    if (!$value$plusargs("count=%d", count)) count = 0;
    if (!$value$plusargs("bug=%d", bug)) bug = 0;
    value_words.load({suite, "/stores/value.hex"}, count, value_ok);
    saturated_words.load({suite, "/stores/saturated.hex"}, count, saturated_ok);
    wrapped_words.load({suite, "/stores/wrapped.hex"}, count, wrapped_ok);
    ok = value_ok && saturated_ok && wrapped_ok && bug >= 0 && bug <= BUGS;
    @(negedge clk);
    reset = 1'b0;
    valid = 1'b1;
    for (int i = 0; ok && i < count; i++) begin
      value = value_words.words[i];
      @(negedge clk);
      compare("saturated", i, saturated_words.words[i], saturated_of[bug]);
      compare("wrapped", i, wrapped_words.words[i], wrapped_of[bug]);
    end
    if (!ok) $fatal(1, "int8_store failed");
    else begin
      $display("PASS int8_store: %0d words", count);
      $finish;
    end
  endtask
endmodule
