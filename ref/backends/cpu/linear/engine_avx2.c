/* vpmaddwd on int16: exact for every int8, -128 * -128 twice included. */
#include <string.h>

#include "ref/backends/cpu/linear/engine.h"
#include "ref/backends/cpu/simd/isa.h"
#if QREF_SIMD_X86
#include "ref/backends/cpu/simd/avx2.h"

/* Packed x: for each group of 4 k's, 4 int16 of each row. */

/* 4 bytes of a row to 4 int16. */
QREF_SIMD_INLINE void pack_4(const int8_t *x, int16_t *out) {
  int32_t four;
  memcpy(&four, x, sizeof four);
  _mm_storel_epi64((__m128i *)(void *)out, _mm_cvtepi8_epi16(_mm_cvtsi32_si128(four)));
}

static void pack_x(const int8_t *x, size_t x_stride, size_t rows, size_t depth, void *packed) {
  for (size_t m = 0; m < rows; m++) {
    const int8_t *row = x + m * x_stride;
    int16_t *out = (int16_t *)packed + m * QREF_PANEL_DEPTH;
    const size_t step = rows * QREF_PANEL_DEPTH;
    size_t k = 0;
    for (; k + 16 <= depth; k += 16, out += 4 * step) {
      const __m256i v = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(const void *)(row + k)));
      const __m128i low = _mm256_castsi256_si128(v);
      const __m128i high = _mm256_extracti128_si256(v, 1);
      _mm_storel_epi64((__m128i *)(void *)out, low);
      _mm_storeh_pd((double *)(void *)(out + step), _mm_castsi128_pd(low));
      _mm_storel_epi64((__m128i *)(void *)(out + 2 * step), high);
      _mm_storeh_pd((double *)(void *)(out + 3 * step), _mm_castsi128_pd(high));
    }
    for (; k < depth; k += QREF_PANEL_DEPTH, out += step) {
      int8_t four[QREF_PANEL_DEPTH] = {0};
      memcpy(four, row + k, depth - k < QREF_PANEL_DEPTH ? depth - k : QREF_PANEL_DEPTH);
      pack_4(four, out);
    }
  }
}

QREF_SIMD_INLINE __m256i load_16_i8(const int8_t *p) {
  return _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(const void *)p));
}
QREF_SIMD_INLINE __m256i load_i16(const int16_t *p) {
  return _mm256_loadu_si256((const __m256i *)(const void *)p);
}
QREF_SIMD_INLINE void store_i16(int16_t *p, __m256i a) {
  _mm256_storeu_si256((__m256i *)(void *)p, a);
}

/* Two vectors of 4 columns, 4 k's each, to k's 0, 1 and k's 2, 3 of 8 columns. */
QREF_SIMD_INLINE void widen_8(const int8_t *w, int16_t *low, int16_t *high) {
  const __m256i a = load_16_i8(w);
  const __m256i b = load_16_i8(w + 16);
  const __m256i even = _mm256_unpacklo_epi64(_mm256_shuffle_epi32(a, 0xd8), _mm256_shuffle_epi32(b, 0xd8));
  const __m256i odd = _mm256_unpackhi_epi64(_mm256_shuffle_epi32(a, 0xd8), _mm256_shuffle_epi32(b, 0xd8));
  store_i16(low, _mm256_permute4x64_epi64(even, 0xd8));
  store_i16(high, _mm256_permute4x64_epi64(odd, 0xd8));
}

/* For each pair of k's, 2 int16 of each column. */
static void widen(const int8_t *panel, size_t groups, void *widened) {
  int16_t *out = widened;
  for (size_t q = 0; q < groups; q++, panel += 64, out += 64) {
    widen_8(panel, out, out + 32);
    widen_8(panel + 32, out + 16, out + 48);
  }
}

QREF_SIMD_INLINE __m256i add_products(__m256i sum, __m256i x, __m256i w) {
  return _mm256_add_epi32(sum, _mm256_madd_epi16(x, w));
}

enum { ROWS = 6, THIN_ROWS = 3 };

QREF_SIMD_INLINE void multiply_rows(const size_t rows, size_t groups, const int16_t *x, const int16_t *w,
                                    const int32_t *start, size_t start_stride, int32_t *sums, size_t sums_stride) {
  __m256i low[ROWS], high[ROWS]; /* columns 0..7 and 8..15 */
#pragma GCC unroll 6
  for (size_t m = 0; m < rows; m++) {
    low[m] = vi_load(start + m * start_stride);
    high[m] = vi_load(start + m * start_stride + 8);
  }
  for (; groups != 0; groups--, w += 64, x += 4 * rows) {
#pragma GCC unroll 2
    for (size_t pair = 0; pair < 2; pair++) {
      const __m256i w_low = load_i16(w + 32 * pair);
      const __m256i w_high = load_i16(w + 32 * pair + 16);
#pragma GCC unroll 6
      for (size_t m = 0; m < rows; m++) {
        int32_t two;
        memcpy(&two, x + 4 * m + 2 * pair, sizeof two);
        const __m256i x_two = _mm256_set1_epi32(two);
        low[m] = add_products(low[m], x_two, w_low);
        high[m] = add_products(high[m], x_two, w_high);
      }
    }
  }
#pragma GCC unroll 6
  for (size_t m = 0; m < rows; m++) {
    vi_store(sums + m * sums_stride, low[m]);
    vi_store(sums + m * sums_stride + 8, high[m]);
  }
}

static void multiply(size_t rows, size_t panels, size_t groups, const void *x, const void *w, size_t panel_stride,
                     const int32_t *start, size_t start_stride, int32_t *sums, size_t sums_stride) {
  (void)panels;
  (void)panel_stride;
  switch (rows) {
#define CASE(n)                                                             \
  case n:                                                                   \
    multiply_rows(n, groups, x, w, start, start_stride, sums, sums_stride); \
    break;
    CASE(1)
    CASE(2)
    CASE(3) CASE(4) CASE(5) CASE(6)
#undef CASE
        default : break;
  }
}

/* Weights from memory: lanes hold 2 of 4 k's of 4 columns, added up at the end. */
QREF_SIMD_INLINE void multiply_thin_rows(const size_t rows, size_t groups, const int16_t *x, const int8_t *w,
                                         const int32_t *start, size_t start_stride, int32_t *sums, size_t sums_stride) {
  __m256i sum[THIN_ROWS][4];
#pragma GCC unroll 3
  for (size_t m = 0; m < rows; m++) {
#pragma GCC unroll 4
    for (size_t i = 0; i < 4; i++) {
      sum[m][i] = _mm256_setzero_si256();
    }
  }
  for (; groups != 0; groups--, w += 64, x += 4 * rows) {
    const __m256i columns[4] = {load_16_i8(w), load_16_i8(w + 16), load_16_i8(w + 32), load_16_i8(w + 48)};
    _mm_prefetch((const char *)(const void *)(w + 1024), _MM_HINT_T0);
#pragma GCC unroll 3
    for (size_t m = 0; m < rows; m++) {
      int64_t four;
      memcpy(&four, x + 4 * m, sizeof four);
      const __m256i x_four = _mm256_set1_epi64x(four);
#pragma GCC unroll 4
      for (size_t i = 0; i < 4; i++) {
        sum[m][i] = add_products(sum[m][i], x_four, columns[i]);
      }
    }
  }
#pragma GCC unroll 3
  for (size_t m = 0; m < rows; m++) {
#pragma GCC unroll 2
    for (size_t i = 0; i < 2; i++) {
      const __m256i pairs = _mm256_hadd_epi32(sum[m][2 * i], sum[m][2 * i + 1]);
      const __m256i eight = _mm256_permute4x64_epi64(pairs, 0xd8);
      vi_store(sums + m * sums_stride + 8 * i, vi_add(vi_load(start + m * start_stride + 8 * i), eight));
    }
  }
}

static void multiply_thin(size_t rows, size_t panels, size_t groups, const void *x, const void *w, size_t panel_stride,
                          const int32_t *start, size_t start_stride, int32_t *sums, size_t sums_stride) {
  (void)panels;
  (void)panel_stride;
  switch (rows) {
#define CASE(n)                                                                  \
  case n:                                                                        \
    multiply_thin_rows(n, groups, x, w, start, start_stride, sums, sums_stride); \
    break;
    CASE(1)
    CASE(2)
    CASE(3)
#undef CASE
        default : break;
  }
}

const qref_linear_engine qref_linear_engine_avx2 = {
    .rows = ROWS,
    .panels = 1,
    .x_size = sizeof(int16_t),
    .x_offset = 0,
    .widened_size = sizeof(int16_t),
    .pack_x = pack_x,
    .widen = widen,
    .multiply = multiply,
};

const qref_linear_engine qref_linear_engine_avx2_thin = {
    .rows = THIN_ROWS,
    .panels = 1,
    .x_size = sizeof(int16_t),
    .x_offset = 0,
    .widened_size = 0,
    .pack_x = pack_x,
    .widen = NULL,
    .multiply = multiply_thin,
};

#include "ref/backends/cpu/simd/end.h"
#endif
