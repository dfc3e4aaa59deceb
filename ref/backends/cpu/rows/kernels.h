/* The ops on rows with one instruction set: *_kernel.inc of this folder, compiled once for each. */
#ifndef QREF_BACKENDS_CPU_ROWS_KERNELS_H
#define QREF_BACKENDS_CPU_ROWS_KERNELS_H

#include <qref/ops.h>

#include "ref/backends/cpu/level.h"

/* Each takes checked arguments. `counts` is not NULL. */
typedef struct qref_cpu_row_kernels {
  size_t lanes;
  /* partial_sums is 32, rounding not stochastic, `normalized` and `before_rounding` NULL. */
  void (*rmsnorm)(const qref_rmsnorm_args *args, qref_counts *counts);
  void (*rmsnorm_f32)(const qref_rmsnorm_f32_args *args);
  /* dim is 1, 12 or 40 times a power of 2 that is at least `lanes`. Rounding is not stochastic, `transformed` and
   * `before_rounding` are NULL. */
  void (*hadamard)(const qref_hadamard_args *args, qref_counts *counts);
  void (*hadamard_f32)(const qref_hadamard_f32_args *args);
  void (*embedding_w8)(const qref_embedding_w8_args *args);
} qref_cpu_row_kernels;

/* NULL where the reference has to do. */
const qref_cpu_row_kernels *qref_cpu_row_kernels_of(qref_cpu_level level);

extern const qref_cpu_row_kernels qref_cpu_row_kernels_avx2;
extern const qref_cpu_row_kernels qref_cpu_row_kernels_avx512;
extern const qref_cpu_row_kernels qref_cpu_row_kernels_neon;

#endif
