/* vpdpbusd, whose first operand is unsigned: it takes x + 128, and the sums start at -128 * (sum of the weights). */
#include <string.h>

#include "ref/backends/cpu/linear/engine.h"
#include "ref/backends/cpu/simd/isa.h"
#if QREF_SIMD_X86
#include "ref/backends/cpu/simd/avx512.h"

enum { ROWS = 8, PANELS = 3 };

/* Packed x: for each group of 4 k's, 4 uint8 of each row. */
static void pack_x(const int8_t *x, size_t x_stride, size_t rows, size_t depth, void *packed) {
  const __m128i sign = _mm_set1_epi8(-128);
  for (size_t m = 0; m < rows; m++) {
    const int8_t *row = x + m * x_stride;
    uint8_t *out = (uint8_t *)packed + m * QREF_PANEL_DEPTH;
    const size_t step = rows * QREF_PANEL_DEPTH;
    for (size_t k = 0; k < depth; k += 16, out += 4 * step) {
      const size_t left = depth - k;
      const __mmask16 inside = left < 16 ? (__mmask16)((1u << left) - 1) : (__mmask16)0xffff;
      uint8_t bytes[16];
      _mm_storeu_si128((__m128i *)(void *)bytes, _mm_xor_si128(_mm_maskz_loadu_epi8(inside, row + k), sign));
      for (size_t q = 0; q < 4 && q * QREF_PANEL_DEPTH < left; q++) {
        memcpy(out + q * step, bytes + q * QREF_PANEL_DEPTH, QREF_PANEL_DEPTH);
      }
    }
  }
}

QREF_SIMD_INLINE void multiply_block(const size_t rows, const size_t panels, size_t groups, const uint8_t *x,
                                     const int8_t *w, size_t panel_stride, const int32_t *start, size_t start_stride,
                                     int32_t *sums, size_t sums_stride) {
  __m512i sum[ROWS][PANELS];
#pragma GCC unroll 8
  for (size_t m = 0; m < rows; m++) {
#pragma GCC unroll 3
    for (size_t p = 0; p < panels; p++) {
      sum[m][p] = vi_load(start + m * start_stride + p * QREF_PANEL_COLUMNS);
    }
  }
  for (; groups != 0; groups--, w += 64, x += 4 * rows) {
    __m512i weights[PANELS];
#pragma GCC unroll 3
    for (size_t p = 0; p < panels; p++) {
      weights[p] = _mm512_loadu_si512(w + p * panel_stride);
      if (rows == 1) {
        _mm_prefetch((const char *)(const void *)(w + p * panel_stride + 1024), _MM_HINT_T0);
      }
    }
#pragma GCC unroll 8
    for (size_t m = 0; m < rows; m++) {
      int32_t four;
      memcpy(&four, x + 4 * m, sizeof four);
      const __m512i x_four = _mm512_set1_epi32(four);
#pragma GCC unroll 3
      for (size_t p = 0; p < panels; p++) {
        sum[m][p] = _mm512_dpbusd_epi32(sum[m][p], x_four, weights[p]);
      }
    }
  }
#pragma GCC unroll 8
  for (size_t m = 0; m < rows; m++) {
#pragma GCC unroll 3
    for (size_t p = 0; p < panels; p++) {
      vi_store(sums + m * sums_stride + p * QREF_PANEL_COLUMNS, sum[m][p]);
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
    CASES(3) CASES(4) CASES(5) CASES(6) CASES(7) CASES(8)
#undef CASES
#undef CASE
        default : break;
  }
}

const qref_linear_engine qref_linear_engine_avx512 = {
    .rows = ROWS,
    .panels = PANELS,
    .x_size = 1,
    .x_offset = 128,
    .widened_size = 0,
    .pack_x = pack_x,
    .widen = NULL,
    .multiply = multiply,
};

#include "ref/backends/cpu/simd/end.h"
#endif
