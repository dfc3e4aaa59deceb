/* conv1d_silu, split over the rows (batch, channel): each row is one channel of one sequence. */
#include "ref/backends/cpu/conv1d/kernels.h"
#include "ref/backends/cpu/cpu.h"
#include "ref/backends/cpu/offset.h"
#include "ref/backends/cpu/parallel.h"
#include "ref/ops/op_checks.h"

static qref_status conv1d_silu_rows(const void *context, size_t first, size_t count, qref_counts *counts,
                                    qref_error *error) {
  const qref_conv1d_silu_args *whole = context;
  for (size_t row = first; row < first + count; row++) {
    size_t d = row % whole->channels;
    size_t offset = row * whole->length;
    qref_conv1d_silu_args args = *whole;
    args.batch = 1;
    args.channels = 1;
    args.x += offset;
    args.w += d * whole->width;
    args.bias = QREF_OFFSET(args.bias, d);
    args.y += offset;
    args.accumulator = QREF_OFFSET(args.accumulator, offset);
    args.before_activation = QREF_OFFSET(args.before_activation, offset);
    args.after_activation = QREF_OFFSET(args.after_activation, offset);
    args.before_rounding = QREF_OFFSET(args.before_rounding, offset);
    args.counts = counts;
    qref_status status = qref_conv1d_silu(&args, error);
    if (status != QREF_OK) {
      return status;
    }
  }
  return QREF_OK;
}

/* NULL where only the reference covers the arguments. */
static qref_cpu_conv1d_silu_row *kernel_of(qref_cpu_level level, const qref_conv1d_silu_args *args) {
  const qref_conv1d_silu_rule *rule = args->rule;
  const bool exact_function = !args->silu || rule->silu.implementation == QREF_FUNCTION_EXACT;
  const bool covered = rule->accumulator.bits == 32 && exact_function && args->width <= QREF_CPU_CONV1D_MOST_TAPS;
  return covered ? QREF_CPU_KERNEL(qref_cpu_conv1d_silu_row, level) : NULL;
}

typedef struct kernel_task {
  const qref_conv1d_silu_args *args;
  qref_cpu_conv1d_silu_row *kernel;
} kernel_task;

static qref_status kernel_rows(const void *context, size_t first, size_t count, qref_counts *counts,
                               qref_error *error) {
  (void)error;
  const kernel_task *task = context;
  for (size_t row = first; row < first + count; row++) {
    task->kernel(task->args, row, counts);
  }
  return QREF_OK;
}

qref_status qref_cpu_conv1d_silu(qref_cpu_level level, const qref_conv1d_silu_args *args, qref_error *error) {
  qref_status status = qref_conv1d_silu_check(args, error);
  if (status != QREF_OK) {
    return status;
  }
  if (args->rule->output.round.rounding == QREF_ROUND_STOCHASTIC) { /* its random bits follow the whole tensor */
    return qref_conv1d_silu(args, error);
  }
  const kernel_task task = {args, kernel_of(level, args)};
  if (task.kernel != NULL) {
    return qref_cpu_parallel(args->batch * args->channels, 1, 0.5 * (double)args->length, args->threads, kernel_rows,
                             &task, args->counts, error);
  }
  return qref_cpu_parallel(args->batch * args->channels, 1, qref_cpu_conv1d_reference_cost(args->length, args->width),
                           args->threads, conv1d_silu_rows, args, args->counts, error);
}
