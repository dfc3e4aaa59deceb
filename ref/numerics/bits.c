#include <qref/numerics.h>

#include "ref/numerics/float_bits.h"

uint32_t qref_bits_from_f32(float value) {
  return qref_inline_bits_from_f32(value);
}

float qref_f32_from_bits(uint32_t bits) {
  return qref_inline_f32_from_bits(bits);
}
