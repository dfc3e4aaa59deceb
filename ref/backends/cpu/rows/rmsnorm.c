/* RMSNorm, split over rows. */
#include "ref/backends/cpu/cpu.h"
#include "ref/backends/cpu/offset.h"
#include "ref/backends/cpu/parallel.h"
#include "ref/backends/cpu/rows/kernels.h"
#include "ref/ops/op_checks.h"

enum { KERNEL_PARTIAL_SUMS = 32 };

typedef struct split {
  const qref_rmsnorm_args *whole;
  const qref_cpu_row_kernels *kernels; /* NULL: the reference */
} split;

static qref_status part(const void *context, size_t first, size_t count, qref_counts *counts, qref_error *error) {
  const split *task = context;
  size_t offset = first * task->whole->n;
  qref_rmsnorm_args args = *task->whole;
  args.rows = count;
  args.x += offset;
  args.residual = QREF_OFFSET(args.residual, offset);
  args.row_scale = QREF_OFFSET(args.row_scale, first);
  args.residual_out += offset;
  args.y += offset;
  args.mean_square = QREF_OFFSET(args.mean_square, first);
  args.rstd = QREF_OFFSET(args.rstd, first);
  args.normalized = QREF_OFFSET(args.normalized, offset);
  args.before_rounding = QREF_OFFSET(args.before_rounding, offset);
  args.counts = counts;
  if (task->kernels == NULL) {
    return qref_rmsnorm(&args, error);
  }
  task->kernels->rmsnorm(&args, counts);
  return QREF_OK;
}

qref_status qref_cpu_rmsnorm(qref_cpu_level level, const qref_rmsnorm_args *args, qref_error *error) {
  qref_status status = qref_rmsnorm_check(args, error);
  if (status != QREF_OK) {
    return status;
  }
  if (args->rule->output.round.rounding == QREF_ROUND_STOCHASTIC) { /* its random bits follow the whole tensor */
    return qref_rmsnorm(args, error);
  }
  split task = {args, qref_cpu_row_kernels_of(level)};
  if (args->rule->partial_sums != KERNEL_PARTIAL_SUMS || args->normalized != NULL || args->before_rounding != NULL) {
    task.kernels = NULL;
  }
  const double cost = task.kernels != NULL ? 0.7 : 10.0;
  return qref_cpu_parallel(args->rows, 1, cost * (double)args->n, args->threads, part, &task, args->counts, error);
}
