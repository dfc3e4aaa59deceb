/* conv1d + SiLU: whole sequence, one token, float simulation, float32, against plain loops over libm. */
#include "tests/ops/fixture.h"

typedef struct conv_shape {
  size_t batch, channels, length, width;
} conv_shape;

static const conv_shape shapes[] = {{1, 1, 1, 1},   {1, 3, 1, 4},  {2, 5, 2, 4},  {1, 4, 3, 4},
                                    {1, 4, 4, 4},   {1, 4, 5, 4},  {3, 7, 33, 2}, {2, 6, 19, 3},
                                    {1, 2, 129, 4}, {1, 3, 40, 7}, {1, 2, 9, 13}, {1, 1, 2049, 4}};
enum { SHAPES = sizeof shapes / sizeof shapes[0] };

static const float s_x = 0.0517f, s_w = 0.00813f, s_b = 0.0091f, s_out = 0.0311f;

/* The sample of `time`, which may lie before the sequence. */
static int sample(const int8_t *x, ptrdiff_t time) {
  return time < 0 ? 0 : x[time];
}

static void check_prefill(conv_shape s, bool with_bias, bool silu, float out_scale) {
  size_t count = s.batch * s.channels * s.length;
  int8_t *x = test_int8(count, 1);
  int8_t *w = test_int8(s.channels * s.width, 2);
  int8_t *bias = test_int8(s.channels, 3);
  int8_t *y = test_allocate(count, 1);
  int32_t *accumulator = test_allocate(count, sizeof(int32_t));
  float *before_activation = test_allocate(count, sizeof(float));
  float *after_activation = test_allocate(count, sizeof(float));
  float *before_rounding = test_allocate(count, sizeof(float));
  qref_counts counts = {0};
  qref_conv1d_silu_args args = {.rule = &quamba()->conv1d_silu,
                                .batch = s.batch,
                                .channels = s.channels,
                                .length = s.length,
                                .width = s.width,
                                .x = x,
                                .w = w,
                                .bias = with_bias ? bias : NULL,
                                .x_scale = s_x,
                                .w_scale = s_w,
                                .bias_scale = s_b,
                                .out_scale = out_scale,
                                .silu = silu,
                                .y = y,
                                .accumulator = accumulator,
                                .before_activation = before_activation,
                                .after_activation = after_activation,
                                .before_rounding = before_rounding,
                                .counts = &counts};
  assert_int_equal(qref_conv1d_silu(&args, NULL), QREF_OK);

  uint64_t saturated = 0;
  for (size_t row = 0; row < s.batch * s.channels; row++) {
    size_t d = row % s.channels;
    for (size_t t = 0; t < s.length; t++) {
      int64_t acc = 0;
      for (size_t k = 0; k < s.width; k++) {
        acc += w[d * s.width + k] * sample(x + row * s.length, (ptrdiff_t)(t + k + 1) - (ptrdiff_t)s.width);
      }
      float v = fmaf(s_w * s_x, (float)acc, with_bias ? (float)bias[d] * s_b : 0.0f);
      float activated = silu ? oracle_silu(v) : v;
      float rounded = roundf(activated / out_scale);
      saturated += rounded > 127.0f || rounded < -128.0f;
      size_t i = row * s.length + t;
      assert_int_equal(accumulator[i], acc);
      assert_same_float(before_activation[i], v, "before_activation");
      assert_same_float(after_activation[i], activated, "after_activation");
      assert_same_float(before_rounding[i], activated / out_scale, "before_rounding");
      assert_int_equal(y[i], oracle_saturate(rounded));
    }
  }
  assert_int_equal(counts.saturated, saturated);
  free(x);
  free(w);
  free(bias);
  free(y);
  free(accumulator);
  free(before_activation);
  free(after_activation);
  free(before_rounding);
}

static void test_prefill(void **state) {
  (void)state;
  for (size_t i = 0; i < SHAPES; i++) {
    for (int option = 0; option < 4; option++) {
      check_prefill(shapes[i], (option & 1) != 0, (option & 2) != 0, s_out);
      check_prefill(shapes[i], (option & 1) != 0, (option & 2) != 0, 0.0021f);
    }
  }
}

static void test_update(void **state) {
  (void)state;
  for (size_t i = 0; i < SHAPES; i++) {
    conv_shape s = shapes[i];
    size_t rows = s.batch * s.channels;
    int8_t *conv_state = test_int8(rows * s.width, 4);
    int8_t *before = test_allocate(rows * s.width, 1);
    memcpy(before, conv_state, rows * s.width);
    int8_t *x = test_int8(rows, 5);
    int8_t *w = test_int8(s.channels * s.width, 6);
    int8_t *bias = test_int8(s.channels, 7);
    int8_t *y = test_allocate(rows, 1);
    float *tap_sum = test_allocate(rows * s.width, sizeof(float));
    float *before_activation = test_allocate(rows, sizeof(float));
    float *after_activation = test_allocate(rows, sizeof(float));
    float *before_rounding = test_allocate(rows, sizeof(float));
    qref_conv1d_silu_update_args args = {.rule = &quamba()->conv1d_silu_update,
                                         .batch = s.batch,
                                         .channels = s.channels,
                                         .width = s.width,
                                         .state = conv_state,
                                         .x = x,
                                         .w = w,
                                         .bias = i % 2 == 0 ? bias : NULL,
                                         .x_scale = s_x,
                                         .w_scale = s_w,
                                         .bias_scale = s_b,
                                         .out_scale = s_out,
                                         .silu = i % 3 != 0,
                                         .y = y,
                                         .tap_sum = tap_sum,
                                         .before_activation = before_activation,
                                         .after_activation = after_activation,
                                         .before_rounding = before_rounding};
    assert_int_equal(qref_conv1d_silu_update(&args, NULL), QREF_OK);
    for (size_t row = 0; row < rows; row++) {
      size_t d = row % s.channels;
      float v = args.bias != NULL ? (float)bias[d] * s_b : 0.0f;
      for (size_t k = 0; k < s.width; k++) {
        int8_t value = k + 1 < s.width ? before[row * s.width + k + 1] : x[row];
        assert_int_equal(conv_state[row * s.width + k], value);
        v = fmaf((s_w * s_x) * (float)w[d * s.width + k], (float)value, v);
        assert_same_float(tap_sum[row * s.width + k], v, "tap_sum");
      }
      float activated = args.silu ? oracle_silu(v) : v;
      assert_same_float(before_activation[row], v, "before_activation");
      assert_same_float(after_activation[row], activated, "after_activation");
      assert_same_float(before_rounding[row], activated / s_out, "before_rounding");
      assert_int_equal(y[row], oracle_saturate(roundf(activated / s_out)));
    }
    free(conv_state);
    free(before);
    free(x);
    free(w);
    free(bias);
    free(y);
    free(tap_sum);
    free(before_activation);
    free(after_activation);
    free(before_rounding);
  }
}

static void test_float_simulation(void **state) {
  (void)state;
  for (size_t i = 0; i < SHAPES; i++) {
    conv_shape s = shapes[i];
    size_t count = s.batch * s.channels * s.length;
    int8_t *x = test_int8(count, 8);
    int8_t *w = test_int8(s.channels * s.width, 9);
    int8_t *bias = test_int8(s.channels, 10);
    float *before_activation = test_allocate(count, sizeof(float));
    float *before = test_allocate(count, sizeof(float));
    float *before_rounding = test_allocate(count, sizeof(float));
    float *after = test_allocate(count, sizeof(float));
    float *f32_x = test_allocate(count, sizeof(float));
    float *f32_w = test_allocate(s.channels * s.width, sizeof(float));
    float *f32_bias = test_allocate(s.channels, sizeof(float));
    float *f32_y = test_allocate(count, sizeof(float));
    float effective = i % 2 == 0 ? s_out : s_out / 2025.0f;
    qref_conv1d_silu_floatsim_args args = {.rule = &quamba()->conv1d_floatsim,
                                           .batch = s.batch,
                                           .channels = s.channels,
                                           .length = s.length,
                                           .width = s.width,
                                           .x = x,
                                           .w = w,
                                           .bias = bias,
                                           .x_scale = s_x,
                                           .w_scale = s_w,
                                           .bias_scale = s_b,
                                           .effective_scale = effective,
                                           .silu = true,
                                           .before_activation = before_activation,
                                           .before_quant = before,
                                           .before_rounding = before_rounding,
                                           .after_quant = after};
    assert_int_equal(qref_conv1d_silu_floatsim(&args, NULL), QREF_OK);
    for (size_t row = 0; row < s.batch * s.channels; row++) {
      size_t d = row % s.channels;
      for (size_t t = 0; t < s.length; t++) {
        float v = (float)bias[d] * s_b;
        for (size_t k = 0; k < s.width; k++) {
          int value = sample(x + row * s.length, (ptrdiff_t)(t + k + 1) - (ptrdiff_t)s.width);
          v = fmaf((float)w[d * s.width + k] * s_w, (float)value * s_x, v);
        }
        float y = oracle_silu(v);
        size_t j = row * s.length + t;
        assert_same_float(before_activation[j], v, "before_activation");
        assert_same_float(before[j], y, "before_quant");
        assert_same_float(before_rounding[j], y / effective, "before_rounding");
        assert_same_float(after[j], rintf(y / effective) * effective, "after_quant");
      }
    }

    /* The float32 op on the dequantized tensors is the float simulation before its grid. */
    for (size_t j = 0; j < count; j++) {
      f32_x[j] = (float)x[j] * s_x;
    }
    for (size_t j = 0; j < s.channels * s.width; j++) {
      f32_w[j] = (float)w[j] * s_w;
    }
    for (size_t j = 0; j < s.channels; j++) {
      f32_bias[j] = (float)bias[j] * s_b;
    }
    qref_conv1d_silu_f32_args f32_args = {.batch = s.batch,
                                          .channels = s.channels,
                                          .length = s.length,
                                          .width = s.width,
                                          .x = f32_x,
                                          .w = f32_w,
                                          .bias = f32_bias,
                                          .y = f32_y};
    assert_int_equal(qref_conv1d_silu_f32(&f32_args, NULL), QREF_OK);
    assert_same_bytes(f32_y, before, count * sizeof(float), "conv1d_silu_f32");
    free(x);
    free(w);
    free(bias);
    free(before_activation);
    free(before);
    free(before_rounding);
    free(after);
    free(f32_x);
    free(f32_w);
    free(f32_bias);
    free(f32_y);
  }
}

/* A 16-bit accumulator that wraps or saturates at every step, by hand: 127*127 four times is 64516. */
static void test_narrow_accumulator(void **state) {
  (void)state;
  qref_conv1d_silu_rule rule = quamba()->conv1d_silu;
  const int8_t x[4] = {127, 127, 127, 127};
  int8_t y[4];
  int32_t acc[4];
  qref_counts counts = {0};
  qref_conv1d_silu_args args = {.rule = &rule,
                                .batch = 1,
                                .channels = 1,
                                .length = 4,
                                .width = 4,
                                .x = x,
                                .w = x,
                                .x_scale = 1.0f,
                                .w_scale = 1.0f,
                                .out_scale = 1.0f,
                                .y = y,
                                .accumulator = acc,
                                .counts = &counts};
  assert_int_equal(qref_conv1d_silu(&args, NULL), QREF_OK);
  assert_int_equal(acc[3], 64516);
  rule.accumulator = (qref_accumulator_rule){16, QREF_OVERFLOW_WRAP};
  assert_int_equal(qref_conv1d_silu(&args, NULL), QREF_OK);
  assert_int_equal(acc[3], 64516 - 65536);
  assert_int_equal(counts.accumulator_overflows, 2); /* 48387 at t = 2 and t = 3; -1020 is back inside */
  rule.accumulator.overflow = QREF_OVERFLOW_SATURATE;
  assert_int_equal(qref_conv1d_silu(&args, NULL), QREF_OK);
  assert_int_equal(acc[3], 32767);
}

static void test_requantize(void **state) {
  (void)state;
  const float x[] = {0.5f, 1.5f, -0.5f, -1.5f, 127.4f, 127.5f, -128.5f, -129.0f, 1e30f, -1e30f, 0.49999997f};
  const int8_t expected[] = {0, 2, 0, -2, 127, 127, -128, -128, 127, -128, 0};
  int8_t y[sizeof expected];
  float before_rounding[sizeof expected];
  qref_requantize_args args = {.rule = &quamba()->requantize,
                               .count = sizeof expected,
                               .x = x,
                               .scale = 1.0f,
                               .y = y,
                               .before_rounding = before_rounding};
  assert_int_equal(qref_requantize(&args, NULL), QREF_OK);
  assert_same_bytes(y, expected, sizeof expected, "requantize");
  args.scale = s_out;
  assert_int_equal(qref_requantize(&args, NULL), QREF_OK);
  for (size_t i = 0; i < sizeof expected; i++) {
    assert_same_float(before_rounding[i], x[i] / s_out, "before_rounding");
    assert_int_equal(y[i], oracle_saturate(rintf(before_rounding[i])));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_prefill),          cmocka_unit_test(test_update),
      cmocka_unit_test(test_float_simulation), cmocka_unit_test(test_narrow_accumulator),
      cmocka_unit_test(test_requantize),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
