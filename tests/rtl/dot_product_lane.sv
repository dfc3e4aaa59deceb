// One lane of a W8A8 dot product: with every valid clock acc becomes (first ? 0 : acc) + x * w.
// A step that leaves the accumulator's width clamps or wraps there and then, as qref_accumulate does.
// BUG plants a fault, which a testbench must find: 1 x is not sign-extended, 2 the accumulator keeps 16 bits,
// 3 `first` is ignored.
module dot_product_lane #(
    parameter int ACCUMULATOR_BITS = 32,  // 16..32
    parameter bit SATURATE = 1'b0,
    parameter int BUG = 0
) (
    input logic clk,
    input logic reset,
    input logic valid,
    input logic first,
    input logic signed [7:0] x,
    input logic signed [7:0] w,
    output logic signed [ACCUMULATOR_BITS-1:0] acc
);
  localparam logic signed [ACCUMULATOR_BITS-1:0] LARGEST = {1'b0, {(ACCUMULATOR_BITS - 1) {1'b1}}};
  localparam logic signed [ACCUMULATOR_BITS-1:0] SMALLEST = {1'b1, {(ACCUMULATOR_BITS - 1) {1'b0}}};

  wire x_sign = (BUG == 1) ? 1'b0 : x[7];
  wire signed [8:0] x_extended = {x_sign, x};
  wire signed [16:0] product = 17'(x_extended) * 17'(w);

  wire signed [ACCUMULATOR_BITS-1:0] start = (first && BUG != 3) ? '0 : acc;
  wire signed [ACCUMULATOR_BITS:0] sum = (ACCUMULATOR_BITS + 1)'(start) + (ACCUMULATOR_BITS + 1)'(product);
  wire overflows = sum[ACCUMULATOR_BITS] != sum[ACCUMULATOR_BITS-1];

  wire signed [ACCUMULATOR_BITS-1:0] wrapped =
      (BUG == 2) ? {{(ACCUMULATOR_BITS - 15) {sum[15]}}, sum[14:0]} : sum[ACCUMULATOR_BITS-1:0];
  wire signed [ACCUMULATOR_BITS-1:0] clamped = sum[ACCUMULATOR_BITS] ? SMALLEST : LARGEST;

  always_ff @(posedge clk) begin
    if (reset) acc <= '0;
    else if (valid) acc <= (SATURATE && overflows) ? clamped : wrapped;
  end
endmodule
