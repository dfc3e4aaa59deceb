/* conv1d + SiLU, float simulation. SPEC section 3:
 *   x = q_x*s_x, w = q_w*s_w, bias = q_b*s_b
 *   v = bias; for k ascending: v = fma(w[k], x[t-W+1+k], v); y = silu(v)
 *   y_sim = half_even(y / s) * s, no clamp */
#include "ref/base/error.h"
#include "ref/numerics/float_bits.h"
#include "ref/ops/check.h"
#include "ref/ops/intermediate.h"
#include "ref/ops/op_checks.h"

qref_status qref_conv1d_silu_floatsim_check(const qref_conv1d_silu_floatsim_args *args, qref_error *error) {
  qref_check check = {"conv1d_silu_floatsim", error, QREF_OK};
  qref_check_pointer(&check, "args", args);
  if (check.status != QREF_OK) {
    return check.status;
  }
  qref_check_pointer(&check, "rule", args->rule);
  qref_check_dimension(&check, "batch", args->batch);
  qref_check_dimension(&check, "channels", args->channels);
  qref_check_dimension(&check, "length", args->length);
  qref_check_dimension(&check, "width", args->width);
  qref_check_shape(&check, "after_quant", args->batch, args->channels, args->length, 1, sizeof(float));
  qref_check_shape(&check, "w", args->channels, args->width, 1, 1, 1);
  qref_check_pointer(&check, "x", args->x);
  qref_check_pointer(&check, "w", args->w);
  qref_check_pointer(&check, "after_quant", args->after_quant);
  qref_check_conv1d_scales(&check, args->x_scale, args->w_scale, args->bias != NULL, args->bias_scale);
  qref_check_scale(&check, "effective_scale", args->effective_scale);
  if (check.status == QREF_OK && args->rule->grid_rounding == QREF_ROUND_STOCHASTIC) {
    return qref_fail(error, QREF_ERROR_ARGUMENT,
                     "conv1d_silu_floatsim: field 'rule.grid_rounding': expected a deterministic rounding");
  }
  return check.status;
}

qref_status qref_conv1d_silu_floatsim(const qref_conv1d_silu_floatsim_args *args, qref_error *error) {
  qref_status status = qref_conv1d_silu_floatsim_check(args, error);
  if (status != QREF_OK) {
    return status;
  }
  const qref_conv1d_floatsim_rule *rule = args->rule;
  size_t T = args->length;
  size_t W = args->width;
  float s = args->effective_scale;

  for (size_t b = 0; b < args->batch; b++) {
    for (size_t d = 0; d < args->channels; d++) {
      size_t row = (b * args->channels + d) * T;
      const int8_t *x = args->x + row;   /* (T) */
      const int8_t *w = args->w + d * W; /* (W) */
      float bias = args->bias != NULL ? (float)args->bias[d] * args->bias_scale : 0.0f;

      for (size_t t = 0; t < T; t++) {
        float v = bias;
        for (size_t k = 0; k < W; k++) {
          float sample = t + k + 1 >= W ? (float)x[t + k + 1 - W] * args->x_scale : 0.0f;
          v = qref_multiply_add_f32((float)w[k] * args->w_scale, sample, v, rule->tap_add);
        }
        float y = args->silu ? qref_apply_function(v, qref_silu_f32, &rule->silu) : v;
        float scaled = qref_apply_scale(y, s, rule->grid_scale_form);
        args->after_quant[row + t] = qref_canonical_nan_f32(qref_round_f32(scaled, rule->grid_rounding, 0, 0) * s);

        qref_store_intermediate(args->before_activation, row + t, v);
        qref_store_intermediate(args->before_quant, row + t, y);
        qref_store_intermediate(args->before_rounding, row + t, scaled);
      }
    }
  }
  return QREF_OK;
}
