/* Numbers held as the unevaluated sum of two binary64, |low| <= ulp(high)/2: about 106 bits. Plain additions and
 * multiplications only, so that the bits do not depend on an fma instruction. Every operation assumes that nothing
 * overflows or underflows; callers keep exponents within +-300. */
#ifndef QREF_NUMERICS_DOUBLE_DOUBLE_H
#define QREF_NUMERICS_DOUBLE_DOUBLE_H

#include "ref/numerics/float_bits.h"

typedef struct qref_double_double {
  double high;
  double low;
} qref_double_double;

/* a + b exactly, in whatever order of magnitude (Knuth). */
QREF_DEVICE static inline qref_double_double qref_two_sum(double a, double b) {
  const double sum = a + b;
  const double b_part = sum - a;
  const double a_part = sum - b_part;
  return (qref_double_double){sum, (a - a_part) + (b - b_part)};
}

/* a * b exactly (Dekker): each factor is cut into halves of 26 bits, whose products are exact. */
QREF_DEVICE static inline qref_double_double qref_two_product(double a, double b) {
  const double splitter = 0x1.0000002p+27; /* 2^27 + 1 */
  const double a_scaled = splitter * a;
  const double a_high = a_scaled - (a_scaled - a);
  const double a_low = a - a_high;
  const double b_scaled = splitter * b;
  const double b_high = b_scaled - (b_scaled - b);
  const double b_low = b - b_high;
  const double product = a * b;
  const double error = ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low;
  return (qref_double_double){product, error};
}

/* Relative error below 2^-100 unless the sum cancels. */
QREF_DEVICE static inline qref_double_double qref_double_double_add(qref_double_double a, qref_double_double b) {
  const qref_double_double high = qref_two_sum(a.high, b.high);
  const qref_double_double low = qref_two_sum(a.low, b.low);
  const qref_double_double partial = qref_two_sum(high.high, high.low + low.high);
  return qref_two_sum(partial.high, partial.low + low.low);
}

/* Relative error below 2^-100. */
QREF_DEVICE static inline qref_double_double qref_double_double_multiply(qref_double_double a, qref_double_double b) {
  const qref_double_double product = qref_two_product(a.high, b.high);
  return qref_two_sum(product.high, product.low + (a.high * b.low + a.low * b.high));
}

/* a / divisor, relative error below 2^-100. */
QREF_DEVICE static inline qref_double_double qref_double_double_divide(qref_double_double a, double divisor) {
  const double quotient = a.high / divisor;
  const qref_double_double product = qref_two_product(quotient, divisor);
  const double remainder = (a.high - product.high) - product.low + a.low;
  return qref_two_sum(quotient, remainder / divisor);
}

/* high + low rounded to odd: the exact sum if it is a binary64, else the one of its two neighbours whose last bit is
 * set. A second rounding, to a format at least two bits shorter, then gives what one rounding of the exact sum would.
 * high = high + low rounded to nearest, not zero unless low is. */
QREF_DEVICE static inline double qref_round_to_odd(double high, double low) {
  uint64_t bits = qref_bits_from_f64(high);
  if (low != 0.0 && (bits & 1u) == 0) {
    /* The exact sum lies between high and its neighbour on low's side. */
    const int toward_zero = (low < 0.0) == (high > 0.0);
    bits = toward_zero ? bits - 1 : bits + 1;
  }
  return qref_f64_from_bits(bits);
}

/* The float32 nearest to high + low, ties to even. */
QREF_DEVICE static inline float qref_f32_from_double_double(qref_double_double value) {
  return (float)qref_round_to_odd(value.high, value.low);
}

#endif
