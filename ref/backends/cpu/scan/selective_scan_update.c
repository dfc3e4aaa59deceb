/* The scan of one token, split over the rows (batch, channel): rows do not depend on each other. */
#include "ref/backends/cpu/cpu.h"
#include "ref/backends/cpu/offset.h"
#include "ref/backends/cpu/parallel.h"
#include "ref/backends/cpu/scan/scan.h"
#include "ref/ops/op_checks.h"

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
  return qref_cpu_parallel(args->batch * args->channels, 1, qref_cpu_scan_row_cost(1, args->states), args->threads,
                           selective_scan_update_rows, args, args->counts, error);
}
