/* requantize, split over its elements. */
#include "ref/backends/cpu/conv1d/kernels.h"
#include "ref/backends/cpu/cpu.h"
#include "ref/backends/cpu/parallel.h"
#include "ref/ops/check.h"

/* Valid arguments of an ordinary kind. All others, and the words about errors, are left to the reference. */
static bool covered(const qref_requantize_args *args) {
  if (args == NULL || args->rule == NULL || args->x == NULL || args->y == NULL || args->count == 0 ||
      args->count > PTRDIFF_MAX / sizeof(float)) {
    return false;
  }
  qref_check check = {"requantize", NULL, QREF_OK};
  qref_check_scale(&check, "scale", args->scale);
  return check.status == QREF_OK && args->rule->round.rounding != QREF_ROUND_STOCHASTIC;
}

typedef struct requantize_task {
  const qref_requantize_args *args;
  qref_cpu_requantize_kernel *kernel;
} requantize_task;

static qref_status requantize_part(const void *context, size_t first, size_t count, qref_counts *counts,
                                   qref_error *error) {
  (void)error;
  const requantize_task *task = context;
  task->kernel(task->args, first, count, counts);
  return QREF_OK;
}

qref_status qref_cpu_requantize(qref_cpu_level level, const qref_requantize_args *args, qref_error *error) {
  const requantize_task task = {args, covered(args) ? QREF_CPU_KERNEL(qref_cpu_requantize_kernel, level) : NULL};
  if (task.kernel == NULL) {
    return qref_requantize(args, error);
  }
  return qref_cpu_parallel(args->count, 64, 0.5, args->threads, requantize_part, &task, args->counts, error);
}
