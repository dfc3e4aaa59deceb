/* RMSNorm, quantized, with residual. SPEC section 2:
 *   r = x + residual; rstd = 1 / sqrt(mean(r*r) + eps); y = (r*rstd)*w
 *   static:  q = saturate(half_even(y / s_out))
 *   dynamic: s = max(y)/127 per row, without absolute value; same rounding */
#include "ref/numerics/float_bits.h"
#include "ref/ops/check.h"
#include "ref/ops/intermediate.h"
#include "ref/ops/op_checks.h"
#include "ref/ops/root_mean_square.h"

qref_status qref_rmsnorm_check(const qref_rmsnorm_args *args, qref_error *error) {
  qref_check check = {"rmsnorm", error, QREF_OK};
  qref_check_pointer(&check, "args", args);
  if (check.status != QREF_OK) {
    return check.status;
  }
  qref_check_pointer(&check, "rule", args->rule);
  qref_check_dimension(&check, "rows", args->rows);
  qref_check_dimension(&check, "n", args->n);
  qref_check_shape(&check, "residual_out", args->rows, args->n, 1, 1, sizeof(float));
  qref_check_pointer(&check, "x", args->x);
  qref_check_pointer(&check, "weight", args->weight);
  qref_check_pointer(&check, "residual_out", args->residual_out);
  qref_check_pointer(&check, "y", args->y);
  if (args->eps != 0.0f) {
    qref_check_scale(&check, "eps", args->eps);
  }
  if (args->row_scale == NULL) {
    qref_check_scale(&check, "out_scale", args->out_scale);
  }
  if (check.status == QREF_OK) {
    qref_check_dimension(&check, "rule.partial_sums", args->rule->partial_sums);
  }
  return check.status;
}

static float normalized(const qref_rmsnorm_args *args, const float *r, float rstd, size_t i) {
  return (r[i] * rstd) * args->weight[i];
}

static float dynamic_scale(const qref_rmsnorm_args *args, const float *r, float rstd) {
  float largest = normalized(args, r, rstd, 0);
  for (size_t i = 1; i < args->n; i++) {
    float y = normalized(args, r, rstd, i);
    largest = y > largest ? y : largest;
  }
  if (args->counts != NULL && !(largest > 0.0f)) {
    args->counts->nonpositive_rows++;
  }
  return qref_canonical_nan_f32(largest / 127.0f);
}

qref_status qref_rmsnorm(const qref_rmsnorm_args *args, qref_error *error) {
  qref_status status = qref_rmsnorm_check(args, error);
  if (status != QREF_OK) {
    return status;
  }
  for (size_t row = 0; row < args->rows; row++) {
    size_t first = row * args->n;
    float *r = args->residual_out + first; /* (n) */
    for (size_t i = 0; i < args->n; i++) {
      float x = qref_f32_from_f16(args->x[first + i]);
      r[i] = qref_canonical_nan_f32(args->residual != NULL ? x + args->residual[first + i] : x);
    }
    float mean_square = qref_mean_square(r, args->n, args->rule->partial_sums);
    float rstd = qref_reciprocal_rms(mean_square, args->eps);
    qref_store_intermediate(args->mean_square, row, mean_square);
    qref_store_intermediate(args->rstd, row, rstd);
    float scale = args->out_scale;
    if (args->row_scale != NULL) {
      scale = dynamic_scale(args, r, rstd);
      args->row_scale[row] = scale;
    }
    for (size_t i = 0; i < args->n; i++) {
      float y = normalized(args, r, rstd, i);
      float scaled = qref_apply_scale(y, scale, args->rule->output.scale_form);
      args->y[first + i] = qref_round_to_int8(scaled, &args->rule->output.round, first + i, args->counts);
      qref_store_intermediate(args->normalized, first + i, y);
      qref_store_intermediate(args->before_rounding, first + i, scaled);
    }
  }
  return QREF_OK;
}
