/* Selective scan of the float32 model: the recurrence of selective_scan on float32 inputs, y kept in float32. */
#include "ref/numerics/float_bits.h"
#include "ref/ops/check.h"
#include "ref/ops/op_checks.h"
#include "ref/ops/scan_layout.h"
#include "ref/ops/scan_recurrence.h"

QREF_DEVICE static const qref_scan_rule exact_rule = {
    .state_update = QREF_MULTIPLY_ADD_FUSED,
    .output_sum = QREF_MULTIPLY_ADD_FUSED,
    .softplus_form = QREF_SOFTPLUS_LOG1P_EXP,
    .softplus = {.implementation = QREF_FUNCTION_EXACT},
    .decay = {.implementation = QREF_FUNCTION_EXACT},
};

QREF_DEVICE static size_t y_stride_of(const qref_selective_scan_f32_args *args) {
  return qref_scan_y_stride(args->y_time_stride, args->channels);
}

QREF_DEVICE static void scan_channel(const qref_selective_scan_f32_args *args, size_t b, size_t d) {
  size_t T = args->length;
  size_t N = args->states;
  size_t channel = b * args->channels + d;
  float *h = args->h + channel * N; /* (N) */
  float *A = args->scratch;         /* (N) */
  float *B_t = A + N;               /* (N), of step t */
  float *C_t = A + 2 * N;           /* (N), of step t */
  for (size_t n = 0; n < N; n++) {
    A[n] = -qref_exp_f32(args->A_log[d * N + n]);
  }
  float D = args->D != NULL ? args->D[d] : 0.0f;
  float dt_bias = args->dt_bias != NULL ? args->dt_bias[d] : 0.0f;

  for (size_t t = 0; t < T; t++) {
    float dt = qref_scan_softplus(args->dt[channel * T + t] + dt_bias, &exact_rule);
    for (size_t n = 0; n < N; n++) {
      B_t[n] = args->B[(b * N + n) * T + t];
      C_t[n] = args->C[(b * N + n) * T + t];
    }
    float y = qref_scan_step(&exact_rule, N, dt, args->u[channel * T + t], A, B_t, C_t, D, h, NULL);
    if (args->z != NULL) {
      y = qref_scan_gate(y, args->z[channel * T + t]);
    }
    args->y[(b * T + t) * y_stride_of(args) + d] = qref_canonical_nan_f32(y);
  }
}

#if !defined(__CUDACC__) /* the CUDA module compiles scan_channel alone */
qref_status qref_selective_scan_f32_check(const qref_selective_scan_f32_args *args, qref_error *error) {
  qref_check check = {"selective_scan_f32", error, QREF_OK};
  qref_check_pointer(&check, "args", args);
  if (check.status != QREF_OK) {
    return check.status;
  }
  qref_check_dimension(&check, "batch", args->batch);
  qref_check_dimension(&check, "channels", args->channels);
  qref_check_dimension(&check, "length", args->length);
  qref_check_dimension(&check, "states", args->states);
  qref_check_stride(&check, "y_time_stride", y_stride_of(args), args->channels);
  qref_check_shape(&check, "B", args->batch, args->states, args->length, 1, sizeof(float));
  qref_check_shape(&check, "h", args->batch, args->channels, args->states, 1, sizeof(float));
  qref_check_shape(&check, "y", args->batch, args->length, y_stride_of(args), 1, sizeof(float));
  qref_check_shape(&check, "scratch", args->states, 4, 1, 1, sizeof(float));
  qref_check_pointer(&check, "u", args->u);
  qref_check_pointer(&check, "dt", args->dt);
  qref_check_pointer(&check, "A_log", args->A_log);
  qref_check_pointer(&check, "B", args->B);
  qref_check_pointer(&check, "C", args->C);
  qref_check_pointer(&check, "y", args->y);
  qref_check_pointer(&check, "h", args->h);
  qref_check_pointer(&check, "scratch", args->scratch);
  return check.status;
}

qref_status qref_selective_scan_f32(const qref_selective_scan_f32_args *args, qref_error *error) {
  qref_status status = qref_selective_scan_f32_check(args, error);
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
