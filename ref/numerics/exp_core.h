/* What the fast and the accurate evaluation of e^x share: x = k*ln(2)/32 + r with |r| <= ln(2)/64, and
 * e^x = 2^(k div 32) * 2^((k mod 32)/32) * e^r. */
#ifndef QREF_NUMERICS_EXP_CORE_H
#define QREF_NUMERICS_EXP_CORE_H

#include "ref/numerics/double_double.h"

enum { QREF_EXP_INTERVALS = 32 };

/* 2^(i/32) to about 106 bits, i = 0 .. 31. */
#if defined(__CUDACC__) /* a table on the GPU is defined where it is declared */
#include "ref/numerics/exp_table.c"
#else
extern const qref_double_double qref_exp_table[QREF_EXP_INTERVALS];
#endif

#define QREF_EXP_INTERVALS_PER_LN2 0x1.71547652b82fep+5

/* ln(2)/32 as a sum of three. The first has 38 bits: its product with k, 13 bits, is exact. */
#define QREF_EXP_INTERVAL_HIGH 0x1.62e42fefap-6
#define QREF_EXP_INTERVAL_MIDDLE 0x1.cf79abc9e3b3ap-45
#define QREF_EXP_INTERVAL_LOW -0x1.ff0342542fc33p-99

/* k, as a double. Adding 1.5 * 2^52 leaves no room for a fraction, so the sum is rounded to an integer. */
QREF_DEVICE static inline double qref_exp_interval(double x) {
  return (x * QREF_EXP_INTERVALS_PER_LN2 + 0x1.8p52) - 0x1.8p52;
}

/* k + 32 * 1023, positive: its low 5 bits are the table index and the rest the exponent field of 2^(k div 32). */
QREF_DEVICE static inline uint32_t qref_exp_biased_interval(double k) {
  return (uint32_t)((int32_t)k + QREF_EXP_INTERVALS * QREF_F64_EXPONENT_BIAS);
}

QREF_DEVICE static inline double qref_exp_scale(uint32_t biased_interval) {
  return qref_f64_from_bits((uint64_t)(biased_interval / QREF_EXP_INTERVALS) << QREF_F64_FRACTION_BITS);
}

/* e^x, relative error below 2^-95, for any x whose e^x neither overflows nor rounds to 0 as a float32. */
QREF_DEVICE_DECLARATION qref_double_double qref_exp_accurate(float x);

#endif
