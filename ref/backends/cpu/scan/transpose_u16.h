/* Transposition of 16-bit elements, for y: computed channel by channel, stored step by step. */
#ifndef QREF_BACKENDS_CPU_SCAN_TRANSPOSE_U16_H
#define QREF_BACKENDS_CPU_SCAN_TRANSPOSE_U16_H

#include <stddef.h>
#include <stdint.h>

#include "ref/backends/cpu/simd/isa.h"

#if QREF_SIMD_X86
#include <emmintrin.h>

/* to[j * to_stride + i] = from[i * from_stride + j], i and j < 8 */
static inline void qref_transpose_u16_8x8(const uint16_t *from, size_t from_stride, uint16_t *to, size_t to_stride) {
  __m128i a[8], b[8];
  for (size_t i = 0; i < 8; i++) {
    a[i] = _mm_loadu_si128((const __m128i *)(const void *)(from + i * from_stride));
  }
  /* Three rounds, each of which joins row i with row i + 4. */
  for (size_t i = 0; i < 4; i++) {
    b[2 * i] = _mm_unpacklo_epi16(a[i], a[i + 4]);
    b[2 * i + 1] = _mm_unpackhi_epi16(a[i], a[i + 4]);
  }
  for (size_t i = 0; i < 4; i++) {
    a[2 * i] = _mm_unpacklo_epi16(b[i], b[i + 4]);
    a[2 * i + 1] = _mm_unpackhi_epi16(b[i], b[i + 4]);
  }
  for (size_t i = 0; i < 4; i++) {
    b[2 * i] = _mm_unpacklo_epi16(a[i], a[i + 4]);
    b[2 * i + 1] = _mm_unpackhi_epi16(a[i], a[i + 4]);
  }
  for (size_t j = 0; j < 8; j++) {
    _mm_storeu_si128((__m128i *)(void *)(to + j * to_stride), b[j]);
  }
}
#elif QREF_SIMD_NEON
#include <arm_neon.h>

static inline void qref_transpose_u16_8x8(const uint16_t *from, size_t from_stride, uint16_t *to, size_t to_stride) {
  uint16x8_t a[8], b[8];
  for (size_t i = 0; i < 8; i++) {
    a[i] = vld1q_u16(from + i * from_stride);
  }
  for (size_t i = 0; i < 4; i++) {
    b[2 * i] = vzip1q_u16(a[i], a[i + 4]);
    b[2 * i + 1] = vzip2q_u16(a[i], a[i + 4]);
  }
  for (size_t i = 0; i < 4; i++) {
    a[2 * i] = vzip1q_u16(b[i], b[i + 4]);
    a[2 * i + 1] = vzip2q_u16(b[i], b[i + 4]);
  }
  for (size_t i = 0; i < 4; i++) {
    b[2 * i] = vzip1q_u16(a[i], a[i + 4]);
    b[2 * i + 1] = vzip2q_u16(a[i], a[i + 4]);
  }
  for (size_t j = 0; j < 8; j++) {
    vst1q_u16(to + j * to_stride, b[j]);
  }
}
#endif

#endif
