/* Selective scan with gate, whole sequence. SPEC section 2:
 *   u = q_u*s_u; dt = fma(s_dt, q_dt, q_db*s_db), then softplus; A = -exp(s_A * q_A)
 *   h[n] = fma(exp(dt * A[n]), h[n], (s_B*q_B[n]) * (dt*u)); y = D*u, then y = fma(h[n], s_C*q_C[n], y)
 *   y = (y*z) / (1 + exp(-z)); stored as float16
 *   state = saturate(half_away(h / s_state)) after every chunk and after the last step */
#include "ref/numerics/float_bits.h"
#include "ref/ops/check.h"
#include "ref/ops/intermediate.h"
#include "ref/ops/op_checks.h"
#include "ref/ops/scan_layout.h"
#include "ref/ops/scan_recurrence.h"

QREF_DEVICE static size_t y_stride_of(const qref_selective_scan_args *args) {
  return qref_scan_y_stride(args->y_time_stride, args->channels);
}

QREF_DEVICE static void store_state(const qref_selective_scan_args *args, size_t first, const float *h) {
  const qref_quantize_rule *rule = &args->rule->state;
  float prescale = args->rule->state_prescale;
  for (size_t n = 0; n < args->states; n++) {
    float scaled = qref_apply_scale(h[n] * prescale, args->scales.state * prescale, rule->scale_form);
    args->state[first + n] = qref_round_to_int8(scaled, &rule->round, first + n, args->counts);
    qref_store_intermediate(args->state_before_rounding, first + n, scaled);
  }
}

QREF_DEVICE static void scan_channel(const qref_selective_scan_args *args, size_t b, size_t d) {
  const qref_scan_rule *rule = args->rule;
  const qref_scan_scales *s = &args->scales;
  size_t T = args->length;
  size_t N = args->states;
  size_t chunk_length = qref_scan_chunk_length(args);
  size_t chunks = qref_scan_chunk_count(args);
  size_t channel = b * args->channels + d;

  float *A = args->scratch; /* (N) */
  float *h = A + N;         /* (N) */
  float *B_t = A + 2 * N;   /* (N), of step t */
  float *C_t = A + 3 * N;   /* (N), of step t */
  for (size_t n = 0; n < N; n++) {
    A[n] = -qref_exp_f32(s->A_log * (float)args->A_log[d * N + n]);
    h[n] = args->h_initial != NULL ? args->h_initial[channel * N + n] : 0.0f;
  }
  float D = args->D != NULL ? (float)args->D[d] * s->D : 0.0f;
  float dt_bias = args->dt_bias != NULL ? (float)args->dt_bias[d] * s->dt_bias : 0.0f;

  for (size_t t = 0; t < T; t++) {
    float u = (float)args->u[channel * T + t] * s->u;
    float dt = qref_multiply_add_f32(s->dt, (float)args->dt[channel * T + t], dt_bias, rule->dt_bias_add);
    qref_store_intermediate(args->dt_before_softplus, channel * T + t, dt);
    if (args->softplus) {
      dt = qref_scan_softplus(dt, rule);
    }
    qref_store_intermediate(args->dt_after_softplus, channel * T + t, dt);
    for (size_t n = 0; n < N; n++) {
      B_t[n] = s->B * (float)args->B[(b * N + n) * T + t];
      C_t[n] = s->C * (float)args->C[(b * N + n) * T + t];
    }
    const qref_scan_step_trace trace = {args->decay, args->state_input, args->h, (channel * T + t) * N};
    float y = qref_scan_step(rule, N, dt, u, A, B_t, C_t, D, h, &trace);
    qref_store_intermediate(args->sum, channel * T + t, y);
    if (args->z != NULL) {
      y = qref_scan_gate(y, (float)args->z[channel * T + t] * s->z);
    }
    size_t i = (b * T + t) * y_stride_of(args) + d;
    args->y[i] = qref_f16_from_f32(y);
    qref_store_intermediate(args->before_store, i, y);
    if (args->state != NULL && ((t + 1) % chunk_length == 0 || t + 1 == T)) {
      store_state(args, (channel * chunks + t / chunk_length) * N, h);
    }
  }
  if (args->h_final != NULL) {
    for (size_t n = 0; n < N; n++) {
      args->h_final[channel * N + n] = qref_canonical_nan_f32(h[n]);
    }
  }
}

#if !defined(__CUDACC__) /* the CUDA module compiles scan_channel alone */
size_t qref_selective_scan_scratch(size_t states) {
  return states <= SIZE_MAX / 4 ? 4 * states : SIZE_MAX;
}

qref_status qref_selective_scan_check(const qref_selective_scan_args *args, qref_error *error) {
  qref_check check = {"selective_scan", error, QREF_OK};
  qref_check_pointer(&check, "args", args);
  if (check.status != QREF_OK) {
    return check.status;
  }
  qref_check_pointer(&check, "rule", args->rule);
  qref_check_dimension(&check, "batch", args->batch);
  qref_check_dimension(&check, "channels", args->channels);
  qref_check_dimension(&check, "length", args->length);
  qref_check_dimension(&check, "states", args->states);
  qref_check_stride(&check, "y_time_stride", y_stride_of(args), args->channels);
  qref_check_shape(&check, "B", args->batch, args->states, args->length, 1, 1);
  qref_check_shape(&check, "y", args->batch, args->length, y_stride_of(args), 1, sizeof(float));
  qref_check_shape(&check, "scratch", args->states, 4, 1, 1, sizeof(float));
  qref_check_pointer(&check, "u", args->u);
  qref_check_pointer(&check, "dt", args->dt);
  qref_check_pointer(&check, "A_log", args->A_log);
  qref_check_pointer(&check, "B", args->B);
  qref_check_pointer(&check, "C", args->C);
  qref_check_pointer(&check, "y", args->y);
  qref_check_pointer(&check, "scratch", args->scratch);
  qref_check_scan_scales(&check, &args->scales, args->D != NULL, args->z != NULL, args->dt_bias != NULL);
  if (args->state != NULL || args->h_initial != NULL || args->h_final != NULL) {
    size_t chunks = args->length / qref_scan_chunk_length(args) + 1;
    qref_check_shape(&check, "state", args->batch, args->channels, chunks, args->states, sizeof(float));
  }
  qref_check_optional_shape(&check, "decay", args->decay, args->batch, args->channels, args->length, args->states,
                            sizeof(float));
  qref_check_optional_shape(&check, "state_input", args->state_input, args->batch, args->channels, args->length,
                            args->states, sizeof(float));
  qref_check_optional_shape(&check, "h", args->h, args->batch, args->channels, args->length, args->states,
                            sizeof(float));
  if (args->state_before_rounding != NULL) {
    qref_check_pointer(&check, "state", args->state);
  }
  if (args->state != NULL) {
    qref_check_scale(&check, "scales.state", args->scales.state);
  }
  if (check.status == QREF_OK) {
    qref_check_scale(&check, "rule.state_prescale", args->rule->state_prescale);
  }
  return check.status;
}

qref_status qref_selective_scan(const qref_selective_scan_args *args, qref_error *error) {
  qref_status status = qref_selective_scan_check(args, error);
  if (status != QREF_OK) {
    return status;
  }
  for (size_t b = 0; b < args->batch; b++) {
    for (size_t d = 0; d < args->channels; d++) {
      scan_channel(args, b, d);
    }
  }
  return QREF_OK;
}
#endif
