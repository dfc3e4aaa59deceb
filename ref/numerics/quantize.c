#include <qref/numerics.h>

#include "ref/numerics/float_bits.h"

/* value modulo 256 as two's complement; value is integral or infinite. */
QREF_DEVICE static int32_t wrap_to_int8(float value) {
  if (!(value < 0x1p31f && value >= -0x1p31f)) {
    return 0; /* a float32 this large is a multiple of 256 */
  }
  const int32_t low_bits = (int32_t)((uint32_t)(int32_t)value & 0xffu);
  return low_bits < 128 ? low_bits : low_bits - 256;
}

QREF_DEVICE int8_t qref_round_to_int8(float v, const qref_rounding_rule *rule, uint64_t index, qref_counts *counts) {
  const float rounded = qref_round_f32(v, rule->rounding, rule->seed, index);
  if (rounded >= -128.0f && rounded <= 127.0f) {
    return (int8_t)rounded;
  }
  if (rounded != rounded) {
    if (counts != NULL) {
      counts->not_a_number++;
    }
    return 0;
  }
  if (rule->overflow == QREF_OVERFLOW_WRAP) {
    if (counts != NULL) {
      counts->wrapped++;
    }
    return (int8_t)wrap_to_int8(rounded);
  }
  if (counts != NULL) {
    counts->saturated++;
  }
  return rounded < 0.0f ? INT8_MIN : INT8_MAX;
}

QREF_DEVICE float qref_apply_scale(float v, float scale, qref_scale_form form) {
  if (form == QREF_SCALE_MULTIPLIER) {
    const float inverse = 1.0f / scale;
    return qref_canonical_nan_f32(v * inverse);
  }
  return qref_canonical_nan_f32(v / scale);
}

QREF_DEVICE int8_t qref_quantize(float v, float scale, const qref_quantize_rule *rule, uint64_t index,
                                 qref_counts *counts) {
  return qref_round_to_int8(qref_apply_scale(v, scale, rule->scale_form), &rule->round, index, counts);
}
