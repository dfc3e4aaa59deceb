#include <qref/numerics.h>

#include "ref/numerics/exp_core.h"

/* The first float32 whose e^x rounds to infinity: e^x >= 2^128 - 2^103. */
#define OVERFLOW_FROM 0x1.62e43p+6f
/* The first float32 whose e^x rounds to 0: e^x < 2^-150. */
#define UNDERFLOW_FROM -0x1.9fe36ap+6f

/* Twice the bound of the relative error of the fast evaluation: the polynomial leaves out r^6/720 < 2^-48.7, and the
 * roundings of the table, the polynomial and the product add less than 2^-51. */
#define FAST_ERROR 0x1p-47

QREF_DEVICE float qref_exp_f32(float x) {
  if (!(x < OVERFLOW_FROM && x > UNDERFLOW_FROM)) {
    if (x != x) {
      return qref_nan_f32();
    }
    return x > 0.0f ? qref_inline_f32_from_bits(QREF_F32_INFINITY_BITS) : 0.0f;
  }

  const double k = qref_exp_interval((double)x);
  const uint32_t interval = qref_exp_biased_interval(k);
  const double r = ((double)x - k * QREF_EXP_INTERVAL_HIGH) - k * QREF_EXP_INTERVAL_MIDDLE;
  /* e^r - 1 = r + r^2/2 + r^3/6 + r^4/24 + r^5/120 */
  const double r2 = r * r;
  const double tail = (0.5 + r * 0x1.5555555555555p-3) + r2 * (0x1.5555555555555p-5 + r * 0x1.1111111111111p-7);
  const double power = qref_exp_table[interval % QREF_EXP_INTERVALS].high;
  const double result = (power + power * (r + r2 * tail)) * qref_exp_scale(interval);

  /* If both ends of the error interval round to the same float32, so does e^x. */
  const float lower = (float)(result - result * FAST_ERROR);
  const float upper = (float)(result + result * FAST_ERROR);
  return lower == upper ? upper : qref_f32_from_double_double(qref_exp_accurate(x));
}
