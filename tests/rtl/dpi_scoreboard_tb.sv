// Random stimulus through the integer stages, every clock of every stage compared with the DPI-C library.
// +seed=N +steps=N; +bug=N selects variants with a planted fault, of the stage that +stage=NAME names or of all.
module dpi_scoreboard_tb;
  import qref_dpi_pkg::*;

  localparam int BUGS = 3;
  localparam int TAPS = 4;
  localparam int NARROW_BITS = 19;

  logic clk = 1'b0;
  logic reset = 1'b1;
  logic valid;
  logic first;
  logic [7:0] x;
  logic [8*TAPS-1:0] w;
  logic [31:0] value;
  always #5 clk = ~clk;

  wire signed [31:0] lane_of[0:BUGS];
  wire signed [NARROW_BITS-1:0] saturating_lane_of[0:BUGS];
  wire signed [NARROW_BITS-1:0] wrapping_lane_of[0:BUGS];
  wire signed [31:0] conv_of[0:BUGS];
  wire signed [7:0] saturated_of[0:BUGS];
  wire signed [7:0] wrapped_of[0:BUGS];
  for (genvar b = 0; b <= BUGS; b++) begin : variant
    dot_product_lane #(.BUG(b)) lane (.clk, .reset, .valid, .first, .x, .w(w[7:0]), .acc(lane_of[b]));
    dot_product_lane #(.ACCUMULATOR_BITS(NARROW_BITS), .SATURATE(1'b1), .BUG(b)) saturating_lane (
        .clk, .reset, .valid, .first, .x, .w(w[7:0]), .acc(saturating_lane_of[b]));
    dot_product_lane #(.ACCUMULATOR_BITS(NARROW_BITS), .SATURATE(1'b0), .BUG(b)) wrapping_lane (
        .clk, .reset, .valid, .first, .x, .w(w[7:0]), .acc(wrapping_lane_of[b]));
    conv_accumulator #(.TAPS(TAPS), .BUG(b)) conv (.clk, .reset, .valid, .first, .x, .w, .acc(conv_of[b]));
    int8_store #(.SATURATE(1'b1), .BUG(b)) saturating_store (.clk, .reset, .valid, .value, .y(saturated_of[b]));
    int8_store #(.SATURATE(1'b0), .BUG(b)) wrapping_store (.clk, .reset, .valid, .value, .y(wrapped_of[b]));
  end

  int seed = 1;
  int steps = 20000;
  int bug = 0;
  string stage = "all";
  int clamps = 0;
  int wraps = 0;
  bit ok = 1'b1;

  // Expected values; an idle clock leaves them.
  int lane = 0;
  int saturating_lane = 0;
  int wrapping_lane = 0;
  int conv = 0;
  int saturated = 0;
  int wrapped = 0;
  logic [8*TAPS-1:0] window = '0;

  // The planted fault that a stage has.
  function automatic int bug_of(input string name);
    return (stage == "all" || stage == name) ? bug : 0;
  endfunction

  task automatic compare(input string tensor, input int step, input int expected, input int got);
    if (ok && got !== expected) begin
      ok = 1'b0;
      $display("FAIL dpi_scoreboard: first divergence: tensor %0s, index %0d: expected %08x, got %08x", tensor, step,
               expected, got);
    end
  endtask

  task automatic stimulate(input int step);
    longint unsigned bits;
    bits = qref_dpi_random_bits(longint'(seed), 0, longint'(step));
    x = bits[7:0];
    w = bits[39:8];
    // Sequences of about 128 samples, an idle clock in 8, x often at a limit or 0, and squares.
    first = step == 0 || bits[46:40] == 0;
    valid = step == 0 || bits[49:47] != 0;
    if (bits[52:50] == 0) x = {x[7], {7{~x[7]}}};
    if (bits[55:53] == 0) w[7:0] = x;
    if (bits[63:61] == 0) x = '0;
    value = int'(qref_dpi_random_bits(longint'(seed), 1, longint'(step)));
    value = $signed(value) >>> bits[60:56];
  endtask

  // What the library says of this clock.
  task automatic expect_results;
    if (valid) begin
      if (first) begin
        lane = 0;
        saturating_lane = 0;
        wrapping_lane = 0;
        window = '0;
      end
      clamps += qref_dpi_accumulate_overflows(saturating_lane, int'(x), int'(w[7:0]), NARROW_BITS);
      wraps += qref_dpi_accumulate_overflows(wrapping_lane, int'(x), int'(w[7:0]), NARROW_BITS);
      lane = qref_dpi_accumulate(lane, int'(x), int'(w[7:0]), 32, QREF_OVERFLOW_WRAP);
      saturating_lane =
          qref_dpi_accumulate(saturating_lane, int'(x), int'(w[7:0]), NARROW_BITS, QREF_OVERFLOW_SATURATE);
      wrapping_lane = qref_dpi_accumulate(wrapping_lane, int'(x), int'(w[7:0]), NARROW_BITS, QREF_OVERFLOW_WRAP);
      window = {x, window[8*TAPS-1:8]};
      conv = qref_dpi_dot_i8(0, longint'(window), longint'(w), TAPS, 32, QREF_OVERFLOW_WRAP);
      saturated = qref_dpi_saturate_i8(value);
      wrapped = qref_dpi_wrap_i8(value);
    end
  endtask

  task run;
    if (!$value$plusargs("seed=%d", seed)) seed = 1;
    if (!$value$plusargs("steps=%d", steps)) steps = 20000;
    if (!$value$plusargs("bug=%d", bug)) bug = 0;
    if (!$value$plusargs("stage=%s", stage)) stage = "all";
    if (bug < 0 || bug > BUGS) ok = 1'b0;
    valid = 1'b0;
    @(negedge clk);
    reset = 1'b0;
    for (int i = 0; ok && i < steps; i++) begin
      stimulate(i);
      expect_results();
      @(negedge clk);
      compare("lane", i, lane, lane_of[bug_of("lane")]);
      compare("saturating_lane", i, saturating_lane, int'(saturating_lane_of[bug_of("saturating_lane")]));
      compare("wrapping_lane", i, wrapping_lane, int'(wrapping_lane_of[bug_of("wrapping_lane")]));
      compare("conv", i, conv, conv_of[bug_of("conv")]);
      compare("saturated", i, saturated, int'(saturated_of[bug_of("saturated")]));
      compare("wrapped", i, wrapped, int'(wrapped_of[bug_of("wrapped")]));
    end
    // A run that never leaves an accumulator's width proves nothing of how that is handled.
    if (ok && (clamps == 0 || wraps == 0)) begin
      ok = 1'b0;
      $display("FAIL dpi_scoreboard: %0d clamps and %0d wraps in the narrow accumulators", clamps, wraps);
    end
    if (!ok) $fatal(1, "dpi_scoreboard failed");
    else begin
      $display("PASS dpi_scoreboard: %0d steps of 6 stages, %0d clamps, %0d wraps", steps, clamps, wraps);
      $finish;
    end
  endtask
endmodule
