/* Exact int8 dot products. */
#ifndef QREF_BACKENDS_CPU_DOT_I8_H
#define QREF_BACKENDS_CPU_DOT_I8_H

#include <stddef.h>
#include <stdint.h>

#include "ref/backends/cpu/level.h"

enum { QREF_DOT_COLUMNS = 4 };

/* sums[j] = sum_k x[k] * w[j * depth + k] for j < columns <= QREF_DOT_COLUMNS; depth small enough that int32 holds
 * every sum. Uses AVX2 where the processor has it. */
void qref_dot_i8(qref_cpu_level level, const int8_t *x, const int8_t *w, size_t depth, size_t columns, int32_t *sums);

#endif
