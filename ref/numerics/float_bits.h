/* Bit patterns of float32 and binary64, and the one NaN that qref stores. */
#ifndef QREF_NUMERICS_FLOAT_BITS_H
#define QREF_NUMERICS_FLOAT_BITS_H

#include <stdint.h>
#include <string.h>

#include "ref/numerics/portability.h"

enum { QREF_F32_FRACTION_BITS = 23, QREF_F64_FRACTION_BITS = 52, QREF_F64_EXPONENT_BIAS = 1023 };

#define QREF_F32_SIGN_BIT 0x80000000u
#define QREF_F32_INFINITY_BITS 0x7f800000u
#define QREF_F32_NAN_BITS 0x7fc00000u

QREF_DEVICE static inline uint32_t qref_inline_bits_from_f32(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

QREF_DEVICE static inline float qref_inline_f32_from_bits(uint32_t bits) {
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

QREF_DEVICE static inline uint64_t qref_bits_from_f64(double value) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

QREF_DEVICE static inline double qref_f64_from_bits(uint64_t bits) {
  double value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

/* 2^exponent, exponent in -1022 .. 1023. */
QREF_DEVICE static inline double qref_f64_power_of_2(int32_t exponent) {
  return qref_f64_from_bits((uint64_t)(exponent + QREF_F64_EXPONENT_BIAS) << QREF_F64_FRACTION_BITS);
}

QREF_DEVICE static inline float qref_nan_f32(void) {
  return qref_inline_f32_from_bits(QREF_F32_NAN_BITS);
}

/* Machines disagree on the sign and payload of a NaN that they produce. */
QREF_DEVICE static inline float qref_canonical_nan_f32(float value) {
  return value == value ? value : qref_nan_f32();
}

#endif
