// What follows the accumulator, by the DPI-C library with the scales of the suite's package, against the words of a
// suite whose profile is quamba: linear W8A8 in all its forms, and conv1d with SiLU. +suite=DIR
// requantize_cases.svh calls RUN_<op> for each case, with its id and what its names in the package begin with.
`define RUN_LINEAR(ID, CASE, Y, SCALE, FORM, ROUNDING) run_linear(ID, CASE``__ACCUMULATOR__FILE, \
    CASE``__ACCUMULATOR__WORDS, CASE``__WEIGHT_SCALE__FILE, CASE``__WEIGHT_SCALE__WORDS, \
    CASE``__BEFORE_ROUNDING__FILE, CASE``__``Y``__FILE, CASE``__``Y``__BITS, SCALE, FORM, ROUNDING);
`define RUN_LINEAR_W8A8(ID, CASE) \
    `RUN_LINEAR(ID, CASE, Y, CASE``__INPUT_SCALE, QREF_DPI_LINEAR_TENSOR, QREF_ROUND_HALF_EVEN)
`define RUN_LINEAR_W8A8_PARALLEL(ID, CASE) `RUN_LINEAR_W8A8(ID, CASE)
`define RUN_LINEAR_W8A8_F16(ID, CASE) \
    `RUN_LINEAR(ID, CASE, Y_F16, CASE``__INPUT_SCALE, QREF_DPI_LINEAR_TENSOR, QREF_ROUND_HALF_EVEN)
`define RUN_LINEAR_W8A8_ROW(ID, CASE) `RUN_LINEAR(ID, CASE, Y, 0, QREF_DPI_LINEAR_ROW, QREF_ROUND_HALF_EVEN)
`define RUN_LINEAR_W8A8_PER_CHANNEL(ID, CASE) \
    `RUN_LINEAR(ID, CASE, Y, CASE``__INPUT_SCALE, QREF_DPI_LINEAR_PER_CHANNEL, QREF_ROUND_HALF_AWAY)
`define RUN_CONV1D_SILU(ID, CASE) run_conv1d(ID, CASE``__ACCUMULATOR__FILE, CASE``__ACCUMULATOR__WORDS, \
    CASE``__BIAS__FILE, CASE``__BIAS__WORDS, CASE``__BEFORE_ACTIVATION__FILE, CASE``__Y__FILE, CASE``__LENGTH, \
    CASE``__W_SCALE, CASE``__X_SCALE, CASE``__BIAS_SCALE, CASE``__OUT_SCALE, CASE``__SILU);

module requantize_tb;
  import qref_dpi_pkg::*;
  import qref_vectors_pkg::*;

  hex_words #(.WIDTH(32)) accumulators ();
  hex_words #(.WIDTH(32)) scales ();
  hex_words #(.WIDTH(8)) biases ();
  hex_words #(.WIDTH(32)) values ();
  hex_words #(.WIDTH(8)) y8 ();
  hex_words #(.WIDTH(16)) y16 ();

  string suite;
  int bug = 0;
  int cases = 0;
  int words = 0;
  bit ok = 1'b1;
  bit loaded;

  task compare(input string id, input string tensor, input int index, input int expected, input int got);
    if (ok && got !== expected) begin
      ok = 1'b0;
      $display("FAIL requantize: first divergence: case %0s, tensor %0s, index %0d: expected %x, got %x", id, tensor,
               index, expected, got);
    end
  endtask

  task run_linear(input string id, input string accumulator_file, input int count, input string scale_file,
                  input int scale_count, input string value_file, input string y_file, input int y_bits,
                  input int unsigned input_scale, input int form, input int rounding);
    int acc;
    int unsigned scale;
    int unsigned value;
    accumulators.load({suite, "/", accumulator_file}, count, loaded);
    ok = ok && loaded;
    scales.load({suite, "/", scale_file}, scale_count, loaded);
    ok = ok && loaded;
    values.load({suite, "/", value_file}, count, loaded);
    ok = ok && loaded;
    if (y_bits == 16) y16.load({suite, "/", y_file}, count, loaded);
    else y8.load({suite, "/", y_file}, count, loaded);
    ok = ok && loaded;
    for (int i = 0; ok && i < count; i++) begin
      acc = int'(accumulators.words[i]);
      // A scale for each output column, or one.
      scale = scales.words[i%scale_count];
      value = qref_dpi_linear_before_rounding(acc, scale, input_scale, form);
      compare(id, "before_rounding", i, int'(values.words[i]), int'(value));
      if (y_bits == 16) compare(id, "y_f16", i, int'(y16.words[i]), qref_dpi_f16_from_f32(value));
      else
        compare(id, "y", i, int'($signed(y8.words[i])),
                qref_dpi_requantize_linear(acc, scale, input_scale, form, bug == 1 ? QREF_ROUND_FLOOR : rounding,
                                           QREF_OVERFLOW_SATURATE));
    end
    cases++;
    words += count;
  endtask

  task run_conv1d(input string id, input string accumulator_file, input int count, input string bias_file,
                  input int channels, input string value_file, input string y_file, input int length,
                  input int unsigned w_scale, input int unsigned x_scale, input int unsigned bias_scale,
                  input int unsigned out_scale, input bit silu);
    int acc;
    int unsigned bias;
    int unsigned wx_scale;
    accumulators.load({suite, "/", accumulator_file}, count, loaded);
    ok = ok && loaded;
    biases.load({suite, "/", bias_file}, channels, loaded);
    ok = ok && loaded;
    values.load({suite, "/", value_file}, count, loaded);
    ok = ok && loaded;
    y8.load({suite, "/", y_file}, count, loaded);
    ok = ok && loaded;
    wx_scale = qref_dpi_mul_f32(w_scale, x_scale);
    for (int i = 0; ok && i < count; i++) begin
      acc = int'(accumulators.words[i]);
      bias = qref_dpi_f32_from_i32(int'($signed(biases.words[(i/length)%channels])));
      bias = qref_dpi_mul_f32(bias, bias_scale);
      compare(id, "before_activation", i, int'(values.words[i]),
              int'(qref_dpi_conv1d_before_activation(acc, wx_scale, bias)));
      compare(id, "y", i, int'($signed(y8.words[i])),
              qref_dpi_requantize_conv1d(acc, wx_scale, bias, out_scale, int'(silu && bug != 2), QREF_ROUND_HALF_AWAY,
                                         QREF_OVERFLOW_SATURATE));
    end
    cases++;
    words += count;
  endtask

  task run;
    if (!$value$plusargs("suite=%s", suite)) ok = 1'b0;
    if (!$value$plusargs("bug=%d", bug)) bug = 0;
    `include "requantize_cases.svh"
    if (!ok || cases == 0) $fatal(1, "requantize failed");
    else begin
      $display("PASS requantize: %0d cases, %0d words", cases, words);
      $finish;
    end
  endtask
endmodule
