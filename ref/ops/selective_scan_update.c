/* Selective scan with gate, one token. SPEC section 2:
 *   h = q_h*s_state; dt = q_dt*s_dt + q_db*s_db (no fma), softplus as log(exp(dt)+1); a = exp(dt*A)
 *   h = h*a + ((s_B*q_B)*dt)*u (no fma)
 *   state = saturate(half_even((h*100) / (s_state*100)))
 *   y = 0; for n ascending y = fma(h[n], s_C*q_C[n], y); y = y + u*D; y = y * (z * sigmoid(z)); float16 */
#include "ref/ops/check.h"
#include "ref/ops/intermediate.h"
#include "ref/ops/op_checks.h"
#include "ref/ops/scan_recurrence.h"

QREF_DEVICE static void update_channel(const qref_selective_scan_update_args *args, size_t b, size_t d) {
  const qref_scan_rule *rule = args->rule;
  const qref_scan_scales *s = &args->scales;
  size_t N = args->states;
  float prescale = rule->state_prescale;
  size_t i = b * args->channels + d;
  int8_t *state = args->state + i * N; /* (N) */
  float u = (float)args->u[i] * s->u;
  float dt_bias = args->dt_bias != NULL ? (float)args->dt_bias[d] * s->dt_bias : 0.0f;
  float dt = qref_multiply_add_f32((float)args->dt[i], s->dt, dt_bias, rule->dt_bias_add);
  qref_store_intermediate(args->dt_before_softplus, i, dt);
  if (args->softplus) {
    dt = qref_scan_softplus(dt, rule);
  }
  qref_store_intermediate(args->dt_after_softplus, i, dt);

  float y = 0.0f;
  for (size_t n = 0; n < N; n++) {
    float A = -qref_exp_f32(s->A_log * (float)args->A_log[d * N + n]);
    float a = qref_apply_function(dt * A, qref_exp_f32, &rule->decay);
    float x = ((s->B * (float)args->B[b * N + n]) * dt) * u;
    float h = qref_multiply_add_f32((float)state[n] * s->state, a, x, rule->state_update);
    float scaled = qref_apply_scale(h * prescale, s->state * prescale, rule->state.scale_form);
    state[n] = qref_round_to_int8(scaled, &rule->state.round, i * N + n, args->counts);
    y = qref_multiply_add_f32(h, s->C * (float)args->C[b * N + n], y, rule->output_sum);

    qref_store_intermediate(args->decay, i * N + n, a);
    qref_store_intermediate(args->state_input, i * N + n, x);
    qref_store_intermediate(args->h, i * N + n, h);
    qref_store_intermediate(args->state_before_rounding, i * N + n, scaled);
  }
  if (args->D != NULL) {
    y = y + u * ((float)args->D[d] * s->D);
  }
  qref_store_intermediate(args->sum, i, y);
  if (args->z != NULL) {
    float z = (float)args->z[i] * s->z;
    y = y * (z * qref_sigmoid_f32(z));
  }
  args->y[i] = qref_f16_from_f32(y);
  qref_store_intermediate(args->before_store, i, y);
}

#if !defined(__CUDACC__) /* the CUDA module compiles update_channel alone */
qref_status qref_selective_scan_update_check(const qref_selective_scan_update_args *args, qref_error *error) {
  qref_check check = {"selective_scan_update", error, QREF_OK};
  qref_check_pointer(&check, "args", args);
  if (check.status != QREF_OK) {
    return check.status;
  }
  qref_check_pointer(&check, "rule", args->rule);
  qref_check_dimension(&check, "batch", args->batch);
  qref_check_dimension(&check, "channels", args->channels);
  qref_check_dimension(&check, "states", args->states);
  qref_check_shape(&check, "state", args->batch, args->channels, args->states, 1, 1);
  qref_check_shape(&check, "y", args->batch, args->channels, 1, 1, sizeof(float));
  qref_check_optional_shape(&check, "decay", args->decay, args->batch, args->channels, args->states, 1, sizeof(float));
  qref_check_optional_shape(&check, "state_input", args->state_input, args->batch, args->channels, args->states, 1,
                            sizeof(float));
  qref_check_optional_shape(&check, "h", args->h, args->batch, args->channels, args->states, 1, sizeof(float));
  qref_check_optional_shape(&check, "state_before_rounding", args->state_before_rounding, args->batch, args->channels,
                            args->states, 1, sizeof(float));
  qref_check_pointer(&check, "state", args->state);
  qref_check_pointer(&check, "u", args->u);
  qref_check_pointer(&check, "dt", args->dt);
  qref_check_pointer(&check, "A_log", args->A_log);
  qref_check_pointer(&check, "B", args->B);
  qref_check_pointer(&check, "C", args->C);
  qref_check_pointer(&check, "y", args->y);
  qref_check_scan_scales(&check, &args->scales, args->D != NULL, args->z != NULL, args->dt_bias != NULL);
  qref_check_scale(&check, "scales.state", args->scales.state);
  if (check.status == QREF_OK) {
    qref_check_scale(&check, "rule.state_prescale", args->rule->state_prescale);
  }
  return check.status;
}

qref_status qref_selective_scan_update(const qref_selective_scan_update_args *args, qref_error *error) {
  qref_status status = qref_selective_scan_update_check(args, error);
  if (status != QREF_OK) {
    return status;
  }
  for (size_t b = 0; b < args->batch; b++) {
    for (size_t d = 0; d < args->channels; d++) {
      update_channel(args, b, d);
    }
  }
  return QREF_OK;
}
#endif
