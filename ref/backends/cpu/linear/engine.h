/* What an instruction set brings to the multiplication of linear W8A8: blocks of x, packed to its taste, times panels
 * of weights (see pack.h) give blocks of int32 sums. */
#ifndef QREF_BACKENDS_CPU_LINEAR_ENGINE_H
#define QREF_BACKENDS_CPU_LINEAR_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ref/backends/cpu/level.h"
#include "ref/backends/cpu/linear/pack.h"

typedef struct qref_linear_engine {
  size_t rows;       /* the most rows of a call of multiply */
  size_t panels;     /* the most panels of a call of multiply */
  size_t block_rows; /* rows and k's of a block of x, which is to stay in the second-level cache; whole groups */
  size_t block_depth;
  size_t x_size;       /* bytes of a packed x */
  int32_t x_offset;    /* what packing adds to every x: the sums start at -x_offset * (sum of the column's weights) */
  size_t widened_size; /* bytes that a weight takes behind widen; 0: multiply reads panels as they are */

  /* x (rows, depth), with x_stride elements from one row to the next, to rows * groups * 4 packed values, the last ones
   * filled up. groups = ceil(depth / 4). */
  void (*pack_x)(const int8_t *x, size_t x_stride, size_t rows, size_t depth, void *packed);
  /* `groups` groups of one panel to groups * 64 widened weights; NULL if widened_size is 0. */
  void (*widen)(const int8_t *panel, size_t groups, void *widened);
  /* sums[m * sums_stride + n] = start[m * start_stride + n] + the products of `groups` groups, for m < rows and
   * n < panels * 16, modulo 2^32. w: the first panel, widened where there is a widen, the next one panel_stride bytes
   * on. start may be sums. */
  void (*multiply)(size_t rows, size_t panels, size_t groups, const void *x, const void *w, size_t panel_stride,
                   const int32_t *start, size_t start_stride, int32_t *sums, size_t sums_stride);
} qref_linear_engine;

/* Where to prefetch from at group q of `groups`, when `panels` panels are read side by side: a distance in each panel,
 * towards the end of the panel in the one that follows as many panels later. */
static inline size_t qref_linear_prefetch(size_t q, size_t groups, size_t panels, size_t panel_stride) {
  enum { DISTANCE = 2048, GROUP_BYTES = QREF_PANEL_COLUMNS * QREF_PANEL_DEPTH };
  return DISTANCE + (q + DISTANCE / GROUP_BYTES < groups ? 0 : (panels - 1) * panel_stride);
}

/* The engine for so many rows. */
const qref_linear_engine *qref_linear_engine_for(qref_cpu_level level, size_t rows);

extern const qref_linear_engine qref_linear_engine_portable;      /* widens: for many rows */
extern const qref_linear_engine qref_linear_engine_portable_thin; /* does not: for few */
/* Each exists where its instructions can be compiled. */
extern const qref_linear_engine qref_linear_engine_neon;
extern const qref_linear_engine qref_linear_engine_neon_dot; /* where the processor has sdot */
bool qref_linear_has_sdot(void);
extern const qref_linear_engine qref_linear_engine_avx2; /* likewise */
extern const qref_linear_engine qref_linear_engine_avx2_thin;
extern const qref_linear_engine qref_linear_engine_avx512;

#endif
