/* a*b + c with one rounding, from binary64 operations. */
#ifndef QREF_NUMERICS_FMA_PORTABLE_H
#define QREF_NUMERICS_FMA_PORTABLE_H

#include "ref/numerics/double_double.h"

/* The product of two 24-bit significands is exact in binary64. The sum is rounded to odd in 53 bits and once more,
 * properly, to float32. */
static inline float qref_fma_f32_portable(float a, float b, float c) {
  const double product = (double)a * (double)b;
  const qref_double_double sum = qref_two_sum(product, (double)c);
  if (!(sum.high - sum.high == 0.0)) { /* an infinity or a NaN, for which sum.low means nothing */
    return qref_canonical_nan_f32((float)sum.high);
  }
  return qref_f32_from_double_double(sum);
}

#endif
