#include "ref/backends/cpu/linear/finish.h"

#include "ref/backends/cpu/simd/isa.h"

enum { MOST_COLUMNS = 256 };

/* Every form of linear W8A8 scales as t = ((float)acc * first[n]) * second, rounded twice. A form with one factor has 1
 * for the second, which changes nothing. first: that of each column of the tile; returns the second. */
static float scale_factors(const qref_linear_tile *tile, float *first) {
  const qref_linear_w8a8_args *args = tile->args;
  for (size_t j = 0; j < tile->columns; j++) {
    const float weight_scale = args->weight_scale[tile->form->scale_per_column ? tile->column + j : 0];
    first[j] = tile->form == &qref_linear_form_w8a8_per_channel ? weight_scale * args->input_scale : weight_scale;
  }
  const bool one_factor = tile->form == &qref_linear_form_w8a8_per_channel || tile->form == &qref_linear_form_w8a8_row;
  return one_factor ? 1.0f : args->input_scale;
}

static size_t finish_vectors(qref_cpu_level level, const qref_linear_tile *tile, qref_counts *counts) {
  float first[MOST_COLUMNS];
#if QREF_SIMD_X86
  if (level >= QREF_CPU_AVX512) {
    return qref_linear_finish_avx512(tile, first, scale_factors(tile, first), counts);
  }
  if (level >= QREF_CPU_AVX2) {
    return qref_linear_finish_avx2(tile, first, scale_factors(tile, first), counts);
  }
#elif QREF_SIMD_NEON
  if (level >= QREF_CPU_NEON) {
    return qref_linear_finish_neon(tile, first, scale_factors(tile, first), counts);
  }
#endif
  (void)level;
  return qref_linear_finish_portable(tile, first, scale_factors(tile, first), counts);
}

static void finish_columns(qref_cpu_level level, const qref_linear_tile *tile, qref_counts *counts) {
  const size_t done = finish_vectors(level, tile, counts);
  for (size_t m = 0; m < tile->rows; m++) {
    for (size_t j = done; j < tile->columns; j++) {
      qref_linear_form_store(tile->form, tile->args, tile->row + m, tile->column + j,
                             tile->sums[m * tile->sums_stride + j], counts);
    }
  }
}

void qref_linear_finish(qref_cpu_level level, const qref_linear_tile *tile, qref_counts *counts) {
  for (size_t j = 0; j < tile->columns; j += MOST_COLUMNS) {
    qref_linear_tile part = *tile;
    part.column = tile->column + j;
    part.columns = tile->columns - j < MOST_COLUMNS ? tile->columns - j : MOST_COLUMNS;
    part.sums = tile->sums + j;
    finish_columns(level, &part, counts);
  }
}
