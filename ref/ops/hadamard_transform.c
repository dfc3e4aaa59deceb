#include "ref/ops/hadamard_transform.h"

#include <math.h>

#include "ref/ops/check.h"
#include "ref/ops/hadamard_matrices.h"

enum { QREF_HADAMARD_LARGEST_BASE = 40 };

static bool is_power_of_two(size_t n) {
  return n != 0 && (n & (n - 1)) == 0;
}

size_t qref_hadamard_base(size_t dim) {
  static const size_t bases[] = {1, 12, 40};
  for (size_t i = 0; i < sizeof bases / sizeof bases[0]; i++) {
    if (dim % bases[i] == 0 && is_power_of_two(dim / bases[i])) {
      return bases[i];
    }
  }
  return 0;
}

bool qref_hadamard_supports(size_t dim) {
  return qref_hadamard_base(dim) != 0;
}

float qref_hadamard_scale(size_t dim, float out_scale) {
  return (float)((1.0 / sqrt((double)dim)) / (double)out_scale);
}

#define REAL float
#define BASE_TRANSFORM base_transform_f32
#define TRANSFORM qref_hadamard_transform_f32
#include "ref/ops/hadamard_transform.inc"
#undef REAL
#undef BASE_TRANSFORM
#undef TRANSFORM

#define REAL double
#define BASE_TRANSFORM base_transform_f64
#define TRANSFORM qref_hadamard_transform_f64
#include "ref/ops/hadamard_transform.inc"

qref_status qref_hadamard_f64(double *x, size_t dim, qref_error *error) {
  qref_check check = {"hadamard_f64", error, QREF_OK};
  qref_check_pointer(&check, "x", x);
  qref_check_hadamard_dimension(&check, dim);
  if (check.status != QREF_OK) {
    return check.status;
  }
  qref_hadamard_transform_f64(x, dim);
  double scale = 1.0 / sqrt((double)dim);
  for (size_t i = 0; i < dim; i++) {
    x[i] *= scale;
  }
  return QREF_OK;
}
