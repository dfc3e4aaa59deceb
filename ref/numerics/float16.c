/* IEEE-754 binary16: 1 sign, 5 exponent and 10 fraction bits. */
#include <qref/numerics.h>

#include "ref/numerics/narrow_format.h"

QREF_DEVICE static const qref_narrow_format float16_format = {.fraction_bits = 10, .maximum_exponent = 15};

QREF_DEVICE qref_float16 qref_f16_from_f64(double value) {
  return qref_narrow_from_f64(value, float16_format);
}

QREF_DEVICE qref_float16 qref_f16_from_f32(float value) {
  return qref_narrow_from_f64((double)value, float16_format);
}

QREF_DEVICE float qref_f32_from_f16(qref_float16 bits) {
  const uint32_t sign = (uint32_t)(bits & 0x8000u) << 16;
  const uint32_t exponent = (bits >> 10) & 0x1fu;
  const uint32_t fraction = bits & 0x3ffu;
  if (exponent == 0x1fu) {
    return qref_inline_f32_from_bits(fraction != 0 ? QREF_F32_NAN_BITS : sign | QREF_F32_INFINITY_BITS);
  }
  if (exponent == 0) {
    const float magnitude = (float)fraction * 0x1p-24f; /* exact: the unit of the subnormals is 2^-24 */
    return qref_inline_f32_from_bits(sign | qref_inline_bits_from_f32(magnitude));
  }
  const uint32_t bias_difference = 127 - 15;
  return qref_inline_f32_from_bits(sign | ((exponent + bias_difference) << 23) | (fraction << 13));
}
