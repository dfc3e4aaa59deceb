/* The normalization that both RMSNorm ops share. SPEC section 2. */
#ifndef QREF_OPS_ROOT_MEAN_SQUARE_H
#define QREF_OPS_ROOT_MEAN_SQUARE_H

#include <qref/types.h>

#include "ref/numerics/portability.h"

/* mean(r*r). The sum is binary64: partial j takes r[i]^2 with i mod partial_sums = j in ascending order, partials are
 * added in ascending j, the sum is divided by n and rounded to float32. */
QREF_DEVICE_DECLARATION float qref_mean_square(const float *r, size_t n, uint32_t partial_sums);

/* 1 / sqrt(mean_square + eps) */
QREF_DEVICE_DECLARATION float qref_reciprocal_rms(float mean_square, float eps);

#endif
