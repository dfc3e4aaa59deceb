/* RMSNorm of the float32 model, split over rows. */
#include "ref/backends/cpu/cpu.h"
#include "ref/backends/cpu/parallel.h"
#include "ref/backends/cpu/rows/kernels.h"
#include "ref/ops/op_checks.h"

typedef struct split {
  const qref_rmsnorm_f32_args *whole;
  const qref_cpu_row_kernels *kernels; /* NULL: the reference */
} split;

static qref_status part(const void *context, size_t first, size_t count, qref_counts *counts, qref_error *error) {
  (void)counts;
  const split *task = context;
  qref_rmsnorm_f32_args args = *task->whole;
  args.rows = count;
  args.x += first * args.n;
  args.y += first * args.n;
  if (task->kernels == NULL) {
    return qref_rmsnorm_f32(&args, error);
  }
  task->kernels->rmsnorm_f32(&args);
  return QREF_OK;
}

qref_status qref_cpu_rmsnorm_f32(qref_cpu_level level, const qref_rmsnorm_f32_args *args, qref_error *error) {
  qref_status status = qref_rmsnorm_f32_check(args, error);
  if (status != QREF_OK) {
    return status;
  }
  const split task = {args, qref_cpu_row_kernels_of(level)};
  const double cost = task.kernels != NULL ? 0.5 : 3.0;
  return qref_cpu_parallel(args->rows, 1, cost * (double)args->n, args->threads, part, &task, NULL, error);
}
