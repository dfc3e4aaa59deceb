// One simulation for the testbenches that are driven by .hex files: +stage=NAME says which of them runs.
module stages_tb #(
    parameter int ACCUMULATOR_BITS = 32,
    parameter bit SATURATE = 1'b0
);
  dot_product_lane_tb #(.ACCUMULATOR_BITS(ACCUMULATOR_BITS), .SATURATE(SATURATE)) dot_product_lane_test ();
  conv_accumulator_tb conv_accumulator_test ();
  int8_store_tb int8_store_test ();

  string stage;
  initial begin
    if (!$value$plusargs("stage=%s", stage)) stage = "";
    if (stage == "dot_product_lane") dot_product_lane_test.run();
    else if (stage == "conv_accumulator") conv_accumulator_test.run();
    else if (stage == "int8_store") int8_store_test.run();
    else $fatal(1, "+stage= is missing or names no stage");
  end
endmodule
