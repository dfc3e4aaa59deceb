/* Hadamard transform, split over rows. */
#include <stdlib.h>

#include "ref/backends/cpu/cpu.h"
#include "ref/backends/cpu/offset.h"
#include "ref/backends/cpu/parallel.h"
#include "ref/backends/cpu/rows/kernels.h"
#include "ref/base/error.h"
#include "ref/base/size.h"
#include "ref/ops/hadamard_transform.h"
#include "ref/ops/op_checks.h"

typedef struct split {
  const qref_hadamard_args *whole;
  const qref_cpu_row_kernels *kernels; /* NULL: the reference */
} split;

static qref_status part(const void *context, size_t first, size_t count, qref_counts *counts, qref_error *error) {
  const split *task = context;
  size_t offset = first * task->whole->dim;
  qref_hadamard_args args = *task->whole;
  args.rows = count;
  args.x += offset;
  args.y += offset;
  args.transformed = QREF_OFFSET(args.transformed, offset);
  args.before_rounding = QREF_OFFSET(args.before_rounding, offset);
  args.counts = counts;
  args.scratch = qref_allocate(args.dim, sizeof(float));
  if (args.scratch == NULL) {
    return qref_fail(error, QREF_ERROR_MEMORY, "hadamard: no memory for %zu floats of scratch", args.dim);
  }
  qref_status status = QREF_OK;
  if (task->kernels != NULL) {
    task->kernels->hadamard(&args, counts);
  } else {
    status = qref_hadamard(&args, error);
  }
  free(args.scratch);
  return status;
}

qref_status qref_cpu_hadamard(qref_cpu_level level, const qref_hadamard_args *args, qref_error *error) {
  qref_status status = qref_hadamard_check(args, error);
  if (status != QREF_OK) {
    return status;
  }
  if (args->rule->output.rounding == QREF_ROUND_STOCHASTIC) { /* its random bits follow the whole tensor */
    return qref_hadamard(args, error);
  }
  split task = {args, qref_cpu_row_kernels_of(level)};
  const size_t base = qref_hadamard_base(args->dim);
  if (args->transformed != NULL || args->before_rounding != NULL ||
      (task.kernels != NULL && args->dim / base < task.kernels->lanes)) {
    task.kernels = NULL;
  }
  const double cost = task.kernels != NULL ? 0.5 + 0.02 * (double)base : 30.0;
  return qref_cpu_parallel(args->rows, 1, cost * (double)args->dim, args->threads, part, &task, args->counts, error);
}
