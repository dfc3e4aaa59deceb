/* What log and log1p share: z = 2^k * m with m in [45/64, 45/32), and ln(z) = k*ln(2) - ln(c) + ln(1 + r), where
 * r = m*c - 1 and c, a multiple of 1/256, is near 1/m. Around z = 1, k is 0 and c is 1, so nothing cancels. */
#ifndef QREF_NUMERICS_LOG_CORE_H
#define QREF_NUMERICS_LOG_CORE_H

#include "ref/numerics/double_double.h"

enum { QREF_LOG_INTERVALS = 64 };

typedef struct qref_log_interval {
  double inverse;                       /* c */
  qref_double_double minus_log_inverse; /* -ln(c) to about 106 bits */
} qref_log_interval;

#if defined(__CUDACC__) /* a table on the GPU is defined where it is declared */
#include "ref/numerics/log_table.c"
#else
extern const qref_log_interval qref_log_table[QREF_LOG_INTERVALS];
#endif

/* ln(2) as a sum of three. The first has 40 bits: its product with k is exact. */
#define QREF_LN2_HIGH 0x1.62e42fefa4p-1
#define QREF_LN2_MIDDLE -0x1.8432a1b0e2634p-43
#define QREF_LN2_LOW 0x1.f97b57a079a19p-103

typedef struct qref_log_reduced {
  double k;
  const qref_log_interval *interval;
  double m;
} qref_log_reduced;

/* z positive, finite and normal. */
QREF_DEVICE static inline qref_log_reduced qref_log_reduce(double z) {
  const uint64_t smallest_m = UINT64_C(0x3fe6800000000000); /* 45/64 */
  const uint64_t bits = qref_bits_from_f64(z);
  const uint64_t offset = bits - smallest_m; /* modulo 2^64 where z < 45/64 */
  const uint64_t interval = (offset >> (QREF_F64_FRACTION_BITS - 6)) % QREF_LOG_INTERVALS;
  /* The exponent of z, one more from 45/32 on. */
  const int32_t k = (int32_t)((bits + (UINT64_C(1) << QREF_F64_FRACTION_BITS) - (smallest_m & 0xfffffffffffffu)) >>
                              QREF_F64_FRACTION_BITS) -
                    QREF_F64_EXPONENT_BIAS;
  return (qref_log_reduced){(double)k, &qref_log_table[interval], z * qref_f64_power_of_2(-k)};
}

/* The fast evaluation rounded to float32 if its error leaves no doubt; otherwise returns 0 and *decided is 0. */
QREF_DEVICE static inline float qref_log_round_if_decided(double result, int *decided) {
  /* Twice the bound of the relative error. The polynomial below leaves out r^9/9, at most 2^-51 of r; roundings add
   * less than 2^-50. */
  const double fast_error = 0x1p-47;
  const float lower = (float)(result - result * fast_error);
  const float upper = (float)(result + result * fast_error);
  *decided = lower == upper;
  return upper;
}

/* ln(1 + r) - r, |r| <= 1/64, as the Taylor polynomial of degree 8. */
QREF_DEVICE static inline double qref_log1p_tail(double r) {
  const double r2 = r * r;
  const double r4 = r2 * r2;
  const double terms_2_to_5 = (-0.5 + r * 0x1.5555555555555p-2) + r2 * (-0.25 + r * 0x1.999999999999ap-3);
  const double terms_6_to_8 = (-0x1.5555555555555p-3 + r * 0x1.2492492492492p-3) - r2 * 0.125;
  return r2 * (terms_2_to_5 + r4 * terms_6_to_8);
}

/* ln(z), relative error below 2^-48. */
QREF_DEVICE static inline double qref_log_fast(double z) {
  const qref_log_reduced reduced = qref_log_reduce(z);
  const double c = reduced.interval->inverse;
  /* m is cut so that m_high * c is exact: 32 and 9 bits. */
  const double m_high = qref_f64_from_bits(qref_bits_from_f64(reduced.m) & ~UINT64_C(0x1fffff));
  const double r = (m_high * c - 1.0) + (reduced.m - m_high) * c;
  const double high = reduced.k * QREF_LN2_HIGH + reduced.interval->minus_log_inverse.high;
  return high + (r + (qref_log1p_tail(r) + reduced.k * QREF_LN2_MIDDLE));
}

/* ln(z_high + z_low), not 0, relative error below 2^-95. z_high is as in qref_log_reduce, |z_low| <= ulp(z_high)/2. */
QREF_DEVICE_DECLARATION qref_double_double qref_log_accurate(double z_high, double z_low);

/* ln(1 + x), relative error below 2^-95, x > -1 and not 0. */
QREF_DEVICE_DECLARATION qref_double_double qref_log1p_accurate(float x);

#endif
