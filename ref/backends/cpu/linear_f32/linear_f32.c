/* linear_f32, split over columns or rows; without vector fma the reference computes slices of rows. */
#include "ref/backends/cpu/cpu.h"
#include "ref/backends/cpu/linear_f32/linear_f32_kernel.h"
#include "ref/backends/cpu/parallel.h"
#include "ref/backends/cpu/simd/isa.h"
#include "ref/ops/op_checks.h"

/* Parts of less columns would pack x too often; parts begin at a multiple of what a tile of any level covers. */
enum { LEAST_COLUMNS = 512, COLUMN_GRANULARITY = 32 };

/* One vector fma of float32, in nanoseconds per lane. */
static const double vector_cost = 0.02;
static const double reference_cost = 3.0;

typedef qref_status (*multiply)(const qref_linear_f32_args *args, qref_error *error);

/* The kernel of an instruction set, or the reference. */
static multiply multiply_of(qref_cpu_level level) {
#if QREF_SIMD_X86
  if (level >= QREF_CPU_AVX512) {
    return qref_linear_f32_block_avx512;
  }
  if (level >= QREF_CPU_AVX2) {
    return qref_linear_f32_block_avx2;
  }
#endif
#if QREF_SIMD_NEON
  if (level == QREF_CPU_NEON) {
    return qref_linear_f32_block_neon;
  }
#endif
  (void)level;
  return qref_linear_f32;
}

typedef struct split {
  multiply run;
  qref_linear_f32_args whole; /* y_row_stride is not 0 */
} split;

static qref_status multiply_rows(const void *context, size_t first, size_t count, qref_counts *counts,
                                 qref_error *error) {
  (void)counts;
  const split *task = context;
  qref_linear_f32_args args = task->whole;
  args.rows = count;
  args.x += first * args.depth;
  args.y += first * args.y_row_stride;
  return task->run(&args, error);
}

static qref_status multiply_columns(const void *context, size_t first, size_t count, qref_counts *counts,
                                    qref_error *error) {
  (void)counts;
  const split *task = context;
  qref_linear_f32_args args = task->whole;
  args.columns = count;
  args.w += first * args.depth;
  args.y += first;
  return task->run(&args, error);
}

qref_status qref_cpu_linear_f32(qref_cpu_level level, const qref_linear_f32_args *args, qref_error *error) {
  qref_status status = qref_linear_f32_check(args, error);
  if (status != QREF_OK) {
    return status;
  }
  split task = {multiply_of(level), *args};
  if (args->y_row_stride == 0) {
    task.whole.y_row_stride = args->columns;
  }
  const double cost = (task.run == qref_linear_f32 ? reference_cost : vector_cost) * (double)args->depth;
  if (args->columns >= LEAST_COLUMNS || args->rows < 2) {
    return qref_cpu_parallel(args->columns, COLUMN_GRANULARITY, cost * (double)args->rows, args->threads,
                             multiply_columns, &task, NULL, error);
  }
  return qref_cpu_parallel(args->rows, 1, cost * (double)args->columns, args->threads, multiply_rows, &task, NULL,
                           error);
}
