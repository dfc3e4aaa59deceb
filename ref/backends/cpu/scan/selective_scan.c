/* The int8 scan of whole sequences, split over the rows (batch, channel): rows do not depend on each other. */
#include <stdlib.h>

#include "ref/backends/cpu/cpu.h"
#include "ref/backends/cpu/offset.h"
#include "ref/backends/cpu/scan/scan.h"
#include "ref/base/error.h"
#include "ref/ops/op_checks.h"
#include "ref/ops/scan_layout.h"

static qref_status selective_scan_rows(const void *context, size_t first, size_t count, qref_counts *counts,
                                       qref_error *error) {
  const qref_selective_scan_args *whole = context;
  size_t T = whole->length;
  size_t N = whole->states;
  size_t chunks = qref_scan_chunk_count(whole);
  size_t floats = qref_selective_scan_scratch(N);
  void *allocation = NULL;
  qref_status status = QREF_OK;
  float *scratch = qref_cpu_scan_allocate(floats, sizeof(float), &allocation, &status, error);
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
  free(allocation);
  return status;
}

/* Of the intermediates none, and the functions in any form, for they are behind tables. */
static bool is_fast(const qref_selective_scan_args *args) {
  const qref_scan_rule *rule = args->rule;
  return rule->state_update == QREF_MULTIPLY_ADD_FUSED && rule->output_sum == QREF_MULTIPLY_ADD_FUSED &&
         args->states <= QREF_CPU_SCAN_MOST_STATES && args->dt_before_softplus == NULL &&
         args->dt_after_softplus == NULL && args->decay == NULL && args->state_input == NULL && args->h == NULL &&
         args->sum == NULL && args->before_store == NULL && args->state_before_rounding == NULL;
}

/* In nanoseconds: tables of at most 256 codes, and the steps. */
static double fast_row_cost(const qref_selective_scan_args *args) {
  const double codes = args->length < 256 ? (double)args->length : 256.0;
  return (double)args->states * (codes + 0.3 * (double)args->length) + 2.0 * (double)args->length;
}

qref_status qref_cpu_selective_scan(qref_cpu_level level, const qref_selective_scan_args *args, qref_error *error) {
  QREF_TRY(qref_selective_scan_check(args, error));
  const size_t rows = args->batch * args->channels;
  const qref_cpu_part part = QREF_CPU_SCAN_FAST_PART(level, qref_cpu_selective_scan_part);
  if (part != NULL && is_fast(args)) {
    return qref_cpu_parallel(rows, QREF_CPU_SCAN_ROWS_TOGETHER, fast_row_cost(args), args->threads, part, args,
                             args->counts, error);
  }
  if (args->rule->state.round.rounding == QREF_ROUND_STOCHASTIC) { /* its random bits follow the whole tensor */
    return qref_selective_scan(args, error);
  }
  return qref_cpu_parallel(rows, 1, qref_cpu_scan_row_cost(args->length, args->states), args->threads,
                           selective_scan_rows, args, args->counts, error);
}
