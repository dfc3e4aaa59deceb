/* Hadamard transform of the float32 model: y = (x K) * (float)(1 / sqrt(dim)). */
#include "ref/numerics/float_bits.h"
#include "ref/ops/check.h"
#include "ref/ops/hadamard_transform.h"
#include "ref/ops/op_checks.h"

qref_status qref_hadamard_f32_check(const qref_hadamard_f32_args *args, qref_error *error) {
  qref_check check = {"hadamard_f32", error, QREF_OK};
  qref_check_pointer(&check, "args", args);
  if (check.status != QREF_OK) {
    return check.status;
  }
  qref_check_dimension(&check, "rows", args->rows);
  qref_check_dimension(&check, "dim", args->dim);
  qref_check_shape(&check, "y", args->rows, args->dim, 1, 1, sizeof(float));
  qref_check_pointer(&check, "x", args->x);
  qref_check_pointer(&check, "y", args->y);
  qref_check_hadamard_dimension(&check, args->dim);
  return check.status;
}

qref_status qref_hadamard_f32(const qref_hadamard_f32_args *args, qref_error *error) {
  qref_status status = qref_hadamard_f32_check(args, error);
  if (status != QREF_OK) {
    return status;
  }
  float scale = qref_hadamard_scale(args->dim, 1.0f);
  for (size_t row = 0; row < args->rows; row++) {
    const float *x = args->x + row * args->dim; /* (dim) */
    float *y = args->y + row * args->dim;       /* (dim) */
    for (size_t i = 0; i < args->dim; i++) {
      y[i] = x[i];
    }
    qref_hadamard_transform_f32(y, args->dim);
    for (size_t i = 0; i < args->dim; i++) {
      y[i] = qref_canonical_nan_f32(y[i] * scale);
    }
  }
  return QREF_OK;
}
