/* From int32 sums to the outputs of linear W8A8: scale, round, store. */
#ifndef QREF_BACKENDS_CPU_LINEAR_FINISH_H
#define QREF_BACKENDS_CPU_LINEAR_FINISH_H

#include "ref/backends/cpu/level.h"
#include "ref/ops/linear_w8a8_form.h"

/* The sums of rows [row, row + rows) and columns [column, column + columns). */
typedef struct qref_linear_tile {
  const qref_linear_form *form;
  const qref_linear_w8a8_args *args;
  size_t row, rows, column, columns;
  const int32_t *sums; /* (rows, columns), with sums_stride elements from one row to the next */
  size_t sums_stride;
} qref_linear_tile;

/* Stores every output and intermediate of the tile. counts is not NULL. */
void qref_linear_finish(qref_cpu_level level, const qref_linear_tile *tile, qref_counts *counts);

/* The same for those of the tile's first columns that fill whole vectors; returns their number, 0 for a rule or
 * intermediates that it does not cover. t = ((float)acc * first[n]) * second for column n of the tile. */
size_t qref_linear_finish_portable(const qref_linear_tile *tile, const float *first, float second, qref_counts *counts);
size_t qref_linear_finish_avx2(const qref_linear_tile *tile, const float *first, float second, qref_counts *counts);
size_t qref_linear_finish_avx512(const qref_linear_tile *tile, const float *first, float second, qref_counts *counts);
size_t qref_linear_finish_neon(const qref_linear_tile *tile, const float *first, float second, qref_counts *counts);

#endif
