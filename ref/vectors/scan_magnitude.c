#include "ref/vectors/scan_magnitude.h"

#include <math.h>
#include <stdlib.h>

#include "ref/base/error.h"
#include "ref/base/size.h"

static double dequantize(int8_t q, float scale) {
  return (double)q * (double)scale;
}

static double step_size(const qref_selective_scan_args *args, size_t channel, int8_t q_dt) {
  double dt = dequantize(q_dt, args->scales.dt);
  if (args->dt_bias != NULL) {
    dt += dequantize(args->dt_bias[channel], args->scales.dt_bias);
  }
  return args->softplus && dt <= 20.0 ? log1p(exp(dt)) : dt;
}

static void scan_channel(const qref_selective_scan_args *args, const qref_scan_magnitude *magnitude, size_t batch,
                         size_t channel, double *A, double *h, double *H) {
  const size_t T = args->length;
  const size_t N = args->states;
  const size_t chunks = (T - 1) / args->chunk_length + 1;
  const size_t row = batch * args->channels + channel;
  const qref_scan_scales *scales = &args->scales;
  for (size_t n = 0; n < N; n++) {
    A[n] = -exp(dequantize(args->A_log[channel * N + n], scales->A_log));
    h[n] = args->h_initial == NULL ? 0.0 : (double)args->h_initial[row * N + n];
    H[n] = fabs(h[n]);
  }
  for (size_t t = 0; t < T; t++) {
    double u = dequantize(args->u[row * T + t], scales->u);
    double dt = step_size(args, channel, args->dt[row * T + t]);
    double sum = args->D == NULL ? 0.0 : fabs(dequantize(args->D[channel], scales->D) * u);
    for (size_t n = 0; n < N; n++) {
      const size_t position = (batch * N + n) * T + t;
      double a = exp(dt * A[n]);
      double x = dequantize(args->B[position], scales->B) * (dt * u);
      h[n] = a * h[n] + x;
      H[n] = a * H[n] + fabs(x);
      sum += H[n] * fabs(dequantize(args->C[position], scales->C));
    }
    if (args->z != NULL) {
      double z = dequantize(args->z[row * T + t], scales->z);
      sum *= fabs(z / (1.0 + exp(-z)));
    }
    magnitude->y[(batch * T + t) * args->channels + channel] = (float)sum;
    if ((t + 1) % args->chunk_length == 0 || t + 1 == T) {
      const size_t stored = (row * chunks + t / args->chunk_length) * N;
      for (size_t n = 0; n < N; n++) {
        magnitude->state[stored + n] = (float)h[n];
        magnitude->state_magnitude[stored + n] = (float)H[n];
      }
    }
  }
}

qref_status qref_scan_magnitude_compute(const qref_selective_scan_args *args, const qref_scan_magnitude *magnitude,
                                        qref_error *error) {
  double *A = qref_allocate(args->states, sizeof *A);
  double *h = qref_allocate(args->states, sizeof *h);
  double *H = qref_allocate(args->states, sizeof *H);
  qref_status status = QREF_OK;
  if (A == NULL || h == NULL || H == NULL) {
    status = qref_fail(error, QREF_ERROR_MEMORY, "out of memory for the magnitudes of %zu states", args->states);
  }
  for (size_t row = 0; status == QREF_OK && row < args->batch * args->channels; row++) {
    scan_channel(args, magnitude, row / args->channels, row % args->channels, A, h, H);
  }
  free(A);
  free(h);
  free(H);
  return status;
}
