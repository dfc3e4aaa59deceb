// The accumulator of a causal depthwise convolution: with every valid clock one sample x of a sequence enters, and acc
// becomes the sum over k of w[k] * x[t - TAPS + 1 + k]. Samples before the first of a sequence read 0. Tap k is bits
// 8k+7..8k of w: the oldest sample's tap is lowest.
// BUG plants a fault, which a testbench must find: 1 the taps are in reverse order, 2 the samples of the last sequence
// are still there when the next one starts, 3 samples are not sign-extended.
module conv_accumulator #(
    parameter int TAPS = 4,  // 2 or more
    parameter int ACCUMULATOR_BITS = 32,  // 16 + ceil(log2(TAPS)) or more: no sum overflows
    parameter int BUG = 0
) (
    input logic clk,
    input logic reset,
    input logic valid,
    input logic first,
    input logic [7:0] x,
    input logic [8*TAPS-1:0] w,
    output logic signed [ACCUMULATOR_BITS-1:0] acc
);
  logic [8*(TAPS-1)-1:0] history;  // the last TAPS-1 samples, the oldest lowest
  wire [8*(TAPS-1)-1:0] past = (first && BUG != 2) ? '0 : history;
  wire [8*TAPS-1:0] window = {x, past};

  function automatic logic signed [ACCUMULATOR_BITS-1:0] sum_of_products(input logic [8*TAPS-1:0] samples,
                                                                        input logic [8*TAPS-1:0] weights);
    logic signed [8:0] sample;
    logic signed [7:0] weight;
    logic signed [16:0] product;
    sum_of_products = '0;
    for (int k = 0; k < TAPS; k++) begin
      sample = {(BUG == 3) ? 1'b0 : samples[8*k+7], samples[8*k+:8]};
      weight = weights[8*((BUG == 1) ? TAPS - 1 - k : k)+:8];
      product = 17'(sample) * 17'(weight);
      sum_of_products = sum_of_products + ACCUMULATOR_BITS'(product);
    end
  endfunction

  always_ff @(posedge clk) begin
    if (reset) begin
      history <= '0;
      acc <= '0;
    end else if (valid) begin
      history <= window[8*TAPS-1:8];
      acc <= sum_of_products(window, w);
    end
  end
endmodule
