/* float32 to int8 behind the float-simulated conv1d. SPEC section 3: q = saturate(half_even(x / s)) */
#include "ref/ops/check.h"
#include "ref/ops/intermediate.h"
#include "ref/ops/op_checks.h"

qref_status qref_requantize_check(const qref_requantize_args *args, qref_error *error) {
  qref_check check = {"requantize", error, QREF_OK};
  qref_check_pointer(&check, "args", args);
  if (check.status != QREF_OK) {
    return check.status;
  }
  qref_check_pointer(&check, "rule", args->rule);
  qref_check_dimension(&check, "count", args->count);
  qref_check_shape(&check, "x", args->count, 1, 1, 1, sizeof(float));
  qref_check_pointer(&check, "x", args->x);
  qref_check_pointer(&check, "y", args->y);
  qref_check_scale(&check, "scale", args->scale);
  return check.status;
}

qref_status qref_requantize(const qref_requantize_args *args, qref_error *error) {
  qref_status status = qref_requantize_check(args, error);
  if (status != QREF_OK) {
    return status;
  }
  for (size_t i = 0; i < args->count; i++) {
    float scaled = qref_apply_scale(args->x[i], args->scale, args->rule->scale_form);
    args->y[i] = qref_round_to_int8(scaled, &args->rule->round, i, args->counts);
    qref_store_intermediate(args->before_rounding, i, scaled);
  }
  return QREF_OK;
}
