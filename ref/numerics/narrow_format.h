/* The 16-bit floating-point formats as two numbers, and the one conversion that both share. */
#ifndef QREF_NUMERICS_NARROW_FORMAT_H
#define QREF_NUMERICS_NARROW_FORMAT_H

#include "ref/numerics/float_bits.h"

typedef struct qref_narrow_format {
  int32_t fraction_bits; /* stored bits of the significand */
  int32_t maximum_exponent;
} qref_narrow_format;

/* value rounded once, to nearest even, to a format of 16 bits. NaN gives the positive quiet NaN without payload. */
QREF_DEVICE static inline uint16_t qref_narrow_from_f64(double value, qref_narrow_format format) {
  const uint64_t bits = qref_bits_from_f64(value);
  const uint32_t sign = (uint32_t)(bits >> 63) << 15;
  const uint32_t infinity = (uint32_t)(2 * format.maximum_exponent + 1) << format.fraction_bits;
  const uint64_t fraction = bits & ((UINT64_C(1) << QREF_F64_FRACTION_BITS) - 1);
  const int32_t exponent = (int32_t)((bits >> QREF_F64_FRACTION_BITS) & 0x7ffu) - QREF_F64_EXPONENT_BIAS;

  if (exponent > QREF_F64_EXPONENT_BIAS && fraction != 0) {
    return (uint16_t)(infinity | (1u << (format.fraction_bits - 1)));
  }
  if (exponent > format.maximum_exponent) {
    return (uint16_t)(sign | infinity);
  }
  /* Below the smallest normal exponent a unit in the last place stops shrinking. */
  const int32_t minimum_exponent = 1 - format.maximum_exponent;
  const int32_t scaled_exponent = exponent > minimum_exponent ? exponent : minimum_exponent;
  const int32_t dropped_bits = QREF_F64_FRACTION_BITS - format.fraction_bits + (scaled_exponent - exponent);
  if (dropped_bits > QREF_F64_FRACTION_BITS + 1) {
    return (uint16_t)sign; /* below half of the smallest subnormal; binary64 subnormals too */
  }
  const uint64_t significand = fraction | (UINT64_C(1) << QREF_F64_FRACTION_BITS);
  const uint64_t half = UINT64_C(1) << (dropped_bits - 1);
  const uint64_t dropped = significand & (2 * half - 1);
  uint64_t kept = significand >> dropped_bits;
  if (dropped > half || (dropped == half && (kept & 1u) != 0)) {
    kept++;
  }
  /* The leading bit of a normal significand, and a carry out of the rounding, add 1 to the exponent field by
   * themselves; the carry out of the largest finite value makes infinity. */
  const uint32_t magnitude = ((uint32_t)(scaled_exponent - minimum_exponent) << format.fraction_bits) + (uint32_t)kept;
  return (uint16_t)(sign | magnitude);
}

#endif
