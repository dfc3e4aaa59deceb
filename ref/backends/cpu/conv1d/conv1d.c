/* The conv1d ops, split over the rows (batch, channel): each row is one channel of one sequence. */
#include "ref/backends/cpu/cpu.h"
#include "ref/backends/cpu/offset.h"
#include "ref/backends/cpu/parallel.h"
#include "ref/ops/op_checks.h"

static double row_cost(size_t length, size_t width) {
  return (double)length * (10.0 + 3.0 * (double)width);
}

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

qref_status qref_cpu_conv1d_silu(qref_cpu_level level, const qref_conv1d_silu_args *args, qref_error *error) {
  (void)level;
  qref_status status = qref_conv1d_silu_check(args, error);
  if (status != QREF_OK) {
    return status;
  }
  if (args->rule->output.round.rounding == QREF_ROUND_STOCHASTIC) { /* its random bits follow the whole tensor */
    return qref_conv1d_silu(args, error);
  }
  return qref_cpu_parallel(args->batch * args->channels, 1, row_cost(args->length, args->width), args->threads,
                           conv1d_silu_rows, args, args->counts, error);
}

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

qref_status qref_cpu_conv1d_silu_floatsim(qref_cpu_level level, const qref_conv1d_silu_floatsim_args *args,
                                          qref_error *error) {
  (void)level;
  qref_status status = qref_conv1d_silu_floatsim_check(args, error);
  if (status != QREF_OK) {
    return status;
  }
  return qref_cpu_parallel(args->batch * args->channels, 1, row_cost(args->length, args->width), args->threads,
                           conv1d_silu_floatsim_rows, args, NULL, error);
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

qref_status qref_cpu_conv1d_silu_f32(qref_cpu_level level, const qref_conv1d_silu_f32_args *args, qref_error *error) {
  (void)level;
  qref_status status = qref_conv1d_silu_f32_check(args, error);
  if (status != QREF_OK) {
    return status;
  }
  return qref_cpu_parallel(args->batch * args->channels, 1, row_cost(args->length, args->width), args->threads,
                           conv1d_silu_f32_rows, args, NULL, error);
}
