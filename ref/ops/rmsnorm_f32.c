/* RMSNorm of the float32 model: y = (x * rstd) * w, with the sum of rmsnorm. */
#include "ref/numerics/float_bits.h"
#include "ref/ops/check.h"
#include "ref/ops/op_checks.h"
#include "ref/ops/root_mean_square.h"

enum { PARTIAL_SUMS = 32 };

qref_status qref_rmsnorm_f32_check(const qref_rmsnorm_f32_args *args, qref_error *error) {
  qref_check check = {"rmsnorm_f32", error, QREF_OK};
  qref_check_pointer(&check, "args", args);
  if (check.status != QREF_OK) {
    return check.status;
  }
  qref_check_dimension(&check, "rows", args->rows);
  qref_check_dimension(&check, "n", args->n);
  qref_check_shape(&check, "y", args->rows, args->n, 1, 1, sizeof(float));
  qref_check_pointer(&check, "x", args->x);
  qref_check_pointer(&check, "weight", args->weight);
  qref_check_pointer(&check, "y", args->y);
  if (args->eps != 0.0f) {
    qref_check_scale(&check, "eps", args->eps);
  }
  return check.status;
}

qref_status qref_rmsnorm_f32(const qref_rmsnorm_f32_args *args, qref_error *error) {
  qref_status status = qref_rmsnorm_f32_check(args, error);
  if (status != QREF_OK) {
    return status;
  }
  for (size_t row = 0; row < args->rows; row++) {
    const float *x = args->x + row * args->n; /* (n) */
    float *y = args->y + row * args->n;       /* (n) */
    float rstd = qref_reciprocal_rms(qref_mean_square(x, args->n, PARTIAL_SUMS), args->eps);
    for (size_t i = 0; i < args->n; i++) {
      y[i] = qref_canonical_nan_f32((x[i] * rstd) * args->weight[i]);
    }
  }
  return QREF_OK;
}
