/* sdot: 4 products of 4 columns at a time. An extension of ARMv8.2 that is not everywhere. */
#include <string.h>

#include "ref/backends/cpu/linear/engine.h"
#include "ref/backends/cpu/simd/isa.h"
#if QREF_SIMD_NEON
#include <arm_neon.h>
#ifdef __linux__
#include <sys/auxv.h>
#endif

enum { ROWS = 6 };

bool qref_linear_has_sdot(void) {
#if defined(__ARM_FEATURE_DOTPROD)
  return true;
#elif defined(__linux__)
  const unsigned long asimddp = 1ul << 20; /* HWCAP_ASIMDDP, which old headers lack */
  return (getauxval(AT_HWCAP) & asimddp) != 0;
#else
  return false;
#endif
}

#include "ref/backends/cpu/linear/pack_x_neon.inc"

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("dotprod"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("arch=armv8.2-a+dotprod")
#endif

/* arm_neon.h of clang 14 has no function for it here. */
QREF_SIMD_INLINE int32x4_t dot(int32x4_t sum, int8x16_t w, int8x16_t x) {
  __asm__("sdot %0.4s, %1.16b, %2.16b" : "+w"(sum) : "w"(w), "w"(x));
  return sum;
}

/* Loops over rows and panels have constant bounds: clang unrolls them before it knows `rows` and `panels`. */
QREF_SIMD_INLINE void multiply_rows(const size_t rows, size_t groups, const int8_t *x, const int8_t *w,
                                    const int32_t *start, size_t start_stride, int32_t *sums, size_t sums_stride) {
  int32x4_t sum[ROWS][4];
#pragma GCC unroll 6
  for (size_t m = 0; m < ROWS; m++) {
    if (m < rows) {
#pragma GCC unroll 4
      for (size_t i = 0; i < 4; i++) {
        sum[m][i] = vld1q_s32(start + m * start_stride + 4 * i);
      }
    }
  }
  for (; groups != 0; groups--, w += 64, x += 4 * rows) {
    const int8x16_t columns[4] = {vld1q_s8(w), vld1q_s8(w + 16), vld1q_s8(w + 32), vld1q_s8(w + 48)};
#pragma GCC unroll 6
    for (size_t m = 0; m < ROWS; m++) {
      if (m < rows) {
        int32_t four;
        memcpy(&four, x + 4 * m, sizeof four);
        const int8x16_t x_four = vreinterpretq_s8_s32(vdupq_n_s32(four));
#pragma GCC unroll 4
        for (size_t i = 0; i < 4; i++) {
          sum[m][i] = dot(sum[m][i], columns[i], x_four);
        }
      }
    }
  }
#pragma GCC unroll 6
  for (size_t m = 0; m < ROWS; m++) {
    if (m < rows) {
#pragma GCC unroll 4
      for (size_t i = 0; i < 4; i++) {
        vst1q_s32(sums + m * sums_stride + 4 * i, sum[m][i]);
      }
    }
  }
}

#include "ref/backends/cpu/linear/multiply_6_rows.inc"

const qref_linear_engine qref_linear_engine_neon_dot = {
    .rows = ROWS,
    .panels = 1,
    .block_rows = 96,
    .block_depth = 768,
    .x_size = 1,
    .x_offset = 0,
    .widened_size = 0,
    .pack_x = pack_x,
    .widen = NULL,
    .multiply = multiply,
};
#include "ref/backends/cpu/simd/end.h"
#endif
