/* The scans, split over the rows (batch, channel): rows do not depend on each other. */
#include <stdlib.h>

#include "ref/backends/cpu/cpu.h"
#include "ref/backends/cpu/offset.h"
#include "ref/backends/cpu/parallel.h"
#include "ref/base/error.h"
#include "ref/base/size.h"
#include "ref/ops/op_checks.h"
#include "ref/ops/scan_layout.h"

static double row_cost(size_t length, size_t states) {
  return (double)length * (50.0 + 20.0 * (double)states);
}

static qref_status no_memory(const char *op, size_t floats, qref_error *error) {
  return qref_fail(error, QREF_ERROR_MEMORY, "%s: no memory for %zu floats of scratch", op, floats);
}

static qref_status selective_scan_rows(const void *context, size_t first, size_t count, qref_counts *counts,
                                       qref_error *error) {
  const qref_selective_scan_args *whole = context;
  size_t T = whole->length;
  size_t N = whole->states;
  size_t chunks = qref_scan_chunk_count(whole);
  size_t floats = qref_selective_scan_scratch(N);
  float *scratch = qref_allocate(floats, sizeof(float));
  if (scratch == NULL) {
    return no_memory("selective_scan", floats, error);
  }
  qref_status status = QREF_OK;
  for (size_t row = first; row < first + count && status == QREF_OK; row++) {
    size_t b = row / whole->channels;
    size_t d = row % whole->channels;
    qref_selective_scan_args args = *whole;
    args.batch = 1;
    args.channels = 1;
    args.u += row * T;
    args.dt += row * T;
    args.A_log += d * N;
    args.B += b * N * T;
    args.C += b * N * T;
    args.D = QREF_OFFSET(args.D, d);
    args.z = QREF_OFFSET(args.z, row * T);
    args.dt_bias = QREF_OFFSET(args.dt_bias, d);
    args.h_initial = QREF_OFFSET(args.h_initial, row * N);
    args.h_final = QREF_OFFSET(args.h_final, row * N);
    args.state = QREF_OFFSET(args.state, row * chunks * N);
    args.y_time_stride = qref_scan_y_stride(whole->y_time_stride, whole->channels);
    args.y += b * T * args.y_time_stride + d;
    args.dt_before_softplus = QREF_OFFSET(args.dt_before_softplus, row * T);
    args.dt_after_softplus = QREF_OFFSET(args.dt_after_softplus, row * T);
    args.decay = QREF_OFFSET(args.decay, row * T * N);
    args.state_input = QREF_OFFSET(args.state_input, row * T * N);
    args.h = QREF_OFFSET(args.h, row * T * N);
    args.sum = QREF_OFFSET(args.sum, row * T);
    args.before_store = QREF_OFFSET(args.before_store, b * T * args.y_time_stride + d);
    args.state_before_rounding = QREF_OFFSET(args.state_before_rounding, row * chunks * N);
    args.scratch = scratch;
    args.counts = counts;
    status = qref_selective_scan(&args, error);
  }
  free(scratch);
  return status;
}

qref_status qref_cpu_selective_scan(qref_cpu_level level, const qref_selective_scan_args *args, qref_error *error) {
  (void)level;
  qref_status status = qref_selective_scan_check(args, error);
  if (status != QREF_OK) {
    return status;
  }
  if (args->rule->state.round.rounding == QREF_ROUND_STOCHASTIC) { /* its random bits follow the whole tensor */
    return qref_selective_scan(args, error);
  }
  return qref_cpu_parallel(args->batch * args->channels, 1, row_cost(args->length, args->states), args->threads,
                           selective_scan_rows, args, args->counts, error);
}

static qref_status selective_scan_f32_rows(const void *context, size_t first, size_t count, qref_counts *counts,
                                           qref_error *error) {
  (void)counts;
  const qref_selective_scan_f32_args *whole = context;
  size_t T = whole->length;
  size_t N = whole->states;
  size_t floats = qref_selective_scan_scratch(N);
  float *scratch = qref_allocate(floats, sizeof(float));
  if (scratch == NULL) {
    return no_memory("selective_scan_f32", floats, error);
  }
  qref_status status = QREF_OK;
  for (size_t row = first; row < first + count && status == QREF_OK; row++) {
    size_t b = row / whole->channels;
    size_t d = row % whole->channels;
    qref_selective_scan_f32_args args = *whole;
    args.batch = 1;
    args.channels = 1;
    args.u += row * T;
    args.dt += row * T;
    args.A_log += d * N;
    args.B += b * N * T;
    args.C += b * N * T;
    args.D = QREF_OFFSET(args.D, d);
    args.z = QREF_OFFSET(args.z, row * T);
    args.dt_bias = QREF_OFFSET(args.dt_bias, d);
    args.y_time_stride = qref_scan_y_stride(whole->y_time_stride, whole->channels);
    args.y += b * T * args.y_time_stride + d;
    args.h += row * N;
    args.scratch = scratch;
    status = qref_selective_scan_f32(&args, error);
  }
  free(scratch);
  return status;
}

qref_status qref_cpu_selective_scan_f32(qref_cpu_level level, const qref_selective_scan_f32_args *args,
                                        qref_error *error) {
  (void)level;
  qref_status status = qref_selective_scan_f32_check(args, error);
  if (status != QREF_OK) {
    return status;
  }
  return qref_cpu_parallel(args->batch * args->channels, 1, row_cost(args->length, args->states), args->threads,
                           selective_scan_f32_rows, args, NULL, error);
}

static qref_status selective_scan_update_rows(const void *context, size_t first, size_t count, qref_counts *counts,
                                              qref_error *error) {
  const qref_selective_scan_update_args *whole = context;
  size_t N = whole->states;
  for (size_t row = first; row < first + count; row++) {
    size_t b = row / whole->channels;
    size_t d = row % whole->channels;
    qref_selective_scan_update_args args = *whole;
    args.batch = 1;
    args.channels = 1;
    args.state += row * N;
    args.u += row;
    args.dt += row;
    args.A_log += d * N;
    args.B += b * N;
    args.C += b * N;
    args.D = QREF_OFFSET(args.D, d);
    args.z = QREF_OFFSET(args.z, row);
    args.dt_bias = QREF_OFFSET(args.dt_bias, d);
    args.y += row;
    args.dt_before_softplus = QREF_OFFSET(args.dt_before_softplus, row);
    args.dt_after_softplus = QREF_OFFSET(args.dt_after_softplus, row);
    args.decay = QREF_OFFSET(args.decay, row * N);
    args.state_input = QREF_OFFSET(args.state_input, row * N);
    args.h = QREF_OFFSET(args.h, row * N);
    args.sum = QREF_OFFSET(args.sum, row);
    args.before_store = QREF_OFFSET(args.before_store, row);
    args.state_before_rounding = QREF_OFFSET(args.state_before_rounding, row * N);
    args.counts = counts;
    qref_status status = qref_selective_scan_update(&args, error);
    if (status != QREF_OK) {
      return status;
    }
  }
  return QREF_OK;
}

qref_status qref_cpu_selective_scan_update(qref_cpu_level level, const qref_selective_scan_update_args *args,
                                           qref_error *error) {
  (void)level;
  qref_status status = qref_selective_scan_update_check(args, error);
  if (status != QREF_OK) {
    return status;
  }
  if (args->rule->state.round.rounding == QREF_ROUND_STOCHASTIC) { /* its random bits follow the whole tensor */
    return qref_selective_scan_update(args, error);
  }
  return qref_cpu_parallel(args->batch * args->channels, 1, row_cost(1, args->states), args->threads,
                           selective_scan_update_rows, args, args->counts, error);
}
