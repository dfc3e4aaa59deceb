#include "ref/ops/root_mean_square.h"

#include <math.h>

QREF_DEVICE float qref_mean_square(const float *r, size_t n, uint32_t partial_sums) {
  double sum = 0.0;
  for (size_t j = 0; j < partial_sums; j++) {
    double partial = 0.0;
    for (size_t i = j; i < n; i += partial_sums) {
      partial += (double)r[i] * (double)r[i];
    }
    sum += partial;
  }
  return (float)(sum / (double)n);
}

QREF_DEVICE float qref_reciprocal_rms(float mean_square, float eps) {
  return 1.0f / sqrtf(mean_square + eps);
}
