#include "ref/model/quantize_weights.h"

#include <math.h>

#include "ref/base/error.h"
#include "ref/model/weights.h"

float qref_largest_magnitude(const float *w, size_t count, float largest) {
  for (size_t i = 0; i < count; i++) {
    largest = fmaxf(largest, fabsf(w[i]));
  }
  return largest;
}

float qref_weight_scale(float largest, qref_dtype dtype) {
  const float floored = fmaxf(largest, qref_round_to_dtype((double)1e-5f, dtype));
  const float scale = floored / 127.0f;
  return qref_round_to_dtype((double)scale, dtype);
}

void qref_quantize_weights(const float *w, size_t count, size_t first, float scale, qref_dtype dtype,
                           const qref_quantize_rule *rule, int8_t *q) {
  for (size_t i = 0; i < count; i++) {
    const float quotient = qref_round_to_dtype((double)qref_apply_scale(w[i], scale, rule->scale_form), dtype);
    q[i] = qref_round_to_int8(quotient, &rule->round, first + i, NULL);
  }
}

qref_status qref_quantize_embedding_row(const float *w, size_t count, size_t first, qref_dtype dtype,
                                        const qref_quantize_rule *rule, int8_t *q, qref_float16 *scale,
                                        qref_error *error) {
  float largest = w[0];
  for (size_t i = 1; i < count; i++) {
    largest = w[i] > largest ? w[i] : largest;
  }
  *scale = qref_f16_from_f64((double)qref_round_to_dtype((double)(largest / 127.0f), dtype));
  const float stored = qref_f32_from_f16(*scale);
  if (!isfinite(stored)) {
    return qref_fail(error, QREF_ERROR_FORMAT, "scale of an embedding row overflows float16");
  }
  qref_quantize_weights(w, count, first, stored, dtype, rule, q);
  return QREF_OK;
}

qref_status qref_weights_to_f16(const float *w, size_t count, qref_float16 *y, qref_error *error) {
  for (size_t i = 0; i < count; i++) {
    y[i] = qref_f16_from_f32(w[i]);
    if (!isfinite(qref_f32_from_f16(y[i]))) {
      return qref_fail(error, QREF_ERROR_FORMAT, "a weight to be kept in float16 overflows it");
    }
  }
  return QREF_OK;
}
