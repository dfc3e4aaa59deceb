#include "ref/vectors/generate/fill_rmsnorm.h"

#include "ref/base/error.h"
#include "ref/vectors/generate/sample.h"

static void draw_out_scale(qref_case *item, uint64_t seed) {
  qref_seek_stream stream = {.seed = seed, .case_id = item->id, .name = "scales"};
  item->args.rmsnorm.out_scale = qref_seek_scale(&stream, 0.01f, 0.04f);
}

qref_status qref_fill_rmsnorm_uniform(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  (void)parameter;
  (void)error;
  draw_out_scale(item, seed);
  qref_fill(item, seed, "x", QREF_FILL_UNIFORM, -3, 3);
  qref_fill(item, seed, "residual", QREF_FILL_UNIFORM, -2.3, 2.3);
  qref_fill(item, seed, "weight", QREF_FILL_UNIFORM, -1.7, 1.7);
  return QREF_OK;
}

qref_status qref_fill_rmsnorm_bell(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  (void)parameter;
  (void)error;
  draw_out_scale(item, seed);
  qref_fill(item, seed, "x", QREF_FILL_BELL, -9, 9);
  qref_fill(item, seed, "residual", QREF_FILL_BELL, -3.3, 3.3);
  qref_fill(item, seed, "weight", QREF_FILL_BELL, 0.2, 1.9);
  return QREF_OK;
}

qref_status qref_fill_rmsnorm_wide(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  (void)parameter;
  (void)error;
  draw_out_scale(item, seed);
  qref_seek_stream stream = {.seed = seed, .case_id = item->id, .name = "elements"};
  qref_float16 *x = qref_case_f16(item, "x");
  float *residual = qref_case_f32(item, "residual");
  float *weight = qref_case_f32(item, "weight");
  for (size_t i = 0; i < qref_case_tensor_of(item, "x")->count; i++) {
    x[i] = qref_sample_f16(&stream, -14, 5);
    if (residual != NULL) {
      residual[i] = qref_sample_f32(&stream, -30, 4);
    }
  }
  for (size_t i = 0; i < item->args.rmsnorm.n; i++) {
    weight[i] = qref_sample_f32(&stream, -6, 1);
  }
  return QREF_OK;
}

qref_status qref_fill_rmsnorm_turns(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  (void)parameter;
  QREF_TRY(qref_fill_rmsnorm_uniform(item, seed, 0, error));
  item->args.rmsnorm.out_scale *= 0x1p-16f;
  return QREF_OK;
}

qref_status qref_fill_rmsnorm_zero(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  (void)parameter;
  (void)error;
  draw_out_scale(item, seed);
  qref_fill(item, seed, "weight", QREF_FILL_UNIFORM, -1, 1);
  return QREF_OK;
}

qref_status qref_fill_rmsnorm_nonpositive(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  (void)parameter;
  QREF_TRY(qref_fill_rmsnorm_uniform(item, seed, 0, error));
  const size_t n = item->args.rmsnorm.n;
  qref_float16 *x = qref_case_f16(item, "x");
  float *residual = qref_case_f32(item, "residual");
  float *weight = qref_case_f32(item, "weight");
  for (size_t i = 0; i < n; i++) {
    weight[i] = weight[i] < 0.0f ? -weight[i] : weight[i];
  }
  weight[n - 1] = 0.75f;
  for (size_t row = 0; row < item->args.rmsnorm.rows; row++) {
    for (size_t i = row * n; i < (row + 1) * n; i++) {
      const qref_float16 magnitude = x[i] & 0x7fffu;
      switch (row % 6) {
        case 0: /* all negative */
          x[i] = magnitude | 0x8000u;
          break;
        case 1: /* all zero */
        case 2: /* all negative zero */
          x[i] = row % 6 == 1 ? 0 : 0x8000u;
          break;
        case 3: /* only the last is positive */
          x[i] = i + 1 == (row + 1) * n ? magnitude : magnitude | 0x8000u;
          break;
        case 4: /* only the first is zero, the rest negative */
          x[i] = i == row * n ? 0 : magnitude | 0x8000u;
          break;
        default: /* as it comes */
          break;
      }
      if (residual != NULL) {
        residual[i] = row % 6 == 1 ? 0.0f : row % 6 == 2 ? -0.0f : residual[i] * 0x1p-20f;
        if (row % 6 == 4) {
          residual[i] = 0.0f;
        }
      }
    }
  }
  return QREF_OK;
}

qref_status qref_fill_rmsnorm_patterns(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  QREF_TRY(qref_fill_rmsnorm_uniform(item, seed, 0, error));
  const size_t count = qref_sample_f16_pattern_count(parameter == 0);
  qref_float16 *x = qref_case_f16(item, "x");
  for (size_t i = 0; i < qref_case_tensor_of(item, "x")->count; i++) {
    x[i] = qref_sample_f16_pattern(i % count);
  }
  return QREF_OK;
}

qref_status qref_fill_rmsnorm_extremes(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  /* Of a row: at the first element, at the second, at all. */
  static const struct {
    uint32_t first, second, all;
  } rows[] = {
      {0x7f800000u, 0x3f800000u, 0x3f800000u}, /* infinity first: the largest is NaN and stays so */
      {0x3f800000u, 0x7f800000u, 0x3f800000u}, /* infinity second: its NaN is not larger */
      {0x3f800000u, 0xff800000u, 0xbf800000u}, {0x7fc00000u, 0x3f800000u, 0x3f800000u},
      {0x3f800000u, 0xffc00001u, 0x3f800000u}, {0x5f800000u, 0x5f800000u, 0x5f800000u}, /* 2^64: overflow */
      {0x5f7fffffu, 0x5f7fffffu, 0x5f7fffffu},                                          /* just none */
      {0x7f7fffffu, 0xff7fffffu, 0x7f7fffffu}, {0x1f800000u, 0x1f000000u, 0x20000000u}, /* subnormal squares */
      {0x00000001u, 0x80000001u, 0x00000001u}, {0x1a000000u, 0x1a000000u, 0x1a000000u}, /* squares of 0 in float32 */
      {0x80000000u, 0x00000000u, 0x80000000u},
  };
  enum { ROWS = sizeof rows / sizeof rows[0] };
  (void)parameter;
  QREF_TRY(qref_fill_rmsnorm_uniform(item, seed, 0, error));
  const size_t n = item->args.rmsnorm.n;
  qref_fill(item, seed, "x", QREF_FILL_CONSTANT, 0, 0);
  qref_float16 *x = qref_case_f16(item, "x");
  float *residual = qref_case_f32(item, "residual");
  for (size_t row = 0; row < item->args.rmsnorm.rows; row++) {
    for (size_t i = 0; i < n; i++) {
      const uint32_t bits = i == 0 ? rows[row % ROWS].first : i == 1 ? rows[row % ROWS].second : rows[row % ROWS].all;
      residual[row * n + i] = qref_f32_from_bits(bits);
      x[row * n + i] = 0x8000u; /* -0 keeps the sign of a zero residual */
    }
  }
  x[n + 1] = 0xfc00u; /* infinity - infinity */
  return QREF_OK;
}
