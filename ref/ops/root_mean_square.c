#include "ref/ops/root_mean_square.h"

#include <math.h>

float qref_reciprocal_rms(const float *r, size_t n, float eps, uint32_t partial_sums) {
  double sum = 0.0;
  for (size_t j = 0; j < partial_sums; j++) {
    double partial = 0.0;
    for (size_t i = j; i < n; i += partial_sums) {
      partial += (double)r[i] * (double)r[i];
    }
    sum += partial;
  }
  float mean_square = (float)(sum / (double)n);
  return 1.0f / sqrtf(mean_square + eps);
}
