/* conv1d_silu_update, split over (batch, channel). */
#include "ref/backends/cpu/conv1d/kernels.h"
#include "ref/backends/cpu/cpu.h"
#include "ref/backends/cpu/parallel.h"
#include "ref/ops/check.h"

/* Valid arguments of an ordinary kind. All others, and the words about errors, are left to the reference. */
static bool covered(const qref_conv1d_silu_update_args *args) {
  if (args == NULL || args->rule == NULL || args->state == NULL || args->x == NULL || args->w == NULL ||
      args->y == NULL || args->width != 4 || args->batch == 0 || args->channels == 0 ||
      args->batch > PTRDIFF_MAX / 16 / args->channels) {
    return false;
  }
  qref_check check = {"conv1d_silu_update", NULL, QREF_OK};
  qref_check_conv1d_scales(&check, args->x_scale, args->w_scale, args->bias != NULL, args->bias_scale);
  qref_check_scale(&check, "out_scale", args->out_scale);
  const bool exact_function = !args->silu || args->rule->silu.implementation == QREF_FUNCTION_EXACT;
  return check.status == QREF_OK && exact_function && args->rule->output.round.rounding != QREF_ROUND_STOCHASTIC;
}

typedef struct update_task {
  const qref_conv1d_silu_update_args *args;
  qref_cpu_conv1d_silu_update_kernel *kernel;
} update_task;

static qref_status update_part(const void *context, size_t first, size_t count, qref_counts *counts,
                               qref_error *error) {
  (void)error;
  const update_task *task = context;
  task->kernel(task->args, first, count, counts);
  return QREF_OK;
}

qref_status qref_cpu_conv1d_silu_update(qref_cpu_level level, const qref_conv1d_silu_update_args *args,
                                        qref_error *error) {
  const update_task task = {args, covered(args) ? QREF_CPU_KERNEL(qref_cpu_conv1d_silu_update_kernel, level) : NULL};
  if (task.kernel == NULL) {
    return qref_conv1d_silu_update(args, error);
  }
  return qref_cpu_parallel(args->batch * args->channels, 64, 2.0, args->threads, update_part, &task, args->counts,
                           error);
}
