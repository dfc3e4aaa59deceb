/* Fills of the conv1d ops that need no search. */
#include "ref/vectors/generate/plan_attributes.h"
#include "ref/vectors/generate/plan_conv1d.h"

static qref_seek_stream stream_of(const qref_case *item, uint64_t seed) {
  return (qref_seek_stream){.seed = seed, .case_id = item->id, .name = "seek"};
}

/* Samples: x, and the state of the one-token op. */
static void fill_samples(qref_case *item, uint64_t seed, qref_fill_kind kind, int low, int high) {
  qref_fill(item, seed, "x", kind, low, high);
  if (qref_conv1d_is_update(item)) {
    qref_fill(item, seed, "state", kind, low, high);
  }
}

/* Size of a sum of `width` products: the square root of the width, to a quarter. */
static float root_of_width(size_t width) {
  float root = 1.0f;
  while ((root + 0.25f) * (root + 0.25f) <= (float)width) {
    root += 0.25f;
  }
  return root;
}

qref_status qref_conv1d_fill_data(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  static const struct {
    qref_fill_kind fill;
    int low, high;
    float sum;    /* size of a product */
    float spread; /* steps of the output that a typical value takes */
  } of_kind[] = {
      [QREF_CONV1D_UNIFORM] = {QREF_FILL_UNIFORM, -128, 127, 5476, 55},
      [QREF_CONV1D_BELL] = {QREF_FILL_BELL, -128, 127, 1369, 45},
      [QREF_CONV1D_MINIMUM] = {QREF_FILL_CONSTANT, -128, 0, 16384, 20},
      [QREF_CONV1D_MAXIMUM] = {QREF_FILL_CONSTANT, 127, 0, 16384, 20},
      [QREF_CONV1D_MINIMUM_BY_MAXIMUM] = {QREF_FILL_CONSTANT, -128, 0, 16384, 20},
      [QREF_CONV1D_ZERO] = {QREF_FILL_CONSTANT, 0, 0, 5476, 55},
      [QREF_CONV1D_ALTERNATING] = {QREF_FILL_ALTERNATING, -128, 127, 16384, 35},
      [QREF_CONV1D_CODES] = {QREF_FILL_CODES, 0, 0, 5476, 50},
      [QREF_CONV1D_SATURATING] = {QREF_FILL_UNIFORM, -128, 127, 5476, 170},
      [QREF_CONV1D_FAR] = {QREF_FILL_UNIFORM, -128, 127, 5476, 30000},
      [QREF_CONV1D_HUGE] = {QREF_FILL_UNIFORM, -128, 127, 5476, 0x1p33f},
      [QREF_CONV1D_FINE] = {QREF_FILL_UNIFORM, -128, 127, 5476, 0x1p23f},
  };
  (void)error;
  qref_seek_stream stream = stream_of(item, seed);
  const size_t kind = (size_t)parameter;
  fill_samples(item, seed, of_kind[kind].fill, of_kind[kind].low, of_kind[kind].high);
  const bool constant = of_kind[kind].fill == QREF_FILL_CONSTANT && kind != QREF_CONV1D_ZERO;
  if (kind == QREF_CONV1D_MINIMUM_BY_MAXIMUM) {
    qref_fill(item, seed, "w", QREF_FILL_CONSTANT, 127, 0);
  } else if (kind == QREF_CONV1D_ALTERNATING || kind == QREF_CONV1D_BELL || constant) {
    qref_fill(item, seed, "w", of_kind[kind].fill, of_kind[kind].low, of_kind[kind].high);
  } else {
    qref_fill(item, seed, "w", QREF_FILL_UNIFORM, -128, 127);
  }
  qref_fill(item, seed, "bias", kind == QREF_CONV1D_BELL ? QREF_FILL_BELL : QREF_FILL_UNIFORM, -128, 127);
  const float x_scale = qref_seek_scale(&stream, 0.01f, 0.05f);
  const float w_scale = qref_seek_scale(&stream, 0.002f, 0.01f);
  const size_t width = qref_plan_size(item, "width");
  const float typical = of_kind[kind].sum * (constant ? (float)width : root_of_width(width)) * x_scale * w_scale;
  const float bias_scale = typical * qref_seek_scale(&stream, 0.002f, 0.006f);
  qref_conv1d_set_scales(item, x_scale, w_scale, bias_scale, typical / of_kind[kind].spread);
  return QREF_OK;
}

/* Twice the value k + 1/2 of target i, k < count, both signs, in an order that mixes magnitudes. */
static int32_t twice_boundary(size_t i, size_t count) {
  const int32_t magnitude = 2 * (int32_t)(i * 37 / 2 % count) + 1;
  return i % 2 == 0 ? magnitude : -magnitude;
}

/* The values (k + 1/2) * 2^p steps, a step being x_scale * w_scale. */
static void set_half_sums(qref_case *item, uint64_t seed, int64_t p, float x_scale, float w_scale, float out_scale,
                          size_t boundaries) {
  const int32_t bias_steps = 64;
  qref_seek_stream stream = stream_of(item, seed);
  qref_conv1d_set_scales(item, x_scale, w_scale, x_scale * w_scale * (float)bias_steps, out_scale);
  fill_samples(item, seed, QREF_FILL_UNIFORM, -128, 127);
  const bool has_bias = qref_case_tensor_const(item, "bias")->present;
  const size_t width = qref_plan_size(item, "width");
  for (size_t d = 0; d < qref_plan_size(item, "channels"); d++) {
    qref_conv1d_set_taps(item, &stream, d);
    qref_conv1d_window window = {.item = item, .width = width, .w = qref_case_i8(item, "w") + d * width};
    window.bias = (int8_t)qref_seek_integer(&stream, -128, 127);
    qref_conv1d_draw_samples(&window, &stream);
    int64_t sum = twice_boundary(d, boundaries) * (INT64_C(1) << (p - 1));
    sum -= has_bias ? window.bias * bias_steps : 0;
    (void)qref_seek_dot(window.w, window.samples, width, 1, sum);
    qref_conv1d_put(item, &stream, d, &window);
  }
}

qref_status qref_conv1d_fill_exact(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  (void)error;
  const float x_scale = 0x1p-4f, w_scale = 0x1p-5f;
  set_half_sums(item, seed, parameter, x_scale, w_scale, x_scale * w_scale * (float)(1 << parameter), 130);
  return QREF_OK;
}

qref_status qref_conv1d_fill_table(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  if (parameter == 0) {
    set_half_sums(item, seed, 4, 0.25f, 0.25f, 0.0703125f, 11); /* 16 steps of the sum are 1 */
    return QREF_OK;
  }
  qref_status status = qref_conv1d_fill_data(item, seed, QREF_CONV1D_UNIFORM, error);
  qref_conv1d_set_scales(item, 0.027f, 0.022f, 0.031f, parameter == 1 ? 0.0713f : 0x1p-30f);
  return status;
}

/* The bias is q * 300 steps of the sum, the taps sum to -300 q steps: the rounding errors are left, and the output
 * shows them. */
qref_status qref_conv1d_fill_cancellation(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  (void)parameter, (void)error;
  const int32_t bias_steps = 300;
  qref_seek_stream stream = stream_of(item, seed);
  const float x_scale = qref_seek_scale(&stream, 0.01f, 0.05f);
  const float w_scale = qref_seek_scale(&stream, 0.002f, 0.01f);
  const float step = w_scale * x_scale;
  qref_conv1d_set_scales(item, x_scale, w_scale, step * (float)bias_steps,
                         step * (item->schema->op == QREF_OP_CONV1D_SILU ? 0x1p-15f : 0x1p-12f));
  fill_samples(item, seed, QREF_FILL_UNIFORM, -128, 127);
  const size_t width = qref_plan_size(item, "width");
  for (size_t d = 0; d < qref_plan_size(item, "channels"); d++) {
    qref_conv1d_set_taps(item, &stream, d);
    qref_conv1d_window window = {.item = item, .width = width, .w = qref_case_i8(item, "w") + d * width};
    window.bias = (int8_t)qref_seek_integer(&stream, -110, 110);
    qref_conv1d_draw_samples(&window, &stream);
    /* A few steps beside the cancellation in some channels. */
    const int64_t beside = d % 4 == 3 ? qref_seek_integer(&stream, -1, 1) : 0;
    (void)qref_seek_dot(window.w, window.samples, width, 1, beside - window.bias * bias_steps);
    qref_conv1d_put(item, &stream, d, &window);
  }
  return QREF_OK;
}

/* A step of the output for which two neighbouring values, both positive, round to different integers. */
static float step_between(float below, float above) {
  for (int32_t k = 100; k > 0; k--) {
    const float at = (float)k + 0.5f;
    for (int32_t steps = -2; steps <= 2; steps++) {
      const float step = qref_seek_step(above / at, steps);
      if (below / step < at && above / step > at) {
        return step;
      }
    }
  }
  return above / 100.5f;
}

qref_status qref_conv1d_fill_double_rounding(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  (void)parameter, (void)error;
  /* 3 * (1 + 2^-23) has 25 bits, the last of them set: it lies halfway between these two. */
  const float w_scale = 0x1.000002p0f;
  const float below = 0x1.800002p1f, above = 0x1.800004p1f;
  qref_seek_stream stream = stream_of(item, seed);
  qref_conv1d_set_scales(item, 1.0f, w_scale, 0x1p-70f, step_between(below, above));
  const size_t width = qref_plan_size(item, "width");
  for (size_t d = 0; d < qref_plan_size(item, "channels"); d++) {
    qref_conv1d_set_taps(item, &stream, d);
    qref_conv1d_window window = {.item = item, .width = width, .w = qref_case_i8(item, "w") + d * width};
    const int64_t bias = qref_seek_integer(&stream, 1, 127);
    window.bias = (int8_t)(d % 2 == 0 ? bias : -bias);
    window.samples[width - 1] = d % 4 < 2 ? 3 : -3; /* under the tap of 1; no other sample */
    qref_conv1d_put(item, &stream, d, &window);
  }
  return QREF_OK;
}

/* Arguments of silu around a center, which the bias gives, and the step of the output that shows them. */
qref_status qref_conv1d_fill_range(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  static const struct {
    float center, half_width, out_scale;
  } ranges[QREF_CONV1D_RANGES] = {
      {0.0f, 120.0f, 1.0f},       /* both ends: the identity, and underflow */
      {-102.5f, 3.5f, 0x1p-146f}, /* exp overflows, or so nearly that the result is subnormal */
      {-87.5f, 2.5f, 4e-38f},     /* around the overflow of exp: the smallest normal results */
      {-93.0f, 4.0f, 0x1p-134f},  /* behind it */
      {16.5f, 2.0f, 0.14f},       /* where 1 + exp(-v) becomes 1 */
      {0.0f, 1e-30f, 5e-33f},     /* v / 2 */
      {0.0f, 6.0f, 0.05f},        /* the middle */
      {-1.0f, 0.9f, 0.0022f},     /* around the minimum, -0.278 */
      {0.0f, 1e38f, 1e36f},       /* huge */
      {16.6355f, 0.02f, 0.14f},   /* where 1 + exp(-v) becomes 1, closer */
      {-20.0f, 12.0f, 1e-6f},     /* the falling side */
  };
  (void)error;
  qref_seek_stream stream = stream_of(item, seed);
  fill_samples(item, seed, QREF_FILL_UNIFORM, -128, 127);
  qref_fill(item, seed, "w", QREF_FILL_UNIFORM, -128, 127);
  const float center = ranges[parameter].center;
  const float magnitude = center < 0.0f ? -center : center;
  int8_t *bias = qref_case_i8(item, "bias");
  for (size_t d = 0; bias != NULL && d < qref_plan_size(item, "channels"); d++) {
    const bool narrow = ranges[parameter].half_width < 0.02f * magnitude; /* the bias would leave it */
    const int64_t code = center == 0.0f ? qref_seek_integer(&stream, -128, 127)
                         : narrow       ? 120
                                        : qref_seek_integer(&stream, 118, 122);
    bias[d] = (int8_t)(center < 0.0f ? -code : code);
  }
  const float bias_scale = center == 0.0f ? ranges[parameter].half_width / 500.0f : magnitude / 120.0f;
  const float step = ranges[parameter].half_width / (11000.0f * root_of_width(qref_plan_size(item, "width")) / 2.0f);
  const float w_scale = qref_seek_scale(&stream, 0.5f, 1.0f);
  qref_conv1d_set_scales(item, step / w_scale, w_scale, bias_scale, ranges[parameter].out_scale);
  return QREF_OK;
}

qref_status qref_conv1d_fill_range_fine(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  qref_status status = qref_conv1d_fill_range(item, seed, parameter, error);
  float grid = 0x1p126f;
  const float step = qref_plan_scale(item, "effective_scale") * 0x1p-30f;
  while (grid > step && grid > 0x1p-149f) {
    grid *= 0.5f;
  }
  qref_plan_set_scale(item, "effective_scale", grid);
  return status;
}

bool qref_conv1d_extreme_is_infinite(int index) {
  return index == 0 || index == 2 || index == 3;
}

qref_status qref_conv1d_fill_extreme_scales(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  static const float scales[QREF_CONV1D_EXTREME_SCALES][4] = {
      {1e30f, 1e30f, 1.0f, 1.0f},       /* infinite product of scales: NaN where the sum is 0, else infinities */
      {1e-30f, 1e-30f, 0.01f, 0.02f},   /* product of scales 0: the bias alone is left */
      {1.0f, 0.5f, 3e37f, 1.0f},        /* infinite bias; silu(-inf) is a NaN */
      {0.02f, 0.01f, 0.01f, 0x1p-148f}, /* infinite before rounding */
      {1e-20f, 1e-20f, 1e-38f, 1e-37f}, /* subnormal throughout */
      {0x1p-70f, 0x1p-76f, 0x1p-140f, 0x1p-138f},
  };
  (void)error;
  fill_samples(item, seed, QREF_FILL_UNIFORM, -128, 127);
  qref_fill(item, seed, "w", QREF_FILL_UNIFORM, -128, 127);
  qref_fill(item, seed, "bias", QREF_FILL_UNIFORM, -30, 30);
  const size_t width = qref_plan_size(item, "width");
  for (size_t k = 0; k < width; k++) {
    qref_case_i8(item, "w")[k] = 0; /* sums of 0 in the first channel */
  }
  int8_t *bias = qref_case_i8(item, "bias");
  for (size_t d = 1; bias != NULL && d < 5; d++) {
    bias[d] = d % 2 == 0 ? -30 : 30; /* infinite ones of both signs */
  }
  const float *set = scales[parameter];
  qref_conv1d_set_scales(item, set[0], set[1], set[2], set[3]);
  return QREF_OK;
}

/* ---- one sequence for the whole-sequence op and for the one-token op ---- */

static int8_t shared_code(uint64_t seed, const char *tensor, size_t index) {
  return (int8_t)((int)(qref_generate_bits(seed, "conv1d/prefill_decode", tensor, index) >> 56) - 128);
}

/* Sample t of a channel; before the sequence zeros. */
static int8_t shared_sample(uint64_t seed, size_t channel, int64_t t) {
  return t < 0 ? 0 : shared_code(seed, "x", channel * 4096 + (size_t)t);
}

qref_status qref_conv1d_fill_sequence(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  (void)error;
  const size_t rows = qref_plan_size(item, "batch") * qref_plan_size(item, "channels");
  const size_t width = qref_plan_size(item, "width");
  for (size_t i = 0; i < qref_case_tensor_const(item, "w")->count; i++) {
    qref_case_i8(item, "w")[i] = shared_code(seed, "w", i);
  }
  for (size_t i = 0; i < qref_case_tensor_const(item, "bias")->count; i++) {
    qref_case_i8(item, "bias")[i] = shared_code(seed, "bias", i);
  }
  const size_t length = qref_plan_size(item, "length");
  int8_t *x = qref_case_i8(item, "x");
  for (size_t row = 0; row < rows; row++) {
    if (!qref_conv1d_is_update(item)) {
      for (size_t t = 0; t < length; t++) {
        x[row * length + t] = shared_sample(seed, row, (int64_t)t);
      }
      continue;
    }
    for (size_t k = 0; k < width; k++) {
      qref_case_i8(item, "state")[row * width + k] = shared_sample(seed, row, parameter - (int64_t)width + (int64_t)k);
    }
    x[row] = shared_sample(seed, row, parameter);
  }
  qref_conv1d_set_scales(item, 0.0271f, 0.00433f, 0.0113f, 0.0207f);
  return QREF_OK;
}
