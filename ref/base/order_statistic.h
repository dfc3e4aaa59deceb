/* Quantiles by selection. */
#ifndef QREF_BASE_ORDER_STATISTIC_H
#define QREF_BASE_ORDER_STATISTIC_H

#include <stddef.h>

/* The quantile q in [0, 1] of `count` >= 1 values without NaN, by linear interpolation between order statistics at
 * position q * (count - 1) (numpy.quantile's default): lo + (hi - lo) * fraction in binary64, then rounded to
 * float32. Linear time for every input. */
float qref_quantile(const float *values, size_t count, double q);

#endif
