/* 8 float32 lanes of AVX2. The names are those of simd/avx512.h and simd/neon.h; everything compiled behind this header
 * may use AVX2, FMA and F16C. To be included by a .c file inside #if QREF_SIMD_X86, with simd/end.h at its end. */
#ifndef QREF_BACKENDS_CPU_SIMD_AVX2_H
#define QREF_BACKENDS_CPU_SIMD_AVX2_H

#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "ref/backends/cpu/simd/isa.h"

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,fma,f16c")
#endif

enum { VF_LANES = 8, VD_LANES = 4 };
/* the tile of sums, rows x vectors, that the registers hold: simd/fma_tile.inc */
enum { TILE_ROWS = 6, TILE_VECTORS = 2 };
typedef __m256 vf;  /* float32 */
typedef __m256i vi; /* int32 */
typedef __m256d vd; /* float64 */
typedef __m256 vm;  /* a condition per float32 lane */

QREF_SIMD_INLINE vf vf_load(const float *p) {
  return _mm256_loadu_ps(p);
}
QREF_SIMD_INLINE void vf_store(float *p, vf a) {
  _mm256_storeu_ps(p, a);
}
QREF_SIMD_INLINE vf vf_set1(float a) {
  return _mm256_set1_ps(a);
}
QREF_SIMD_INLINE vf vf_add(vf a, vf b) {
  return _mm256_add_ps(a, b);
}
QREF_SIMD_INLINE vf vf_sub(vf a, vf b) {
  return _mm256_sub_ps(a, b);
}
QREF_SIMD_INLINE vf vf_mul(vf a, vf b) {
  return _mm256_mul_ps(a, b);
}
QREF_SIMD_INLINE vf vf_div(vf a, vf b) {
  return _mm256_div_ps(a, b);
}
/* a * b + c, one rounding */
QREF_SIMD_INLINE vf vf_fma(vf a, vf b, vf c) {
  return _mm256_fmadd_ps(a, b, c);
}
/* a > b ? a : b, so b where either is a NaN; likewise vf_min */
QREF_SIMD_INLINE vf vf_max(vf a, vf b) {
  return _mm256_max_ps(a, b);
}
QREF_SIMD_INLINE vf vf_min(vf a, vf b) {
  return _mm256_min_ps(a, b);
}
QREF_SIMD_INLINE vf vf_sqrt(vf a) {
  return _mm256_sqrt_ps(a);
}
QREF_SIMD_INLINE vf vf_round_even(vf a) {
  return _mm256_round_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}
QREF_SIMD_INLINE vf vf_truncate(vf a) {
  return _mm256_round_ps(a, _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC);
}
QREF_SIMD_INLINE vf vf_floor(vf a) {
  return _mm256_round_ps(a, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC);
}

/* bits */
QREF_SIMD_INLINE vi vi_from_bits(vf a) {
  return _mm256_castps_si256(a);
}
QREF_SIMD_INLINE vf vf_from_bits(vi a) {
  return _mm256_castsi256_ps(a);
}
QREF_SIMD_INLINE vf vf_abs(vf a) {
  return _mm256_andnot_ps(_mm256_set1_ps(-0.0f), a);
}
/* the magnitude of a with the sign of b */
QREF_SIMD_INLINE vf vf_copysign(vf a, vf b) {
  return _mm256_or_ps(vf_abs(a), _mm256_and_ps(_mm256_set1_ps(-0.0f), b));
}
QREF_SIMD_INLINE vf vf_negate(vf a) {
  return _mm256_xor_ps(a, _mm256_set1_ps(-0.0f));
}

/* conditions: false where a lane is a NaN, but for vf_is_nan */
QREF_SIMD_INLINE vm vf_lt(vf a, vf b) {
  return _mm256_cmp_ps(a, b, _CMP_LT_OQ);
}
QREF_SIMD_INLINE vm vf_le(vf a, vf b) {
  return _mm256_cmp_ps(a, b, _CMP_LE_OQ);
}
QREF_SIMD_INLINE vm vf_eq(vf a, vf b) {
  return _mm256_cmp_ps(a, b, _CMP_EQ_OQ);
}
QREF_SIMD_INLINE vm vf_is_nan(vf a) {
  return _mm256_cmp_ps(a, a, _CMP_UNORD_Q);
}
QREF_SIMD_INLINE vm vi_eq(vi a, vi b) {
  return _mm256_castsi256_ps(_mm256_cmpeq_epi32(a, b));
}
QREF_SIMD_INLINE vm vi_gt(vi a, vi b) {
  return _mm256_castsi256_ps(_mm256_cmpgt_epi32(a, b));
}
QREF_SIMD_INLINE vm vm_and(vm a, vm b) {
  return _mm256_and_ps(a, b);
}
QREF_SIMD_INLINE vm vm_or(vm a, vm b) {
  return _mm256_or_ps(a, b);
}
QREF_SIMD_INLINE vm vm_not(vm a) {
  return _mm256_xor_ps(a, _mm256_castsi256_ps(_mm256_set1_epi32(-1)));
}
/* bit i is lane i */
QREF_SIMD_INLINE uint32_t vm_bits(vm a) {
  return (uint32_t)_mm256_movemask_ps(a);
}
/* m ? a : b */
QREF_SIMD_INLINE vf vf_select(vm m, vf a, vf b) {
  return _mm256_blendv_ps(b, a, m);
}
QREF_SIMD_INLINE vi vi_select(vm m, vi a, vi b) {
  return _mm256_castps_si256(_mm256_blendv_ps(_mm256_castsi256_ps(b), _mm256_castsi256_ps(a), m));
}

/* int32 */
QREF_SIMD_INLINE vi vi_load(const int32_t *p) {
  return _mm256_loadu_si256((const __m256i *)(const void *)p);
}
QREF_SIMD_INLINE void vi_store(int32_t *p, vi a) {
  _mm256_storeu_si256((__m256i *)(void *)p, a);
}
QREF_SIMD_INLINE vi vi_set1(int32_t a) {
  return _mm256_set1_epi32(a);
}
QREF_SIMD_INLINE vi vi_add(vi a, vi b) {
  return _mm256_add_epi32(a, b);
}
QREF_SIMD_INLINE vi vi_sub(vi a, vi b) {
  return _mm256_sub_epi32(a, b);
}
QREF_SIMD_INLINE vi vi_mul(vi a, vi b) {
  return _mm256_mullo_epi32(a, b);
}
QREF_SIMD_INLINE vi vi_and(vi a, vi b) {
  return _mm256_and_si256(a, b);
}
QREF_SIMD_INLINE vi vi_or(vi a, vi b) {
  return _mm256_or_si256(a, b);
}
QREF_SIMD_INLINE vi vi_min(vi a, vi b) {
  return _mm256_min_epi32(a, b);
}
QREF_SIMD_INLINE vi vi_max(vi a, vi b) {
  return _mm256_max_epi32(a, b);
}
/* count is a constant */
#define vi_shift_left(a, count) _mm256_slli_epi32(a, count)
#define vi_shift_right(a, count) _mm256_srai_epi32(a, count)
/* to float32, rounded to nearest even; and back, truncated: only for values that int32 holds */
QREF_SIMD_INLINE vf vf_from_vi(vi a) {
  return _mm256_cvtepi32_ps(a);
}
QREF_SIMD_INLINE vi vi_from_vf(vf a) {
  return _mm256_cvttps_epi32(a);
}
QREF_SIMD_INLINE vi vi_load_i8(const int8_t *p) {
  return _mm256_cvtepi8_epi32(_mm_loadl_epi64((const __m128i *)(const void *)p));
}
/* values in [-128, 127] */
QREF_SIMD_INLINE void vi_store_i8(int8_t *p, vi a) {
  __m128i words = _mm_packs_epi32(_mm256_castsi256_si128(a), _mm256_extracti128_si256(a, 1));
  _mm_storel_epi64((__m128i *)(void *)p, _mm_packs_epi16(words, words));
}
QREF_SIMD_INLINE vf vf_gather(const float *table, vi index) {
  return _mm256_i32gather_ps(table, index, 4);
}

/* column[j] lane i = p[i * stride + j], j < 4 */
QREF_SIMD_INLINE void vf_load_4_columns(const float *p, size_t stride, vf column[4]) {
  vf row[4]; /* i, and i + 4 in the upper half */
  for (size_t i = 0; i < 4; i++) {
    const __m256 low = _mm256_castps128_ps256(_mm_loadu_ps(p + i * stride));
    row[i] = _mm256_insertf128_ps(low, _mm_loadu_ps(p + (i + 4) * stride), 1);
  }
  const vf low_01 = _mm256_shuffle_ps(row[0], row[1], 0x44);
  const vf low_23 = _mm256_shuffle_ps(row[2], row[3], 0x44);
  const vf high_01 = _mm256_shuffle_ps(row[0], row[1], 0xee);
  const vf high_23 = _mm256_shuffle_ps(row[2], row[3], 0xee);
  column[0] = _mm256_shuffle_ps(low_01, low_23, 0x88);
  column[1] = _mm256_shuffle_ps(low_01, low_23, 0xdd);
  column[2] = _mm256_shuffle_ps(high_01, high_23, 0x88);
  column[3] = _mm256_shuffle_ps(high_01, high_23, 0xdd);
}

/* float16, rounded to nearest even; every NaN becomes 0x7e00 */
QREF_SIMD_INLINE vf vf_load_f16(const uint16_t *p) {
  return _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)(const void *)p));
}
QREF_SIMD_INLINE vf vf_canonical_nan(vf a) {
  return vf_select(vf_is_nan(a), _mm256_castsi256_ps(_mm256_set1_epi32(0x7fc00000)), a);
}
QREF_SIMD_INLINE void vf_store_f16(uint16_t *p, vf a) {
  _mm_storeu_si128((__m128i *)(void *)p, _mm256_cvtps_ph(vf_canonical_nan(a), _MM_FROUND_TO_NEAREST_INT));
}

/* lanes whose numbers differ by `distance`, a constant power of 2 below VF_LANES, change places */
QREF_SIMD_INLINE vf vf_exchange(vf a, int distance) {
  switch (distance) {
    case 1:
      return _mm256_permute_ps(a, 0xb1);
    case 2:
      return _mm256_permute_ps(a, 0x4e);
    default:
      return _mm256_permute2f128_ps(a, a, 0x01);
  }
}

/* rows[i][j] becomes rows[j][i] */
QREF_SIMD_INLINE void vf_transpose(vf rows[VF_LANES]) {
  vf pairs[VF_LANES];
  for (int i = 0; i < VF_LANES; i += 2) {
    pairs[i] = _mm256_unpacklo_ps(rows[i], rows[i + 1]);
    pairs[i + 1] = _mm256_unpackhi_ps(rows[i], rows[i + 1]);
  }
  vf quads[VF_LANES];
  for (int i = 0; i < VF_LANES; i += 4) {
    for (int j = 0; j < 2; j++) {
      quads[i + 2 * j] = _mm256_shuffle_ps(pairs[i + j], pairs[i + j + 2], 0x44);
      quads[i + 2 * j + 1] = _mm256_shuffle_ps(pairs[i + j], pairs[i + j + 2], 0xee);
    }
  }
  for (int i = 0; i < 4; i++) {
    rows[i] = _mm256_permute2f128_ps(quads[i], quads[i + 4], 0x20);
    rows[i + 4] = _mm256_permute2f128_ps(quads[i], quads[i + 4], 0x31);
  }
}
/* p[2i] and p[2i + 1] are lane i of even and of odd as vf_store_f16 stores them */
QREF_SIMD_INLINE void vf_store_f16_pairs(uint16_t *p, vf even, vf odd) {
  const __m128i e = _mm256_cvtps_ph(vf_canonical_nan(even), _MM_FROUND_TO_NEAREST_INT);
  const __m128i o = _mm256_cvtps_ph(vf_canonical_nan(odd), _MM_FROUND_TO_NEAREST_INT);
  _mm_storeu_si128((__m128i *)(void *)p, _mm_unpacklo_epi16(e, o));
  _mm_storeu_si128((__m128i *)(void *)(p + 8), _mm_unpackhi_epi16(e, o));
}

/* float64: the lower and the upper half of the float32 lanes */
QREF_SIMD_INLINE vd vd_from_low(vf a) {
  return _mm256_cvtps_pd(_mm256_castps256_ps128(a));
}
QREF_SIMD_INLINE vd vd_from_high(vf a) {
  return _mm256_cvtps_pd(_mm256_extractf128_ps(a, 1));
}
QREF_SIMD_INLINE vf vf_from_halves(vd low, vd high) {
  return _mm256_insertf128_ps(_mm256_castps128_ps256(_mm256_cvtpd_ps(low)), _mm256_cvtpd_ps(high), 1);
}
QREF_SIMD_INLINE vd vd_load(const double *p) {
  return _mm256_loadu_pd(p);
}
QREF_SIMD_INLINE void vd_store(double *p, vd a) {
  _mm256_storeu_pd(p, a);
}
QREF_SIMD_INLINE vd vd_set1(double a) {
  return _mm256_set1_pd(a);
}
QREF_SIMD_INLINE vd vd_add(vd a, vd b) {
  return _mm256_add_pd(a, b);
}
QREF_SIMD_INLINE vd vd_sub(vd a, vd b) {
  return _mm256_sub_pd(a, b);
}
QREF_SIMD_INLINE vd vd_mul(vd a, vd b) {
  return _mm256_mul_pd(a, b);
}
QREF_SIMD_INLINE vd vd_div(vd a, vd b) {
  return _mm256_div_pd(a, b);
}
QREF_SIMD_INLINE vd vd_fma(vd a, vd b, vd c) {
  return _mm256_fmadd_pd(a, b, c);
}
/* a * 2^k by its exponent field, nothing overflowing or becoming subnormal; `shifted` is k + 1.5 * 2^52 */
QREF_SIMD_INLINE vd vd_scale(vd a, vd shifted) {
  return _mm256_castsi256_pd(
      _mm256_add_epi64(_mm256_castpd_si256(a), _mm256_slli_epi64(_mm256_castpd_si256(shifted), 52)));
}
/* the low 32 bits of every lane */
QREF_SIMD_INLINE vi vi_low_words(vd low, vd high) {
  __m256 words = _mm256_shuffle_ps(_mm256_castpd_ps(low), _mm256_castpd_ps(high), _MM_SHUFFLE(2, 0, 2, 0));
  return _mm256_permute4x64_epi64(_mm256_castps_si256(words), _MM_SHUFFLE(3, 1, 2, 0));
}

/* to int32, rounded to nearest even: only for values that int32 holds */
QREF_SIMD_INLINE vi vi_round_even(vf a) {
  return _mm256_cvtps_epi32(a);
}
/* p[2i] * low + p[2i + 1] * high in lane i, low and high being the int16 halves of every lane of `pair` */
QREF_SIMD_INLINE vi vi_dot_pairs(const int16_t *p, vi pair) {
  return _mm256_madd_epi16(_mm256_loadu_si256((const __m256i *)(const void *)p), pair);
}
/* sum + vi_dot_pairs(p, pair) */
QREF_SIMD_INLINE vi vi_add_dot_pairs(vi sum, const int16_t *p, vi pair) {
  return vi_add(sum, vi_dot_pairs(p, pair));
}
/* table[i], i being the low 3 bits of every lane */
QREF_SIMD_INLINE vi vi_look_up_8(const int32_t table[8], vi index) {
  return _mm256_permutevar8x32_epi32(_mm256_loadu_si256((const __m256i *)(const void *)table), index);
}
/* even[0], odd[0], even[1], odd[1], ... */
QREF_SIMD_INLINE void vi_interleave(vi even, vi odd, vi *first, vi *second) {
  vi low = _mm256_unpacklo_epi32(even, odd);
  vi high = _mm256_unpackhi_epi32(even, odd);
  *first = _mm256_permute2x128_si256(low, high, 0x20);
  *second = _mm256_permute2x128_si256(low, high, 0x31);
}

/* int16, twice as many lanes */
typedef __m256i vh;
typedef __m256i vhm; /* a condition per int16 lane */
QREF_SIMD_INLINE vh vh_set1(int16_t a) {
  return _mm256_set1_epi16(a);
}
QREF_SIMD_INLINE vh vh_load_i8(const int8_t *p) {
  return _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(const void *)p));
}
QREF_SIMD_INLINE void vh_store(int16_t *p, vh a) {
  _mm256_storeu_si256((__m256i *)(void *)p, a);
}
QREF_SIMD_INLINE vh vh_add(vh a, vh b) {
  return _mm256_add_epi16(a, b);
}
/* the low, or the high, halves of int32 lanes: even[0], odd[0], even[1], odd[1], ... */
QREF_SIMD_INLINE vh vh_low_halves(vi even, vi odd) {
  return _mm256_blend_epi16(even, _mm256_slli_epi32(odd, 16), 0xaa);
}
QREF_SIMD_INLINE vh vh_high_halves(vi even, vi odd) {
  return _mm256_blend_epi16(_mm256_srli_epi32(even, 16), odd, 0xaa);
}
QREF_SIMD_INLINE vhm vh_gt(vh a, vh b) {
  return _mm256_cmpgt_epi16(a, b);
}
/* of uint16 lanes */
QREF_SIMD_INLINE vh vh_min_unsigned(vh a, vh b) {
  return _mm256_min_epu16(a, b);
}
QREF_SIMD_INLINE vhm vh_le_unsigned(vh a, vh b) {
  return _mm256_cmpeq_epi16(_mm256_min_epu16(a, b), a);
}
QREF_SIMD_INLINE int vhm_any(vhm a) {
  return !_mm256_testz_si256(a, a);
}
/* counters + 1 where the condition holds */
QREF_SIMD_INLINE vh vh_count(vh counters, vhm a) {
  return _mm256_sub_epi16(counters, a);
}
/* to int8 with saturation */
QREF_SIMD_INLINE void vh_store_i8(int8_t *p, vh first, vh second) {
  __m256i bytes = _mm256_permute4x64_epi64(_mm256_packs_epi16(first, second), _MM_SHUFFLE(3, 1, 2, 0));
  _mm256_storeu_si256((__m256i *)(void *)p, bytes);
}

/* a * 2^k by its exponent field, nothing overflowing or becoming subnormal; `shifted` is k + 1.5 * 2^23 */
QREF_SIMD_INLINE vf vf_scale(vf a, vf shifted) {
  return vf_from_bits(vi_add(vi_from_bits(a), vi_shift_left(vi_from_bits(shifted), 23)));
}

#endif
