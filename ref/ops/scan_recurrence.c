#include "ref/ops/scan_recurrence.h"

#include "ref/ops/intermediate.h"

QREF_DEVICE float qref_scan_softplus(float dt, const qref_scan_rule *rule) {
  return qref_apply_function(
      dt, rule->softplus_form == QREF_SOFTPLUS_LOG1P_EXP ? qref_softplus_f32 : qref_softplus_log_exp_plus_1_f32,
      &rule->softplus);
}

QREF_DEVICE float qref_scan_step(const qref_scan_rule *rule, size_t states, float dt, float u, const float *A,
                                 const float *B, const float *C, float D, float *h, const qref_scan_step_trace *trace) {
  float dt_u = dt * u;
  float y = D * u;
  for (size_t n = 0; n < states; n++) {
    float a = qref_apply_function(dt * A[n], qref_exp_f32, &rule->decay);
    float x = B[n] * dt_u;
    h[n] = qref_multiply_add_f32(a, h[n], x, rule->state_update);
    y = qref_multiply_add_f32(h[n], C[n], y, rule->output_sum);
    if (trace != NULL) {
      qref_store_intermediate(trace->decay, trace->first + n, a);
      qref_store_intermediate(trace->state_input, trace->first + n, x);
      qref_store_intermediate(trace->h, trace->first + n, h[n]);
    }
  }
  return y;
}

QREF_DEVICE float qref_scan_gate(float y, float z) {
  return (y * z) / (1.0f + qref_exp_f32(-z));
}
