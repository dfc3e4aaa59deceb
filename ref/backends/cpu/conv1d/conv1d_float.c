/* conv1d_silu_floatsim and conv1d_silu_f32, split over the rows (batch, channel). */
#include "ref/backends/cpu/conv1d/kernels.h"
#include "ref/backends/cpu/cpu.h"
#include "ref/backends/cpu/offset.h"
#include "ref/backends/cpu/parallel.h"
#include "ref/ops/op_checks.h"

static qref_status conv1d_silu_floatsim_rows(const void *context, size_t first, size_t count, qref_counts *counts,
                                             qref_error *error) {
  (void)counts;
  const qref_conv1d_silu_floatsim_args *whole = context;
  for (size_t row = first; row < first + count; row++) {
    size_t d = row % whole->channels;
    size_t offset = row * whole->length;
    qref_conv1d_silu_floatsim_args args = *whole;
    args.batch = 1;
    args.channels = 1;
    args.x += offset;
    args.w += d * whole->width;
    args.bias = QREF_OFFSET(args.bias, d);
    args.before_activation = QREF_OFFSET(args.before_activation, offset);
    args.before_quant = QREF_OFFSET(args.before_quant, offset);
    args.before_rounding = QREF_OFFSET(args.before_rounding, offset);
    args.after_quant += offset;
    qref_status status = qref_conv1d_silu_floatsim(&args, error);
    if (status != QREF_OK) {
      return status;
    }
  }
  return QREF_OK;
}

static qref_cpu_conv1d_silu_floatsim_row *floatsim_kernel_of(qref_cpu_level level,
                                                             const qref_conv1d_silu_floatsim_args *args) {
  const bool exact_function = !args->silu || args->rule->silu.implementation == QREF_FUNCTION_EXACT;
  const bool covered = exact_function && args->width <= QREF_CPU_CONV1D_MOST_TAPS;
  return covered ? QREF_CPU_KERNEL(qref_cpu_conv1d_silu_floatsim_row, level) : NULL;
}

typedef struct floatsim_task {
  const qref_conv1d_silu_floatsim_args *args;
  qref_cpu_conv1d_silu_floatsim_row *kernel;
} floatsim_task;

static qref_status floatsim_kernel_rows(const void *context, size_t first, size_t count, qref_counts *counts,
                                        qref_error *error) {
  (void)counts;
  (void)error;
  const floatsim_task *task = context;
  for (size_t row = first; row < first + count; row++) {
    task->kernel(task->args, row);
  }
  return QREF_OK;
}

qref_status qref_cpu_conv1d_silu_floatsim(qref_cpu_level level, const qref_conv1d_silu_floatsim_args *args,
                                          qref_error *error) {
  qref_status status = qref_conv1d_silu_floatsim_check(args, error);
  if (status != QREF_OK) {
    return status;
  }
  const floatsim_task task = {args, floatsim_kernel_of(level, args)};
  if (task.kernel != NULL) {
    return qref_cpu_parallel(args->batch * args->channels, 1, 2.0 * (double)args->length, args->threads,
                             floatsim_kernel_rows, &task, NULL, error);
  }
  return qref_cpu_parallel(args->batch * args->channels, 1, qref_cpu_conv1d_reference_cost(args->length, args->width),
                           args->threads, conv1d_silu_floatsim_rows, args, NULL, error);
}

static qref_status conv1d_silu_f32_rows(const void *context, size_t first, size_t count, qref_counts *counts,
                                        qref_error *error) {
  (void)counts;
  const qref_conv1d_silu_f32_args *whole = context;
  for (size_t row = first; row < first + count; row++) {
    size_t d = row % whole->channels;
    qref_conv1d_silu_f32_args args = *whole;
    args.batch = 1;
    args.channels = 1;
    args.x += row * whole->length;
    args.w += d * whole->width;
    args.bias = QREF_OFFSET(args.bias, d);
    args.y += row * whole->length;
    qref_status status = qref_conv1d_silu_f32(&args, error);
    if (status != QREF_OK) {
      return status;
    }
  }
  return QREF_OK;
}

typedef struct f32_task {
  const qref_conv1d_silu_f32_args *args;
  qref_cpu_conv1d_silu_f32_row *kernel;
} f32_task;

static qref_status f32_kernel_rows(const void *context, size_t first, size_t count, qref_counts *counts,
                                   qref_error *error) {
  (void)counts;
  (void)error;
  const f32_task *task = context;
  for (size_t row = first; row < first + count; row++) {
    task->kernel(task->args, row);
  }
  return QREF_OK;
}

qref_status qref_cpu_conv1d_silu_f32(qref_cpu_level level, const qref_conv1d_silu_f32_args *args, qref_error *error) {
  qref_status status = qref_conv1d_silu_f32_check(args, error);
  if (status != QREF_OK) {
    return status;
  }
  const bool covered = args->width <= QREF_CPU_CONV1D_MOST_TAPS;
  const f32_task task = {args, covered ? QREF_CPU_KERNEL(qref_cpu_conv1d_silu_f32_row, level) : NULL};
  if (task.kernel != NULL) {
    return qref_cpu_parallel(args->batch * args->channels, 1, 2.0 * (double)args->length, args->threads,
                             f32_kernel_rows, &task, NULL, error);
  }
  return qref_cpu_parallel(args->batch * args->channels, 1, qref_cpu_conv1d_reference_cost(args->length, args->width),
                           args->threads, conv1d_silu_f32_rows, args, NULL, error);
}
