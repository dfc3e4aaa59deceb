// Stores an int32 as int8: clamped to [-128, 127], or its low 8 bits.
// BUG plants a fault, which a testbench must find: 1 a saturating store clamps to -127, 2 a saturating
// store looks at 16 bits only, 3 a wrapping store clamps.
module int8_store #(
    parameter bit SATURATE = 1'b1,
    parameter int BUG = 0
) (
    input logic clk,
    input logic reset,
    input logic valid,
    input logic signed [31:0] value,
    output logic signed [7:0] y
);
  localparam logic signed [31:0] SMALLEST = (BUG == 1) ? -127 : -128;

  wire signed [31:0] seen = (BUG == 2) ? {{16{value[15]}}, value[15:0]} : value;
  wire signed [7:0] clamped = (seen > 127) ? 8'sd127 : (seen < SMALLEST) ? SMALLEST[7:0] : seen[7:0];

  always_ff @(posedge clk) begin
    if (reset) y <= '0;
    else if (valid) y <= (SATURATE || BUG == 3) ? clamped : value[7:0];
  end
endmodule
