// What follows the accumulator, by the DPI-C library with the scales of the suite's package, against the words of a
// suite whose profile is quamba: linear W8A8 in all its forms, and conv1d with SiLU. +suite=DIR
// requantize_cases.svh calls LOAD_<op> for each case, with its number, its id and what its names in the package begin
// with.
`define LOAD_SUMS(ID, CASE, VALUE, Y) \
      id = ID; \
      count = CASE``__ACCUMULATOR__WORDS; \
      accumulator_file = CASE``__ACCUMULATOR__FILE; \
      value_file = CASE``__``VALUE``__FILE; \
      y_file = CASE``__``Y``__FILE; \
      y_bits = CASE``__``Y``__BITS;
`define LOAD_LINEAR(NUMBER, ID, CASE, Y, INPUT_SCALE, FORM, ROUNDING) \
    if (cases == NUMBER) begin \
      `LOAD_SUMS(ID, CASE, BEFORE_ROUNDING, Y) \
      is_linear = 1'b1; \
      scale_file = CASE``__WEIGHT_SCALE__FILE; \
      scale_count = CASE``__WEIGHT_SCALE__WORDS; \
      input_scale = INPUT_SCALE; \
      form = FORM; \
      rounding = ROUNDING; \
    end
`define LOAD_LINEAR_W8A8(NUMBER, ID, CASE) \
    `LOAD_LINEAR(NUMBER, ID, CASE, Y, CASE``__INPUT_SCALE, QREF_DPI_LINEAR_TENSOR, QREF_ROUND_HALF_EVEN)
`define LOAD_LINEAR_W8A8_PARALLEL(NUMBER, ID, CASE) `LOAD_LINEAR_W8A8(NUMBER, ID, CASE)
`define LOAD_LINEAR_W8A8_F16(NUMBER, ID, CASE) \
    `LOAD_LINEAR(NUMBER, ID, CASE, Y_F16, CASE``__INPUT_SCALE, QREF_DPI_LINEAR_TENSOR, QREF_ROUND_HALF_EVEN)
`define LOAD_LINEAR_W8A8_ROW(NUMBER, ID, CASE) \
    `LOAD_LINEAR(NUMBER, ID, CASE, Y, 0, QREF_DPI_LINEAR_ROW, QREF_ROUND_HALF_EVEN)
`define LOAD_LINEAR_W8A8_PER_CHANNEL(NUMBER, ID, CASE) \
    `LOAD_LINEAR(NUMBER, ID, CASE, Y, CASE``__INPUT_SCALE, QREF_DPI_LINEAR_PER_CHANNEL, QREF_ROUND_HALF_AWAY)
`define LOAD_CONV1D_SILU(NUMBER, ID, CASE) \
    if (cases == NUMBER) begin \
      `LOAD_SUMS(ID, CASE, BEFORE_ACTIVATION, Y) \
      is_linear = 1'b0; \
      bias_file = CASE``__BIAS__FILE; \
      channels = CASE``__BIAS__WORDS; \
      length = CASE``__LENGTH; \
      wx_scale = qref_dpi_mul_f32(CASE``__W_SCALE, CASE``__X_SCALE); \
      bias_scale = CASE``__BIAS_SCALE; \
      out_scale = CASE``__OUT_SCALE; \
      silu = CASE``__SILU; \
    end

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

  // The case that is loaded.
  string id;
  bit is_linear;
  int count;
  string accumulator_file;
  string value_file;
  string y_file;
  int y_bits;
  // linear
  string scale_file;
  int scale_count;
  int unsigned input_scale;
  int form;
  int rounding;
  // conv1d
  string bias_file;
  int channels;
  int length;
  int unsigned wx_scale;
  int unsigned bias_scale;
  int unsigned out_scale;
  bit silu;

  task compare(input string tensor, input int index, input int expected, input int got);
    if (ok && got !== expected) begin
      ok = 1'b0;
      $display("FAIL requantize: first divergence: case %0s, tensor %0s, index %0d: expected %x, got %x", id, tensor,
               index, expected, got);
    end
  endtask

  // One scale, or one for each output column.
  task check_linear(input int index, input int acc);
    int unsigned scale;
    int unsigned value;
    scale = scales.words[index%scale_count];
    value = qref_dpi_linear_before_rounding(acc, scale, input_scale, form);
    compare("before_rounding", index, int'(values.words[index]), int'(value));
    if (y_bits == 16) compare("y_f16", index, int'(y16.words[index]), qref_dpi_f16_from_f32(value));
    else
      compare("y", index, int'($signed(y8.words[index])),
              qref_dpi_requantize_linear(acc, scale, input_scale, form, bug == 1 ? QREF_ROUND_FLOOR : rounding,
                                         QREF_OVERFLOW_SATURATE));
  endtask

  task check_conv1d(input int index, input int acc);
    int unsigned bias;
    bias = qref_dpi_f32_from_i32(int'($signed(biases.words[(index/length)%channels])));
    bias = qref_dpi_mul_f32(bias, bias_scale);
    compare("before_activation", index, int'(values.words[index]),
            int'(qref_dpi_conv1d_before_activation(acc, wx_scale, bias)));
    compare("y", index, int'($signed(y8.words[index])),
            qref_dpi_requantize_conv1d(acc, wx_scale, bias, out_scale, int'(silu && bug != 2), QREF_ROUND_HALF_AWAY,
                                       QREF_OVERFLOW_SATURATE));
  endtask

  task run_case;
    bit loaded;
    accumulators.load({suite, "/", accumulator_file}, count, ok);
    values.load({suite, "/", value_file}, count, loaded);
    ok = ok && loaded;
    if (y_bits == 16) y16.load({suite, "/", y_file}, count, loaded);
    else y8.load({suite, "/", y_file}, count, loaded);
    ok = ok && loaded;
    if (is_linear) scales.load({suite, "/", scale_file}, scale_count, loaded);
    else biases.load({suite, "/", bias_file}, channels, loaded);
    ok = ok && loaded;
    for (int i = 0; ok && i < count; i++) begin
      if (is_linear) check_linear(i, int'(accumulators.words[i]));
      else check_conv1d(i, int'(accumulators.words[i]));
    end
    cases++;
    words += count;
  endtask

  task run;
    if (!$value$plusargs("suite=%s", suite)) ok = 1'b0;
    if (!$value$plusargs("bug=%d", bug)) bug = 0;
    id = "-";
    while (ok && id != "") begin
      id = "";
      `include "requantize_cases.svh"
      if (id != "") run_case();
    end
    if (!ok || cases == 0) $fatal(1, "requantize failed");
    else begin
      $display("PASS requantize: %0d cases, %0d words", cases, words);
      $finish;
    end
  endtask
endmodule
