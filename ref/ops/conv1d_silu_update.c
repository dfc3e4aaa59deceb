/* Causal conv1d + SiLU, one token. SPEC section 2:
 *   state shifts left by one, the new sample enters at the end
 *   v = (float)bias[d] * s_b; for k: v = fma((s_w * s_x) * (float)w[d,k], (float)state[k], v)
 *   q = saturate(half_away(silu(v) / s_out))
 * The rounding differs from the whole-sequence op by design of the original. */
#include "ref/ops/check.h"
#include "ref/ops/intermediate.h"
#include "ref/ops/op_checks.h"

qref_status qref_conv1d_silu_update_check(const qref_conv1d_silu_update_args *args, qref_error *error) {
  qref_check check = {"conv1d_silu_update", error, QREF_OK};
  qref_check_pointer(&check, "args", args);
  if (check.status != QREF_OK) {
    return check.status;
  }
  qref_check_pointer(&check, "rule", args->rule);
  qref_check_dimension(&check, "batch", args->batch);
  qref_check_dimension(&check, "channels", args->channels);
  qref_check_dimension(&check, "width", args->width);
  qref_check_shape(&check, "state", args->batch, args->channels, args->width, 1, 1);
  qref_check_shape(&check, "y", args->batch, args->channels, 1, 1, sizeof(float));
  qref_check_optional_shape(&check, "tap_sum", args->tap_sum, args->batch, args->channels, args->width, 1,
                            sizeof(float));
  qref_check_pointer(&check, "state", args->state);
  qref_check_pointer(&check, "x", args->x);
  qref_check_pointer(&check, "w", args->w);
  qref_check_pointer(&check, "y", args->y);
  qref_check_conv1d_scales(&check, args->x_scale, args->w_scale, args->bias != NULL, args->bias_scale);
  qref_check_scale(&check, "out_scale", args->out_scale);
  return check.status;
}

qref_status qref_conv1d_silu_update(const qref_conv1d_silu_update_args *args, qref_error *error) {
  qref_status status = qref_conv1d_silu_update_check(args, error);
  if (status != QREF_OK) {
    return status;
  }
  const qref_conv1d_silu_update_rule *rule = args->rule;
  size_t W = args->width;
  float s_wx = args->w_scale * args->x_scale;

  for (size_t b = 0; b < args->batch; b++) {
    for (size_t d = 0; d < args->channels; d++) {
      size_t i = b * args->channels + d;
      int8_t *state = args->state + i * W; /* (W) */
      const int8_t *w = args->w + d * W;   /* (W) */

      for (size_t k = 0; k + 1 < W; k++) {
        state[k] = state[k + 1];
      }
      state[W - 1] = args->x[i];

      float v = args->bias != NULL ? (float)args->bias[d] * args->bias_scale : 0.0f;
      for (size_t k = 0; k < W; k++) {
        v = qref_multiply_add_f32(s_wx * (float)w[k], (float)state[k], v, rule->tap_add);
        qref_store_intermediate(args->tap_sum, i * W + k, v);
      }
      float y = args->silu ? qref_apply_function(v, qref_silu_f32, &rule->silu) : v;
      float scaled = qref_apply_scale(y, args->out_scale, rule->output.scale_form);
      args->y[i] = qref_round_to_int8(scaled, &rule->output.round, i, args->counts);

      qref_store_intermediate(args->before_activation, i, v);
      qref_store_intermediate(args->after_activation, i, y);
      qref_store_intermediate(args->before_rounding, i, scaled);
    }
  }
  return QREF_OK;
}
