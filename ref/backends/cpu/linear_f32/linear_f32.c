/* linear_f32: each output is one chain of fma with k ascending, so lanes run over output columns and the chain is
 * never cut. Without hardware fma the reference computes it, on slices of rows. */
#include <stdlib.h>

#include "ref/backends/cpu/cpu.h"
#include "ref/backends/cpu/parallel.h"
#include "ref/backends/cpu/simd/isa.h"
#include "ref/base/error.h"
#include "ref/base/size.h"
#include "ref/numerics/float_bits.h"
#include "ref/ops/op_checks.h"

enum { PANEL_COLUMNS = 16, PANEL_ROWS = 6 };

static size_t y_stride_of(const qref_linear_f32_args *args) {
  return args->y_row_stride != 0 ? args->y_row_stride : args->columns;
}

static qref_status reference_rows(const void *context, size_t first, size_t count, qref_counts *counts,
                                  qref_error *error) {
  (void)counts;
  const qref_linear_f32_args *whole = context;
  qref_linear_f32_args args = *whole;
  args.rows = count;
  args.x += first * args.depth;
  args.y += first * y_stride_of(whole);
  return qref_linear_f32(&args, error);
}

#if QREF_SIMD_X86
#include <immintrin.h>

/* `rows` x 16 outputs: x (rows, depth), panel (depth, 16). `rows` is a constant at each call. */
__attribute__((target("avx2,fma"), always_inline)) static inline void multiply_panel(
    size_t rows, const float *x, const float *panel, size_t depth, float sums[PANEL_ROWS][PANEL_COLUMNS]) {
  __m256 low[PANEL_ROWS];
  __m256 high[PANEL_ROWS];
  for (size_t m = 0; m < rows; m++) {
    low[m] = _mm256_setzero_ps();
    high[m] = _mm256_setzero_ps();
  }
  for (size_t k = 0; k < depth; k++) {
    __m256 w_low = _mm256_loadu_ps(panel + k * PANEL_COLUMNS);
    __m256 w_high = _mm256_loadu_ps(panel + k * PANEL_COLUMNS + 8);
    for (size_t m = 0; m < rows; m++) {
      __m256 value = _mm256_broadcast_ss(x + m * depth + k);
      low[m] = _mm256_fmadd_ps(value, w_low, low[m]);
      high[m] = _mm256_fmadd_ps(value, w_high, high[m]);
    }
  }
  for (size_t m = 0; m < rows; m++) {
    _mm256_storeu_ps(sums[m], low[m]);
    _mm256_storeu_ps(sums[m] + 8, high[m]);
  }
}

__attribute__((target("avx2,fma"))) static void multiply_6_rows(const float *x, const float *panel, size_t depth,
                                                                float sums[PANEL_ROWS][PANEL_COLUMNS]) {
  multiply_panel(PANEL_ROWS, x, panel, depth, sums);
}

__attribute__((target("avx2,fma"))) static void multiply_1_row(const float *x, const float *panel, size_t depth,
                                                               float sums[PANEL_ROWS][PANEL_COLUMNS]) {
  multiply_panel(1, x, panel, depth, sums);
}

static void pack_panel(const float *w, size_t columns, size_t depth, float *panel) {
  for (size_t k = 0; k < depth; k++) {
    for (size_t j = 0; j < PANEL_COLUMNS; j++) {
      panel[k * PANEL_COLUMNS + j] = j < columns ? w[j * depth + k] : 0.0f;
    }
  }
}

/* Columns [first, first + count) of every row. */
static qref_status panel_columns(const void *context, size_t first, size_t count, qref_counts *counts,
                                 qref_error *error) {
  (void)counts;
  const qref_linear_f32_args *args = context;
  size_t depth = args->depth;
  float *panel = qref_allocate(depth, PANEL_COLUMNS * sizeof(float));
  if (panel == NULL) {
    return qref_fail(error, QREF_ERROR_MEMORY, "linear_f32: no memory for a panel of %zu x %d floats", depth,
                     PANEL_COLUMNS);
  }
  for (size_t n = first; n < first + count; n += PANEL_COLUMNS) {
    size_t left = first + count - n;
    size_t columns = left < PANEL_COLUMNS ? left : PANEL_COLUMNS;
    pack_panel(args->w + n * depth, columns, depth, panel);
    for (size_t m = 0; m < args->rows;) {
      float sums[PANEL_ROWS][PANEL_COLUMNS];
      size_t rows = args->rows - m >= PANEL_ROWS ? PANEL_ROWS : 1;
      if (rows == PANEL_ROWS) {
        multiply_6_rows(args->x + m * depth, panel, depth, sums);
      } else {
        multiply_1_row(args->x + m * depth, panel, depth, sums);
      }
      for (size_t i = 0; i < rows; i++, m++) {
        for (size_t j = 0; j < columns; j++) {
          args->y[m * y_stride_of(args) + n + j] = qref_canonical_nan_f32(sums[i][j]);
        }
      }
    }
  }
  free(panel);
  return QREF_OK;
}
#endif

qref_status qref_cpu_linear_f32(qref_cpu_level level, const qref_linear_f32_args *args, qref_error *error) {
  (void)level;
  qref_status status = qref_linear_f32_check(args, error);
  if (status != QREF_OK) {
    return status;
  }
#if QREF_SIMD_X86
  if (level >= QREF_CPU_AVX2) {
    return qref_cpu_parallel(args->columns, PANEL_COLUMNS, 0.1 * (double)args->rows * (double)args->depth,
                             args->threads, panel_columns, args, NULL, error);
  }
#endif
  return qref_cpu_parallel(args->rows, 1, 3.0 * (double)args->columns * (double)args->depth, args->threads,
                           reference_rows, args, NULL, error);
}
