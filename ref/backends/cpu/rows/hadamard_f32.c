/* Hadamard transform of the float32 model, split over rows. */
#include "ref/backends/cpu/cpu.h"
#include "ref/backends/cpu/parallel.h"
#include "ref/backends/cpu/rows/kernels.h"
#include "ref/ops/hadamard_transform.h"
#include "ref/ops/op_checks.h"

typedef struct split {
  const qref_hadamard_f32_args *whole;
  const qref_cpu_row_kernels *kernels; /* NULL: the reference */
} split;

static qref_status part(const void *context, size_t first, size_t count, qref_counts *counts, qref_error *error) {
  (void)counts;
  const split *task = context;
  qref_hadamard_f32_args args = *task->whole;
  args.rows = count;
  args.x += first * args.dim;
  args.y += first * args.dim;
  if (task->kernels == NULL) {
    return qref_hadamard_f32(&args, error);
  }
  task->kernels->hadamard_f32(&args);
  return QREF_OK;
}

qref_status qref_cpu_hadamard_f32(qref_cpu_level level, const qref_hadamard_f32_args *args, qref_error *error) {
  qref_status status = qref_hadamard_f32_check(args, error);
  if (status != QREF_OK) {
    return status;
  }
  split task = {args, qref_cpu_row_kernels_of(level)};
  const size_t base = qref_hadamard_base(args->dim);
  if (task.kernels != NULL && args->dim / base < task.kernels->lanes) {
    task.kernels = NULL;
  }
  const double cost = task.kernels != NULL ? 0.5 + 0.02 * (double)base : 30.0;
  return qref_cpu_parallel(args->rows, 1, cost * (double)args->dim, args->threads, part, &task, NULL, error);
}
