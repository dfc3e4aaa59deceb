/* Linear of the float32 model: y[m,n] = sum_k x[m,k] * w[n,k], k ascending by fma from 0. SPEC section 4. */
#include "ref/ops/check.h"
#include "ref/ops/op_checks.h"

qref_status qref_linear_f32_check(const qref_linear_f32_args *args, qref_error *error) {
  qref_check check = {"linear_f32", error, QREF_OK};
  qref_check_pointer(&check, "args", args);
  if (check.status != QREF_OK) {
    return check.status;
  }
  size_t stride = args->y_row_stride != 0 ? args->y_row_stride : args->columns;
  qref_check_dimension(&check, "rows", args->rows);
  qref_check_dimension(&check, "columns", args->columns);
  qref_check_dimension(&check, "depth", args->depth);
  qref_check_stride(&check, "y_row_stride", stride, args->columns);
  qref_check_shape(&check, "x", args->rows, args->depth, 1, 1, sizeof(float));
  qref_check_shape(&check, "w", args->columns, args->depth, 1, 1, sizeof(float));
  qref_check_shape(&check, "y", args->rows, stride, 1, 1, sizeof(float));
  qref_check_pointer(&check, "x", args->x);
  qref_check_pointer(&check, "w", args->w);
  qref_check_pointer(&check, "y", args->y);
  return check.status;
}

qref_status qref_linear_f32(const qref_linear_f32_args *args, qref_error *error) {
  qref_status status = qref_linear_f32_check(args, error);
  if (status != QREF_OK) {
    return status;
  }
  size_t stride = args->y_row_stride != 0 ? args->y_row_stride : args->columns;
  for (size_t m = 0; m < args->rows; m++) {
    for (size_t n = 0; n < args->columns; n++) {
      const float *x = args->x + m * args->depth; /* (K) */
      const float *w = args->w + n * args->depth; /* (K) */
      float sum = 0.0f;
      for (size_t k = 0; k < args->depth; k++) {
        sum = qref_fma_f32(x[k], w[k], sum);
      }
      args->y[m * stride + n] = sum;
    }
  }
  return QREF_OK;
}
