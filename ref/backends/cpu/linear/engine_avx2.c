/* vpmaddwd on int16: exact for every int8, -128 * -128 twice included. */
#include <string.h>

#include "ref/backends/cpu/linear/engine.h"
#include "ref/backends/cpu/simd/isa.h"
#if QREF_SIMD_X86
#include "ref/backends/cpu/simd/avx2.h"

/* Packed x: for each group of 4 k's, 4 int16 of each row. */

typedef int16_t packed_x;

QREF_SIMD_INLINE void store_x(int16_t *out, __m128i v, size_t rows) {
  const __m256i values = _mm256_cvtepi8_epi16(v);
  if (rows == 4) {
    _mm256_storeu_si256((__m256i *)(void *)out, values);
  } else if (rows == 2) {
    _mm_storeu_si128((__m128i *)(void *)out, _mm256_castsi256_si128(values));
  } else {
    _mm_storel_epi64((__m128i *)(void *)out, _mm256_castsi256_si128(values));
  }
}

#include "ref/backends/cpu/linear/pack_x.inc"

QREF_SIMD_INLINE __m256i load_16_i8(const int8_t *p) {
  return _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(const void *)p));
}
QREF_SIMD_INLINE __m256i load_i16(const int16_t *p) {
  return _mm256_loadu_si256((const __m256i *)(const void *)p);
}
QREF_SIMD_INLINE void store_i16(int16_t *p, __m256i a) {
  _mm256_storeu_si256((__m256i *)(void *)p, a);
}

/* 4 k's of 8 columns to k's 0, 1 and k's 2, 3 of them. */
QREF_SIMD_INLINE void widen_8(const int8_t *w, int16_t *low, int16_t *high) {
  const __m256i pairs_apart = _mm256_setr_epi8(0, 1, 4, 5, 8, 9, 12, 13, 2, 3, 6, 7, 10, 11, 14, 15, 0, 1, 4, 5, 8, 9,
                                               12, 13, 2, 3, 6, 7, 10, 11, 14, 15);
  const __m256i v = _mm256_shuffle_epi8(_mm256_loadu_si256((const __m256i *)(const void *)w), pairs_apart);
  store_i16(low, _mm256_srai_epi16(_mm256_unpacklo_epi8(v, v), 8));
  store_i16(high, _mm256_srai_epi16(_mm256_unpackhi_epi8(v, v), 8));
}

/* For each pair of k's, 2 int16 of each column. */
static void widen(const int8_t *panel, size_t groups, void *widened) {
  int16_t *out = widened;
  for (size_t q = 0; q < groups; q++, panel += 64, out += 64) {
    widen_8(panel, out, out + 32);
    widen_8(panel + 32, out + 16, out + 48);
  }
}

/* The empty statement keeps the compiler from adding up products of several steps first, for which it has not enough
 * registers. */
QREF_SIMD_INLINE __m256i add_products(__m256i sum, __m256i x, __m256i w) {
  sum = _mm256_add_epi32(sum, _mm256_madd_epi16(x, w));
  __asm__ volatile("" : "+x"(sum));
  return sum;
}

enum { ROWS = 6, THIN_VECTORS = 3 };

/* Loops over rows and panels have constant bounds: clang unrolls them before it knows `rows` and `panels`. */
QREF_SIMD_INLINE void multiply_rows(const size_t rows, size_t groups, const int16_t *x, const int16_t *w,
                                    const int32_t *start, size_t start_stride, int32_t *sums, size_t sums_stride) {
  __m256i low[ROWS], high[ROWS]; /* columns 0..7 and 8..15 */
#pragma GCC unroll 6
  for (size_t m = 0; m < ROWS; m++) {
    if (m < rows) {
      low[m] = vi_load(start + m * start_stride);
      high[m] = vi_load(start + m * start_stride + 8);
    }
  }
  for (; groups != 0; groups--, w += 64, x += 4 * rows) {
#pragma GCC unroll 2
    for (size_t pair = 0; pair < 2; pair++) {
      const __m256i w_low = load_i16(w + 32 * pair);
      const __m256i w_high = load_i16(w + 32 * pair + 16);
#pragma GCC unroll 6
      for (size_t m = 0; m < ROWS; m++) {
        if (m < rows) {
          int32_t two;
          memcpy(&two, x + 4 * m + 2 * pair, sizeof two);
          const __m256i x_two = _mm256_set1_epi32(two);
          low[m] = add_products(low[m], x_two, w_low);
          high[m] = add_products(high[m], x_two, w_high);
        }
      }
    }
  }
#pragma GCC unroll 6
  for (size_t m = 0; m < ROWS; m++) {
    if (m < rows) {
      vi_store(sums + m * sums_stride, low[m]);
      vi_store(sums + m * sums_stride + 8, high[m]);
    }
  }
}

#include "ref/backends/cpu/linear/multiply_6_rows.inc"

/* Weights as they are packed: lanes hold 2 of 4 k's of 4 columns, added up at the end. Several panels at a time are
 * several streams from memory. */
QREF_SIMD_INLINE void multiply_thin_block(const size_t rows, const size_t panels, size_t groups, const int16_t *x,
                                          const int8_t *w, size_t panel_stride, const int32_t *start,
                                          size_t start_stride, int32_t *sums, size_t sums_stride) {
  __m256i sum[THIN_VECTORS][4]; /* of row m and panel p at m * panels + p */
#pragma GCC unroll 3
  for (size_t v = 0; v < THIN_VECTORS; v++) {
    if (v < rows * panels) {
#pragma GCC unroll 4
      for (size_t i = 0; i < 4; i++) {
        sum[v][i] = _mm256_setzero_si256();
      }
    }
  }
  for (size_t q = 0; q < groups; q++, w += 64, x += 4 * rows) {
    const size_t ahead = qref_linear_prefetch(q, groups, panels, panel_stride);
#pragma GCC unroll 3
    for (size_t p = 0; p < THIN_VECTORS; p++) {
      if (p < panels) {
        const int8_t *group = w + p * panel_stride;
        const __m256i columns[4] = {load_16_i8(group), load_16_i8(group + 16), load_16_i8(group + 32),
                                    load_16_i8(group + 48)};
        _mm_prefetch((const char *)(const void *)(group + ahead), _MM_HINT_T0);
#pragma GCC unroll 3
        for (size_t m = 0; m < THIN_VECTORS; m++) {
          if (m < rows) {
            int64_t four;
            memcpy(&four, x + 4 * m, sizeof four);
            const __m256i x_four = _mm256_set1_epi64x(four);
#pragma GCC unroll 4
            for (size_t i = 0; i < 4; i++) {
              sum[m * panels + p][i] = add_products(sum[m * panels + p][i], x_four, columns[i]);
            }
          }
        }
      }
    }
  }
#pragma GCC unroll 3
  for (size_t v = 0; v < THIN_VECTORS; v++) {
    if (v < rows * panels) {
      const int32_t *from = start + v / panels * start_stride + v % panels * QREF_PANEL_COLUMNS;
      int32_t *to = sums + v / panels * sums_stride + v % panels * QREF_PANEL_COLUMNS;
#pragma GCC unroll 2
      for (size_t i = 0; i < 2; i++) {
        const __m256i pairs = _mm256_hadd_epi32(sum[v][2 * i], sum[v][2 * i + 1]);
        vi_store(to + 8 * i, vi_add(vi_load(from + 8 * i), _mm256_permute4x64_epi64(pairs, 0xd8)));
      }
    }
  }
}

static void multiply_thin(size_t rows, size_t panels, size_t groups, const void *x, const void *w, size_t panel_stride,
                          const int32_t *start, size_t start_stride, int32_t *sums, size_t sums_stride) {
  if (rows == 1 && panels == THIN_VECTORS) {
    multiply_thin_block(1, THIN_VECTORS, groups, x, w, panel_stride, start, start_stride, sums, sums_stride);
    return;
  }
  for (size_t p = 0; p < panels; p++) {
    const int8_t *panel = (const int8_t *)w + p * panel_stride;
    switch (rows) {
#define CASE(n)                                                                                  \
  case n:                                                                                        \
    multiply_thin_block(n, 1, groups, x, panel, 0, start + p * QREF_PANEL_COLUMNS, start_stride, \
                        sums + p * QREF_PANEL_COLUMNS, sums_stride);                             \
    break;
      CASE(1)
      CASE(2)
      CASE(3)
#undef CASE
      default:
        break;
    }
  }
}

const qref_linear_engine qref_linear_engine_avx2 = {
    .rows = ROWS,
    .panels = 1,
    .block_rows = 240,
    .block_depth = 512,
    .x_size = sizeof(int16_t),
    .x_offset = 0,
    .widened_size = sizeof(int16_t),
    .pack_x = pack_x,
    .widen = widen,
    .multiply = multiply,
};

const qref_linear_engine qref_linear_engine_avx2_thin = {
    .rows = THIN_VECTORS,
    .panels = THIN_VECTORS,
    .block_rows = 48,
    .block_depth = 512,
    .x_size = sizeof(int16_t),
    .x_offset = 0,
    .widened_size = 0,
    .pack_x = pack_x,
    .widen = NULL,
    .multiply = multiply_thin,
};

#include "ref/backends/cpu/simd/end.h"
#endif
