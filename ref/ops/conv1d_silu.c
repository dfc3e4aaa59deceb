/* Causal conv1d + SiLU, whole sequence. SPEC section 2:
 *   acc = sum_{k<W} w[d,k] * x[b,d,t-W+1+k]
 *   v   = fma(s_w * s_x, (float)acc, (float)bias[d] * s_b)
 *   y   = silu(v) if enabled
 *   q   = saturate(half_away(y / s_out)) */
#include "ref/ops/check.h"
#include "ref/ops/intermediate.h"
#include "ref/ops/op_checks.h"

qref_status qref_conv1d_silu_check(const qref_conv1d_silu_args *args, qref_error *error) {
  qref_check check = {"conv1d_silu", error, QREF_OK};
  qref_check_pointer(&check, "args", args);
  if (check.status != QREF_OK) {
    return check.status;
  }
  qref_check_pointer(&check, "rule", args->rule);
  qref_check_dimension(&check, "batch", args->batch);
  qref_check_dimension(&check, "channels", args->channels);
  qref_check_dimension(&check, "length", args->length);
  qref_check_depth(&check, "width", args->width);
  qref_check_shape(&check, "y", args->batch, args->channels, args->length, 1, sizeof(int32_t));
  qref_check_shape(&check, "w", args->channels, args->width, 1, 1, 1);
  qref_check_pointer(&check, "x", args->x);
  qref_check_pointer(&check, "w", args->w);
  qref_check_pointer(&check, "y", args->y);
  qref_check_conv1d_scales(&check, args->x_scale, args->w_scale, args->bias != NULL, args->bias_scale);
  qref_check_scale(&check, "out_scale", args->out_scale);
  if (check.status == QREF_OK) {
    qref_check_accumulator(&check, &args->rule->accumulator);
  }
  return check.status;
}

qref_status qref_conv1d_silu(const qref_conv1d_silu_args *args, qref_error *error) {
  qref_status status = qref_conv1d_silu_check(args, error);
  if (status != QREF_OK) {
    return status;
  }
  const qref_conv1d_silu_rule *rule = args->rule;
  size_t T = args->length;
  size_t W = args->width;
  float s_wx = args->w_scale * args->x_scale;

  for (size_t b = 0; b < args->batch; b++) {
    for (size_t d = 0; d < args->channels; d++) {
      size_t row = (b * args->channels + d) * T;
      const int8_t *x = args->x + row;   /* (T) */
      const int8_t *w = args->w + d * W; /* (W) */
      float bias = args->bias != NULL ? (float)args->bias[d] * args->bias_scale : 0.0f;

      for (size_t t = 0; t < T; t++) {
        int32_t acc = 0;
        for (size_t k = 0; k < W; k++) {
          int32_t sample = t + k + 1 >= W ? x[t + k + 1 - W] : 0;
          acc = qref_accumulate(acc, w[k] * sample, &rule->accumulator, args->counts);
        }
        float v = qref_multiply_add_f32(s_wx, (float)acc, bias, rule->bias_add);
        float y = args->silu ? qref_apply_function(v, qref_silu_f32, &rule->silu) : v;
        float scaled = qref_apply_scale(y, args->out_scale, rule->output.scale_form);
        args->y[row + t] = qref_round_to_int8(scaled, &rule->output.round, row + t, args->counts);

        if (args->accumulator != NULL) {
          args->accumulator[row + t] = acc;
        }
        qref_store_intermediate(args->before_activation, row + t, v);
        qref_store_intermediate(args->after_activation, row + t, y);
        qref_store_intermediate(args->before_rounding, row + t, scaled);
      }
    }
  }
  return QREF_OK;
}
