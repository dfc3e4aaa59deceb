#include "cuda_fp16.h"

#include <qref/numerics.h>

uint16_t qref_emulated_half_from_float(float x) {
  return x == x ? qref_f16_from_f32(x) : static_cast<uint16_t>(0x7fff);
}

float qref_emulated_half_to_float(uint16_t bits) {
  return qref_f32_from_f16(bits);
}
