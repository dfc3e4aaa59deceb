/* vpdpbusd, whose first operand is unsigned: it takes x + 128, and the sums start at -128 * (sum of the weights). */
#include <string.h>

#include "ref/backends/cpu/linear/engine.h"
#include "ref/backends/cpu/simd/isa.h"
#if QREF_SIMD_X86
#include "ref/backends/cpu/simd/avx512.h"

enum { ROWS = 8, PANELS = 3 };

/* Packed x: for each group of 4 k's, 4 uint8 of each row. */
typedef uint8_t packed_x;

QREF_SIMD_INLINE void store_x(uint8_t *out, __m128i v, size_t rows) {
  const __m128i values = _mm_xor_si128(v, _mm_set1_epi8(-128));
  if (rows == 4) {
    _mm_storeu_si128((__m128i *)(void *)out, values);
  } else if (rows == 2) {
    _mm_storel_epi64((__m128i *)(void *)out, values);
  } else {
    const int32_t four = _mm_cvtsi128_si32(values);
    memcpy(out, &four, sizeof four);
  }
}

#include "ref/backends/cpu/linear/pack_x.inc"

/* Loops over rows and panels have constant bounds: clang unrolls them before it knows `rows` and `panels`. */
QREF_SIMD_INLINE void multiply_block(const size_t rows, const size_t panels, size_t groups, const uint8_t *x,
                                     const int8_t *w, size_t panel_stride, const int32_t *start, size_t start_stride,
                                     int32_t *sums, size_t sums_stride) {
  __m512i sum[ROWS][PANELS];
#pragma GCC unroll 8
  for (size_t m = 0; m < ROWS; m++) {
    if (m < rows) {
#pragma GCC unroll 3
      for (size_t p = 0; p < PANELS; p++) {
        if (p < panels) {
          sum[m][p] = vi_load(start + m * start_stride + p * QREF_PANEL_COLUMNS);
        }
      }
    }
  }
  for (size_t q = 0; q < groups; q++, w += 64, x += 4 * rows) {
    const size_t ahead = qref_linear_prefetch(q, groups, panels, panel_stride);
    __m512i weights[PANELS];
#pragma GCC unroll 3
    for (size_t p = 0; p < PANELS; p++) {
      if (p < panels) {
        weights[p] = _mm512_loadu_si512(w + p * panel_stride);
        if (rows == 1) {
          _mm_prefetch((const char *)(const void *)(w + p * panel_stride + ahead), _MM_HINT_T0);
        }
      }
    }
#pragma GCC unroll 8
    for (size_t m = 0; m < ROWS; m++) {
      if (m < rows) {
        int32_t four;
        memcpy(&four, x + 4 * m, sizeof four);
        const __m512i x_four = _mm512_set1_epi32(four);
#pragma GCC unroll 3
        for (size_t p = 0; p < PANELS; p++) {
          if (p < panels) {
            sum[m][p] = _mm512_dpbusd_epi32(sum[m][p], x_four, weights[p]);
          }
        }
      }
    }
  }
#pragma GCC unroll 8
  for (size_t m = 0; m < ROWS; m++) {
    if (m < rows) {
#pragma GCC unroll 3
      for (size_t p = 0; p < PANELS; p++) {
        if (p < panels) {
          vi_store(sums + m * sums_stride + p * QREF_PANEL_COLUMNS, sum[m][p]);
        }
      }
    }
  }
}

static void multiply(size_t rows, size_t panels, size_t groups, const void *x, const void *w, size_t panel_stride,
                     const int32_t *start, size_t start_stride, int32_t *sums, size_t sums_stride) {
  switch (rows * PANELS + panels - 1) {
#define CASE(m, p)                                                                            \
  case (m)*PANELS + (p)-1:                                                                    \
    multiply_block(m, p, groups, x, w, panel_stride, start, start_stride, sums, sums_stride); \
    break;
#define CASES(m) CASE(m, 1) CASE(m, 2) CASE(m, 3)
    CASES(1)
    CASES(2)
    CASES(3)
    CASES(4)
    CASES(5)
    CASES(6)
    CASES(7)
    CASES(8)
#undef CASES
#undef CASE
    default:
      break;
  }
}

const qref_linear_engine qref_linear_engine_avx512 = {
    .rows = ROWS,
    .panels = PANELS,
    .block_rows = 128,
    .block_depth = 768,
    .x_size = 1,
    .x_offset = 128,
    .widened_size = 0,
    .pack_x = pack_x,
    .widen = NULL,
    .multiply = multiply,
};

#include "ref/backends/cpu/simd/end.h"
#endif
