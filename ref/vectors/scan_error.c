#include "ref/vectors/scan_error.h"

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

/* Relative errors, each at most: of one float32 operation; of an approximate exp, whose argument is rounded as well; of
 * what is made of a few such operations (a dequantized product, softplus, the gate). */
static const double operation_error = 0x1p-24;
static const double exp_error = 0x1p-22;
static const double composed_error = 0x1p-21;

typedef struct channel_work {
  double *A; /* (N) */
  double *h; /* (N) */
  double *H; /* (N): the recurrence of h on absolute values */
  double *E; /* (N): bound of the error of h */
} channel_work;

static void scan_channel(const qref_selective_scan_args *args, const qref_scan_error *bounds, size_t batch,
                         size_t channel, const channel_work *work) {
  const size_t T = args->length;
  const size_t N = args->states;
  const size_t chunks = (T - 1) / args->chunk_length + 1;
  const size_t row = batch * args->channels + channel;
  const qref_scan_scales *scales = &args->scales;
  for (size_t n = 0; n < N; n++) {
    work->A[n] = -exp(dequantize(args->A_log[channel * N + n], scales->A_log));
    work->h[n] = args->h_initial == NULL ? 0.0 : (double)args->h_initial[row * N + n];
    work->H[n] = fabs(work->h[n]);
    work->E[n] = 0.0;
  }
  for (size_t t = 0; t < T; t++) {
    double u = dequantize(args->u[row * T + t], scales->u);
    double dt = step_size(args, channel, args->dt[row * T + t]);
    double skip = args->D == NULL ? 0.0 : fabs(dequantize(args->D[channel], scales->D) * u);
    double magnitude = skip;
    double y_error = composed_error * skip;
    for (size_t n = 0; n < N; n++) {
      const size_t position = (batch * N + n) * T + t;
      double a = exp(dt * work->A[n]);
      double a_error = exp_error + composed_error * fabs(dt * work->A[n]);
      double x = dequantize(args->B[position], scales->B) * (dt * u);
      double C = fabs(dequantize(args->C[position], scales->C));
      work->E[n] = a * (work->E[n] + a_error * work->H[n]) + composed_error * fabs(x);
      work->h[n] = a * work->h[n] + x;
      work->H[n] = a * work->H[n] + fabs(x);
      work->E[n] += operation_error * work->H[n];
      magnitude += work->H[n] * C;
      y_error += (work->E[n] + composed_error * work->H[n]) * C;
    }
    y_error += operation_error * (double)N * magnitude; /* any order of the sum */
    if (args->z != NULL) {
      double z = dequantize(args->z[row * T + t], scales->z);
      y_error = (y_error + composed_error * magnitude) * fabs(z / (1.0 + exp(-z)));
    }
    bounds->y[(batch * T + t) * args->channels + channel] = (float)y_error;
    if ((t + 1) % args->chunk_length == 0 || t + 1 == T) {
      const size_t stored = (row * chunks + t / args->chunk_length) * N;
      for (size_t n = 0; n < N; n++) {
        bounds->state[stored + n] = (float)work->h[n];
        bounds->state_error[stored + n] = (float)work->E[n];
      }
    }
  }
}

qref_status qref_scan_error_compute(const qref_selective_scan_args *args, const qref_scan_error *bounds,
                                    qref_error *error) {
  double *memory = qref_allocate(args->states, 4 * sizeof *memory);
  if (memory == NULL) {
    return qref_fail(error, QREF_ERROR_MEMORY, "out of memory for the error bounds of %zu states", args->states);
  }
  const size_t N = args->states;
  const channel_work work = {.A = memory, .h = memory + N, .H = memory + 2 * N, .E = memory + 3 * N};
  for (size_t row = 0; row < args->batch * args->channels; row++) {
    scan_channel(args, bounds, row / args->channels, row % args->channels, &work);
  }
  free(memory);
  return QREF_OK;
}
