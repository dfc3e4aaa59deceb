#include "ref/backends/cpu/linear/dot_i8.h"

#include "ref/backends/cpu/simd/isa.h"

static int32_t dot_from(const int8_t *x, const int8_t *w, size_t k, size_t depth) {
  int32_t sum = 0;
  for (; k < depth; k++) {
    sum += x[k] * w[k];
  }
  return sum;
}

#if QREF_SIMD_X86
#include <immintrin.h>

__attribute__((target("avx2"))) static __m256i load_16_i8(const int8_t *p) {
  return _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(const void *)p));
}

__attribute__((target("avx2"))) static int32_t sum_8_i32(__m256i v) {
  __m128i s = _mm_add_epi32(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));
  s = _mm_add_epi32(s, _mm_shuffle_epi32(s, 0x4e));
  s = _mm_add_epi32(s, _mm_shuffle_epi32(s, 0xb1));
  return _mm_cvtsi128_si32(s);
}

/* Adds the products of 16 k's of 4 columns. Those of int8 fit int16 pairs summed into int32 without saturation,
 * -128 * -128 included. */
__attribute__((target("avx2"))) static inline void add_16(const int8_t *x, const int8_t *w, size_t depth,
                                                          __m256i acc[QREF_DOT_COLUMNS]) {
  const __m256i x16 = load_16_i8(x);
  for (size_t j = 0; j < QREF_DOT_COLUMNS; j++) {
    acc[j] = _mm256_add_epi32(acc[j], _mm256_madd_epi16(x16, load_16_i8(w + j * depth)));
  }
}

__attribute__((target("avx2"))) static void dot_4_avx2(const int8_t *x, const int8_t *w, size_t depth, int32_t *sums) {
  __m256i acc[QREF_DOT_COLUMNS] = {_mm256_setzero_si256(), _mm256_setzero_si256(), _mm256_setzero_si256(),
                                   _mm256_setzero_si256()};
  size_t k = 0;
  for (; k + 64 <= depth; k += 64) {
    for (size_t j = 0; j < QREF_DOT_COLUMNS; j++) { /* the next columns, which lie behind these in memory */
      _mm_prefetch((const char *)(const void *)(w + (j + QREF_DOT_COLUMNS) * depth + k), _MM_HINT_T0);
    }
    for (size_t i = 0; i < 64; i += 16) {
      add_16(x + k + i, w + k + i, depth, acc);
    }
  }
  for (; k + 16 <= depth; k += 16) {
    add_16(x + k, w + k, depth, acc);
  }
  for (size_t j = 0; j < QREF_DOT_COLUMNS; j++) {
    sums[j] = sum_8_i32(acc[j]) + dot_from(x, w + j * depth, k, depth);
  }
}
#endif

void qref_dot_i8(qref_cpu_level level, const int8_t *x, const int8_t *w, size_t depth, size_t columns, int32_t *sums) {
#if QREF_SIMD_X86
  if (columns == QREF_DOT_COLUMNS && level >= QREF_CPU_AVX2) {
    dot_4_avx2(x, w, depth, sums);
    return;
  }
#endif
  (void)level;
  for (size_t j = 0; j < columns; j++) {
    sums[j] = dot_from(x, w + j * depth, 0, depth);
  }
}
