/* The float32 scan, split over the rows (batch, channel): rows do not depend on each other. */
#include <stdlib.h>

#include "ref/backends/cpu/cpu.h"
#include "ref/backends/cpu/offset.h"
#include "ref/backends/cpu/scan/scan.h"
#include "ref/base/error.h"
#include "ref/ops/op_checks.h"
#include "ref/ops/scan_layout.h"

static qref_status selective_scan_f32_rows(const void *context, size_t first, size_t count, qref_counts *counts,
                                           qref_error *error) {
  (void)counts;
  const qref_selective_scan_f32_args *whole = context;
  size_t T = whole->length;
  size_t N = whole->states;
  size_t floats = qref_selective_scan_scratch(N);
  void *allocation = NULL;
  qref_status status = QREF_OK;
  float *scratch = qref_cpu_scan_allocate(floats, sizeof(float), &allocation, &status, error);
  for (size_t row = first; row < first + count && status == QREF_OK; row++) {
    size_t b = row / whole->channels;
    size_t d = row % whole->channels;
    qref_selective_scan_f32_args args = *whole;
    args.batch = 1;
    args.channels = 1;
    args.u += row * T;
    args.dt += row * T;
    args.A_log += d * N;
    args.B += b * N * T;
    args.C += b * N * T;
    args.D = QREF_OFFSET(args.D, d);
    args.z = QREF_OFFSET(args.z, row * T);
    args.dt_bias = QREF_OFFSET(args.dt_bias, d);
    args.y_time_stride = qref_scan_y_stride(whole->y_time_stride, whole->channels);
    args.y += b * T * args.y_time_stride + d;
    args.h += row * N;
    args.scratch = scratch;
    status = qref_selective_scan_f32(&args, error);
  }
  free(allocation);
  return status;
}

qref_status qref_cpu_selective_scan_f32(qref_cpu_level level, const qref_selective_scan_f32_args *args,
                                        qref_error *error) {
  QREF_TRY(qref_selective_scan_f32_check(args, error));
  const size_t rows = args->batch * args->channels;
  const qref_cpu_part part = QREF_CPU_SCAN_FAST_PART(level, qref_cpu_selective_scan_f32_part);
  if (part != NULL && args->states <= QREF_CPU_SCAN_MOST_STATES) {
    const double cost = (double)args->length * (10.0 + 1.5 * (double)args->states);
    return qref_cpu_parallel(rows, QREF_CPU_SCAN_ROWS_TOGETHER, cost, args->threads, part, args, NULL, error);
  }
  return qref_cpu_parallel(rows, 1, qref_cpu_scan_row_cost(args->length, args->states), args->threads,
                           selective_scan_f32_rows, args, NULL, error);
}
