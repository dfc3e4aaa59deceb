/* The scan of one token, split over the rows (batch, channel): rows do not depend on each other. */
#include "ref/backends/cpu/cpu.h"
#include "ref/backends/cpu/offset.h"
#include "ref/backends/cpu/scan/scan.h"
#include "ref/base/error.h"
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

/* Of the intermediates none, and the functions themselves. */
static bool is_fast(const qref_selective_scan_update_args *args) {
  const qref_scan_rule *rule = args->rule;
  return rule->decay.implementation == QREF_FUNCTION_EXACT &&
         (!args->softplus || rule->softplus.implementation == QREF_FUNCTION_EXACT) &&
         rule->state.round.rounding != QREF_ROUND_STOCHASTIC && args->states <= QREF_CPU_SCAN_MOST_STATES &&
         args->dt_before_softplus == NULL && args->dt_after_softplus == NULL && args->decay == NULL &&
         args->state_input == NULL && args->h == NULL && args->sum == NULL && args->before_store == NULL &&
         args->state_before_rounding == NULL;
}

qref_status qref_cpu_selective_scan_update(qref_cpu_level level, const qref_selective_scan_update_args *args,
                                           qref_error *error) {
  QREF_TRY(qref_selective_scan_update_check(args, error));
  const size_t rows = args->batch * args->channels;
  const qref_cpu_part part = QREF_CPU_SCAN_FAST_PART(level, qref_cpu_selective_scan_update_part);
  if (part != NULL && is_fast(args)) {
    return qref_cpu_parallel(rows, QREF_CPU_SCAN_ROWS_TOGETHER, 10.0 + 2.0 * (double)args->states, args->threads, part,
                             args, args->counts, error);
  }
  if (args->rule->state.round.rounding == QREF_ROUND_STOCHASTIC) { /* its random bits follow the whole tensor */
    return qref_selective_scan_update(args, error);
  }
  return qref_cpu_parallel(rows, 1, qref_cpu_scan_row_cost(1, args->states), args->threads, selective_scan_update_rows,
                           args, args->counts, error);
}
