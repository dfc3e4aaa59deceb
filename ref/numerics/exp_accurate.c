#include "ref/numerics/exp_core.h"

/* e^r as the Taylor polynomial of degree 14, by Horner's rule 1 + r/1 * (1 + r/2 * (1 + r/3 * ...)) in double-double.
 * |r| < 0.011: the first term left out is below 2^-137. */
QREF_DEVICE static qref_double_double exp_of_remainder(qref_double_double r) {
  const qref_double_double one = {1.0, 0.0};
  qref_double_double sum = one;
  for (int n = 14; n >= 1; n--) {
    sum = qref_double_double_add(one, qref_double_double_divide(qref_double_double_multiply(r, sum), (double)n));
  }
  return sum;
}

QREF_DEVICE qref_double_double qref_exp_accurate(float x) {
  const double k = qref_exp_interval((double)x);
  const uint32_t interval = qref_exp_biased_interval(k);

  /* The difference is exact: both sides are multiples of 2^-43 and nearly equal (k = 0 subtracts nothing). */
  const double difference = (double)x - k * QREF_EXP_INTERVAL_HIGH;
  qref_double_double middle = qref_two_product(-k, QREF_EXP_INTERVAL_MIDDLE);
  middle.low -= k * QREF_EXP_INTERVAL_LOW;
  const qref_double_double r = qref_double_double_add((qref_double_double){difference, 0.0}, middle);

  const qref_double_double result =
      qref_double_double_multiply(qref_exp_table[interval % QREF_EXP_INTERVALS], exp_of_remainder(r));
  const double scale = qref_exp_scale(interval);
  return (qref_double_double){result.high * scale, result.low * scale};
}
