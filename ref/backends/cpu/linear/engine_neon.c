/* smull and sadalp: a product of two int8 fits int16, and the pairwise sum goes to int32 at once. */
#include <string.h>

#include "ref/backends/cpu/linear/engine.h"
#include "ref/backends/cpu/simd/isa.h"
#if QREF_SIMD_NEON
#include "ref/backends/cpu/simd/neon.h"

enum { ROWS = 2 };

#include "ref/backends/cpu/linear/pack_x_neon.inc"

/* Lanes hold 2 of 4 k's of 2 columns, added up at the end. */
QREF_SIMD_INLINE void multiply_rows(const size_t rows, size_t groups, const int8_t *x, const int8_t *w,
                                    const int32_t *start, size_t start_stride, int32_t *sums, size_t sums_stride) {
  int32x4_t sum[ROWS][8];
#pragma GCC unroll 2
  for (size_t m = 0; m < ROWS; m++) {
    if (m < rows) {
#pragma GCC unroll 8
      for (size_t i = 0; i < 8; i++) {
        sum[m][i] = vdupq_n_s32(0);
      }
    }
  }
  for (; groups != 0; groups--, w += 64, x += 4 * rows) {
    int8x8_t x_four[ROWS];
#pragma GCC unroll 2
    for (size_t m = 0; m < ROWS; m++) {
      if (m < rows) {
        int32_t four;
        memcpy(&four, x + 4 * m, sizeof four);
        x_four[m] = vreinterpret_s8_s32(vdup_n_s32(four));
      }
    }
#pragma GCC unroll 8
    for (size_t i = 0; i < 8; i++) {
      const int8x8_t two_columns = vld1_s8(w + 8 * i);
#pragma GCC unroll 2
      for (size_t m = 0; m < ROWS; m++) {
        if (m < rows) {
          sum[m][i] = vpadalq_s16(sum[m][i], vmull_s8(x_four[m], two_columns));
        }
      }
    }
  }
#pragma GCC unroll 2
  for (size_t m = 0; m < ROWS; m++) {
    if (m < rows) {
#pragma GCC unroll 4
      for (size_t i = 0; i < 4; i++) {
        const int32x4_t four = vpaddq_s32(sum[m][2 * i], sum[m][2 * i + 1]);
        vi_store(sums + m * sums_stride + 4 * i, vi_add(vi_load(start + m * start_stride + 4 * i), four));
      }
    }
  }
}

static void multiply(size_t rows, size_t panels, size_t groups, const void *x, const void *w, size_t panel_stride,
                     const int32_t *start, size_t start_stride, int32_t *sums, size_t sums_stride) {
  (void)panels;
  (void)panel_stride;
  if (rows == ROWS) {
    multiply_rows(ROWS, groups, x, w, start, start_stride, sums, sums_stride);
  } else {
    multiply_rows(1, groups, x, w, start, start_stride, sums, sums_stride);
  }
}

const qref_linear_engine qref_linear_engine_neon = {
    .rows = ROWS,
    .panels = 1,
    .block_rows = 96,
    .block_depth = 512,
    .x_size = 1,
    .x_offset = 0,
    .widened_size = 0,
    .pack_x = pack_x,
    .widen = NULL,
    .multiply = multiply,
};
#endif
