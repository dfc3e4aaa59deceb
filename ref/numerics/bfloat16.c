/* bfloat16: the upper half of a binary32. */
#include <qref/numerics.h>

#include "ref/numerics/narrow_format.h"

static const qref_narrow_format bfloat16_format = {.fraction_bits = 7, .maximum_exponent = 127};

qref_bfloat16 qref_bf16_from_f64(double value) {
  return qref_narrow_from_f64(value, bfloat16_format);
}

qref_bfloat16 qref_bf16_from_f32(float value) {
  return qref_narrow_from_f64((double)value, bfloat16_format);
}

float qref_f32_from_bf16(qref_bfloat16 bits) {
  return qref_canonical_nan_f32(qref_inline_f32_from_bits((uint32_t)bits << 16));
}
