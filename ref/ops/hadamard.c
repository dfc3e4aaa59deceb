/* Hadamard transform, float16 in, int8 out. SPEC section 2:
 *   v = (x K) * scale in float32, butterflies smallest stride first, then the base matrix with ascending index
 *   q = half_away(v); the original casts without a clamp, so profile quamba wraps */
#include "ref/ops/check.h"
#include "ref/ops/hadamard_transform.h"
#include "ref/ops/intermediate.h"
#include "ref/ops/op_checks.h"

qref_status qref_hadamard_check(const qref_hadamard_args *args, qref_error *error) {
  qref_check check = {"hadamard", error, QREF_OK};
  qref_check_pointer(&check, "args", args);
  if (check.status != QREF_OK) {
    return check.status;
  }
  qref_check_pointer(&check, "rule", args->rule);
  qref_check_dimension(&check, "rows", args->rows);
  qref_check_dimension(&check, "dim", args->dim);
  qref_check_shape(&check, "before_rounding", args->rows, args->dim, 1, 1, sizeof(float));
  qref_check_pointer(&check, "x", args->x);
  qref_check_pointer(&check, "y", args->y);
  qref_check_pointer(&check, "scratch", args->scratch);
  qref_check_scale(&check, "scale", args->scale);
  qref_check_hadamard_dimension(&check, args->dim);
  return check.status;
}

qref_status qref_hadamard(const qref_hadamard_args *args, qref_error *error) {
  qref_status status = qref_hadamard_check(args, error);
  if (status != QREF_OK) {
    return status;
  }
  for (size_t row = 0; row < args->rows; row++) {
    size_t first = row * args->dim;
    float *v = args->scratch; /* (dim) */
    for (size_t i = 0; i < args->dim; i++) {
      v[i] = qref_f32_from_f16(args->x[first + i]);
    }
    qref_hadamard_transform_f32(v, args->dim);
    for (size_t i = 0; i < args->dim; i++) {
      float scaled = v[i] * args->scale;
      args->y[first + i] = qref_round_to_int8(scaled, &args->rule->output, first + i, args->counts);
      qref_store_intermediate(args->transformed, first + i, v[i]);
      qref_store_intermediate(args->before_rounding, first + i, scaled);
    }
  }
  return QREF_OK;
}
