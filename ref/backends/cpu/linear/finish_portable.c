/* The rule of the original, half_even and saturate, in C that compilers turn into vector instructions. */
#include "ref/backends/cpu/linear/finish.h"

/* Rounds and saturates; a NaN gives 0. */
static int8_t round_to_int8(float t) {
  const float number = t == t ? t : 0.0f;
  const float above = number < -128.0f ? -128.0f : number;
  const float inside = above > 127.0f ? 127.0f : above;
  const int32_t truncated = (int32_t)inside;
  const float remainder = inside - (float)truncated; /* exact */
  const int32_t odd = truncated & 1;
  const int32_t up = (remainder > 0.5f) | ((remainder == 0.5f) & odd);
  const int32_t down = (remainder < -0.5f) | ((remainder == -0.5f) & odd);
  return (int8_t)(truncated + up - down);
}

static void finish_row(const int32_t *restrict sums, size_t columns, const float *restrict first, float second,
                       int8_t *restrict y, qref_counts *counts) {
  uint32_t saturated = 0;
  uint32_t not_a_number = 0;
  for (size_t j = 0; j < columns; j++) {
    const float scaled = (float)sums[j] * first[j];
    const float t = scaled * second;
    saturated += (uint32_t)((t >= 127.5f) | (t < -128.5f)); /* halves go to even: 128 and -128 */
    not_a_number += (uint32_t)(t != t);
    y[j] = round_to_int8(t);
  }
  counts->saturated += saturated;
  counts->not_a_number += not_a_number;
}

size_t qref_linear_finish_portable(const qref_linear_tile *tile, const float *first, float second,
                                   qref_counts *counts) {
  const qref_linear_w8a8_args *args = tile->args;
  if (tile->form->float16_output || args->rule->output.rounding != QREF_ROUND_HALF_EVEN ||
      args->rule->output.overflow != QREF_OVERFLOW_SATURATE || args->accumulator != NULL ||
      args->before_rounding != NULL) {
    return 0;
  }
  for (size_t m = 0; m < tile->rows; m++) {
    finish_row(tile->sums + m * tile->sums_stride, tile->columns, first, second,
               args->y + (tile->row + m) * args->columns + tile->column, counts);
  }
  return tile->columns;
}
