#include "ref/numerics/log_core.h"

/* ln(1 + r) as the Taylor polynomial of degree 22, r * (1 - r * (1/2 - r * (1/3 - ...))) in double-double. |r| <= 1/64:
 * the first term left out is below 2^-136 of the result. */
QREF_DEVICE static qref_double_double log_of_1_plus(qref_double_double r) {
  const qref_double_double one = {1.0, 0.0};
  qref_double_double sum = {0.0, 0.0};
  for (int n = 22; n >= 1; n--) {
    const qref_double_double product = qref_double_double_multiply(r, sum);
    sum = qref_double_double_add(qref_double_double_divide(one, (double)n),
                                 (qref_double_double){-product.high, -product.low});
  }
  return qref_double_double_multiply(r, sum);
}

QREF_DEVICE qref_double_double qref_log_accurate(double z_high, double z_low) {
  const qref_log_reduced reduced = qref_log_reduce(z_high);
  const double c = reduced.interval->inverse;
  const double m_low = z_low * qref_f64_power_of_2(-(int32_t)reduced.k);
  const qref_double_double product = qref_two_product(reduced.m, c);
  qref_double_double r = qref_two_sum(product.high - 1.0, product.low); /* exact: product.high is near 1 */
  r = qref_double_double_add(r, (qref_double_double){m_low * c, 0.0});

  qref_double_double k_ln2 = qref_two_product(reduced.k, QREF_LN2_MIDDLE);
  k_ln2.low += reduced.k * QREF_LN2_LOW;
  k_ln2 = qref_double_double_add((qref_double_double){reduced.k * QREF_LN2_HIGH, 0.0}, k_ln2);
  const qref_double_double known = qref_double_double_add(k_ln2, reduced.interval->minus_log_inverse);
  return qref_double_double_add(known, log_of_1_plus(r));
}

QREF_DEVICE qref_double_double qref_log1p_accurate(float x) {
  if (x > -0x1p-7f && x < 0x1p-7f) {
    return log_of_1_plus((qref_double_double){(double)x, 0.0});
  }
  const qref_double_double z = qref_two_sum(1.0, (double)x);
  return qref_log_accurate(z.high, z.low);
}
