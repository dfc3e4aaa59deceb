/* 16 float32 lanes of AVX-512. The names are those of simd/avx2.h and simd/neon.h; everything compiled behind this
 * header may use AVX-512 F, BW, DQ, VL and VNNI. To be included by a .c file, behind all other headers, inside #if
 * QREF_SIMD_X86. */
#ifndef QREF_BACKENDS_CPU_SIMD_AVX512_H
#define QREF_BACKENDS_CPU_SIMD_AVX512_H

#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "ref/backends/cpu/simd/isa.h"

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c,avx512f,avx512bw,avx512dq,avx512vl,avx512vnni"))), \
                             apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,fma,f16c,avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")
#endif

enum { VF_LANES = 16, VD_LANES = 8 };
/* the tile of sums, rows x vectors, that the registers hold: simd/fma_tile.inc */
enum { TILE_ROWS = 14, TILE_VECTORS = 2 };
typedef __m512 vf;    /* float32 */
typedef __m512i vi;   /* int32 */
typedef __m512d vd;   /* float64 */
typedef __mmask16 vm; /* a condition per float32 lane */

QREF_SIMD_INLINE vf vf_load(const float *p) {
  return _mm512_loadu_ps(p);
}
QREF_SIMD_INLINE void vf_store(float *p, vf a) {
  _mm512_storeu_ps(p, a);
}
QREF_SIMD_INLINE vf vf_set1(float a) {
  return _mm512_set1_ps(a);
}
QREF_SIMD_INLINE vf vf_add(vf a, vf b) {
  return _mm512_add_ps(a, b);
}
QREF_SIMD_INLINE vf vf_sub(vf a, vf b) {
  return _mm512_sub_ps(a, b);
}
QREF_SIMD_INLINE vf vf_mul(vf a, vf b) {
  return _mm512_mul_ps(a, b);
}
QREF_SIMD_INLINE vf vf_div(vf a, vf b) {
  return _mm512_div_ps(a, b);
}
/* a * b + c, one rounding */
QREF_SIMD_INLINE vf vf_fma(vf a, vf b, vf c) {
  return _mm512_fmadd_ps(a, b, c);
}
/* a > b ? a : b, so b where either is a NaN; likewise vf_min */
QREF_SIMD_INLINE vf vf_max(vf a, vf b) {
  return _mm512_max_ps(a, b);
}
QREF_SIMD_INLINE vf vf_min(vf a, vf b) {
  return _mm512_min_ps(a, b);
}
QREF_SIMD_INLINE vf vf_sqrt(vf a) {
  return _mm512_sqrt_ps(a);
}
QREF_SIMD_INLINE vf vf_round_even(vf a) {
  return _mm512_roundscale_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}
QREF_SIMD_INLINE vf vf_truncate(vf a) {
  return _mm512_roundscale_ps(a, _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC);
}
QREF_SIMD_INLINE vf vf_floor(vf a) {
  return _mm512_roundscale_ps(a, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC);
}

/* bits */
QREF_SIMD_INLINE vi vi_from_bits(vf a) {
  return _mm512_castps_si512(a);
}
QREF_SIMD_INLINE vf vf_from_bits(vi a) {
  return _mm512_castsi512_ps(a);
}
QREF_SIMD_INLINE vf vf_abs(vf a) {
  return _mm512_andnot_ps(_mm512_set1_ps(-0.0f), a);
}
/* the magnitude of a with the sign of b */
QREF_SIMD_INLINE vf vf_copysign(vf a, vf b) {
  return _mm512_or_ps(vf_abs(a), _mm512_and_ps(_mm512_set1_ps(-0.0f), b));
}
QREF_SIMD_INLINE vf vf_negate(vf a) {
  return _mm512_xor_ps(a, _mm512_set1_ps(-0.0f));
}

/* conditions: false where a lane is a NaN, but for vf_is_nan */
QREF_SIMD_INLINE vm vf_lt(vf a, vf b) {
  return _mm512_cmp_ps_mask(a, b, _CMP_LT_OQ);
}
QREF_SIMD_INLINE vm vf_le(vf a, vf b) {
  return _mm512_cmp_ps_mask(a, b, _CMP_LE_OQ);
}
QREF_SIMD_INLINE vm vf_eq(vf a, vf b) {
  return _mm512_cmp_ps_mask(a, b, _CMP_EQ_OQ);
}
QREF_SIMD_INLINE vm vf_is_nan(vf a) {
  return _mm512_cmp_ps_mask(a, a, _CMP_UNORD_Q);
}
QREF_SIMD_INLINE vm vi_eq(vi a, vi b) {
  return _mm512_cmpeq_epi32_mask(a, b);
}
QREF_SIMD_INLINE vm vi_gt(vi a, vi b) {
  return _mm512_cmpgt_epi32_mask(a, b);
}
QREF_SIMD_INLINE vm vm_and(vm a, vm b) {
  return (vm)(a & b);
}
QREF_SIMD_INLINE vm vm_or(vm a, vm b) {
  return (vm)(a | b);
}
QREF_SIMD_INLINE vm vm_not(vm a) {
  return (vm)~a;
}
/* bit i is lane i */
QREF_SIMD_INLINE uint32_t vm_bits(vm a) {
  return a;
}
/* m ? a : b */
QREF_SIMD_INLINE vf vf_select(vm m, vf a, vf b) {
  return _mm512_mask_blend_ps(m, b, a);
}
QREF_SIMD_INLINE vi vi_select(vm m, vi a, vi b) {
  return _mm512_mask_blend_epi32(m, b, a);
}

/* int32 */
QREF_SIMD_INLINE vi vi_load(const int32_t *p) {
  return _mm512_loadu_si512(p);
}
QREF_SIMD_INLINE void vi_store(int32_t *p, vi a) {
  _mm512_storeu_si512(p, a);
}
QREF_SIMD_INLINE vi vi_set1(int32_t a) {
  return _mm512_set1_epi32(a);
}
QREF_SIMD_INLINE vi vi_add(vi a, vi b) {
  return _mm512_add_epi32(a, b);
}
QREF_SIMD_INLINE vi vi_sub(vi a, vi b) {
  return _mm512_sub_epi32(a, b);
}
QREF_SIMD_INLINE vi vi_mul(vi a, vi b) {
  return _mm512_mullo_epi32(a, b);
}
QREF_SIMD_INLINE vi vi_and(vi a, vi b) {
  return _mm512_and_si512(a, b);
}
QREF_SIMD_INLINE vi vi_or(vi a, vi b) {
  return _mm512_or_si512(a, b);
}
QREF_SIMD_INLINE vi vi_min(vi a, vi b) {
  return _mm512_min_epi32(a, b);
}
QREF_SIMD_INLINE vi vi_max(vi a, vi b) {
  return _mm512_max_epi32(a, b);
}
/* count is a constant */
#define vi_shift_left(a, count) _mm512_slli_epi32(a, count)
#define vi_shift_right(a, count) _mm512_srai_epi32(a, count)
/* to float32, rounded to nearest even; and back, truncated: only for values that int32 holds */
QREF_SIMD_INLINE vf vf_from_vi(vi a) {
  return _mm512_cvtepi32_ps(a);
}
QREF_SIMD_INLINE vi vi_from_vf(vf a) {
  return _mm512_cvttps_epi32(a);
}
QREF_SIMD_INLINE vi vi_load_i8(const int8_t *p) {
  return _mm512_cvtepi8_epi32(_mm_loadu_si128((const __m128i *)(const void *)p));
}
/* values in [-128, 127] */
QREF_SIMD_INLINE void vi_store_i8(int8_t *p, vi a) {
  _mm_storeu_si128((__m128i *)(void *)p, _mm512_cvtepi32_epi8(a));
}
QREF_SIMD_INLINE vf vf_gather(const float *table, vi index) {
  return _mm512_i32gather_ps(index, table, 4);
}

/* column[j] lane i = p[i * stride + j], j < 4 */
QREF_SIMD_INLINE void vf_load_4_columns(const float *p, size_t stride, vf column[4]) {
  vf row[4]; /* i, i + 4, i + 8, i + 12 */
  for (size_t i = 0; i < 4; i++) {
    row[i] = _mm512_castps128_ps512(_mm_loadu_ps(p + i * stride));
    row[i] = _mm512_insertf32x4(row[i], _mm_loadu_ps(p + (i + 4) * stride), 1);
    row[i] = _mm512_insertf32x4(row[i], _mm_loadu_ps(p + (i + 8) * stride), 2);
    row[i] = _mm512_insertf32x4(row[i], _mm_loadu_ps(p + (i + 12) * stride), 3);
  }
  const vf low_01 = _mm512_shuffle_ps(row[0], row[1], 0x44);
  const vf low_23 = _mm512_shuffle_ps(row[2], row[3], 0x44);
  const vf high_01 = _mm512_shuffle_ps(row[0], row[1], 0xee);
  const vf high_23 = _mm512_shuffle_ps(row[2], row[3], 0xee);
  column[0] = _mm512_shuffle_ps(low_01, low_23, 0x88);
  column[1] = _mm512_shuffle_ps(low_01, low_23, 0xdd);
  column[2] = _mm512_shuffle_ps(high_01, high_23, 0x88);
  column[3] = _mm512_shuffle_ps(high_01, high_23, 0xdd);
}

/* float16, rounded to nearest even; every NaN becomes 0x7e00 */
QREF_SIMD_INLINE vf vf_load_f16(const uint16_t *p) {
  return _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)(const void *)p));
}
QREF_SIMD_INLINE vf vf_canonical_nan(vf a) {
  return vf_select(vf_is_nan(a), _mm512_castsi512_ps(_mm512_set1_epi32(0x7fc00000)), a);
}
QREF_SIMD_INLINE void vf_store_f16(uint16_t *p, vf a) {
  _mm256_storeu_si256((__m256i *)(void *)p, _mm512_cvtps_ph(vf_canonical_nan(a), _MM_FROUND_TO_NEAREST_INT));
}

/* lanes whose numbers differ by `distance`, a constant power of 2 below VF_LANES, change places */
QREF_SIMD_INLINE vf vf_exchange(vf a, int distance) {
  switch (distance) {
    case 1:
      return _mm512_permute_ps(a, 0xb1);
    case 2:
      return _mm512_permute_ps(a, 0x4e);
    case 4:
      return _mm512_shuffle_f32x4(a, a, 0xb1);
    default:
      return _mm512_shuffle_f32x4(a, a, 0x4e);
  }
}

/* rows[i][j] becomes rows[j][i] */
QREF_SIMD_INLINE void vf_transpose(vf rows[VF_LANES]) {
  vf pairs[VF_LANES];
  for (int i = 0; i < VF_LANES; i += 2) {
    pairs[i] = _mm512_unpacklo_ps(rows[i], rows[i + 1]);
    pairs[i + 1] = _mm512_unpackhi_ps(rows[i], rows[i + 1]);
  }
  vf quads[VF_LANES];
  for (int i = 0; i < VF_LANES; i += 4) {
    for (int j = 0; j < 2; j++) {
      quads[i + 2 * j] = _mm512_shuffle_ps(pairs[i + j], pairs[i + j + 2], 0x44);
      quads[i + 2 * j + 1] = _mm512_shuffle_ps(pairs[i + j], pairs[i + j + 2], 0xee);
    }
  }
  for (int i = 0; i < 4; i++) {
    vf even_low = _mm512_shuffle_f32x4(quads[i], quads[i + 4], 0x88);
    vf odd_low = _mm512_shuffle_f32x4(quads[i], quads[i + 4], 0xdd);
    vf even_high = _mm512_shuffle_f32x4(quads[i + 8], quads[i + 12], 0x88);
    vf odd_high = _mm512_shuffle_f32x4(quads[i + 8], quads[i + 12], 0xdd);
    rows[i] = _mm512_shuffle_f32x4(even_low, even_high, 0x88);
    rows[i + 4] = _mm512_shuffle_f32x4(odd_low, odd_high, 0x88);
    rows[i + 8] = _mm512_shuffle_f32x4(even_low, even_high, 0xdd);
    rows[i + 12] = _mm512_shuffle_f32x4(odd_low, odd_high, 0xdd);
  }
}
/* p[2i] and p[2i + 1] are lane i of even and of odd as vf_store_f16 stores them */
QREF_SIMD_INLINE void vf_store_f16_pairs(uint16_t *p, vf even, vf odd) {
  const __m512i e = _mm512_cvtepu16_epi32(_mm512_cvtps_ph(vf_canonical_nan(even), _MM_FROUND_TO_NEAREST_INT));
  const __m512i o = _mm512_cvtepu16_epi32(_mm512_cvtps_ph(vf_canonical_nan(odd), _MM_FROUND_TO_NEAREST_INT));
  _mm512_storeu_si512(p, _mm512_or_si512(e, _mm512_slli_epi32(o, 16)));
}

/* float64: the lower and the upper half of the float32 lanes */
QREF_SIMD_INLINE vd vd_from_low(vf a) {
  return _mm512_cvtps_pd(_mm512_castps512_ps256(a));
}
QREF_SIMD_INLINE vd vd_from_high(vf a) {
  return _mm512_cvtps_pd(_mm512_extractf32x8_ps(a, 1));
}
QREF_SIMD_INLINE vf vf_from_halves(vd low, vd high) {
  return _mm512_insertf32x8(_mm512_castps256_ps512(_mm512_cvtpd_ps(low)), _mm512_cvtpd_ps(high), 1);
}
QREF_SIMD_INLINE vd vd_load(const double *p) {
  return _mm512_loadu_pd(p);
}
QREF_SIMD_INLINE void vd_store(double *p, vd a) {
  _mm512_storeu_pd(p, a);
}
QREF_SIMD_INLINE vd vd_set1(double a) {
  return _mm512_set1_pd(a);
}
QREF_SIMD_INLINE vd vd_add(vd a, vd b) {
  return _mm512_add_pd(a, b);
}
QREF_SIMD_INLINE vd vd_sub(vd a, vd b) {
  return _mm512_sub_pd(a, b);
}
QREF_SIMD_INLINE vd vd_mul(vd a, vd b) {
  return _mm512_mul_pd(a, b);
}
QREF_SIMD_INLINE vd vd_div(vd a, vd b) {
  return _mm512_div_pd(a, b);
}
QREF_SIMD_INLINE vd vd_fma(vd a, vd b, vd c) {
  return _mm512_fmadd_pd(a, b, c);
}
/* a * 2^k by its exponent field, nothing overflowing or becoming subnormal; `shifted` is k + 1.5 * 2^52 */
QREF_SIMD_INLINE vd vd_scale(vd a, vd shifted) {
  return _mm512_castsi512_pd(
      _mm512_add_epi64(_mm512_castpd_si512(a), _mm512_slli_epi64(_mm512_castpd_si512(shifted), 52)));
}
/* the low 32 bits of every lane */
QREF_SIMD_INLINE vi vi_low_words(vd low, vd high) {
  const __m512i even = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
  return _mm512_permutex2var_epi32(_mm512_castpd_si512(low), even, _mm512_castpd_si512(high));
}

/* to int32, rounded to nearest even: only for values that int32 holds */
QREF_SIMD_INLINE vi vi_round_even(vf a) {
  return _mm512_cvtps_epi32(a);
}
/* p[2i] * low + p[2i + 1] * high in lane i, low and high being the int16 halves of every lane of `pair` */
QREF_SIMD_INLINE vi vi_dot_pairs(const int16_t *p, vi pair) {
  return _mm512_madd_epi16(_mm512_loadu_si512(p), pair);
}
/* sum + vi_dot_pairs(p, pair) */
QREF_SIMD_INLINE vi vi_add_dot_pairs(vi sum, const int16_t *p, vi pair) {
  return _mm512_dpwssd_epi32(sum, _mm512_loadu_si512(p), pair);
}
/* table[i], i being the low 3 bits of every lane */
QREF_SIMD_INLINE vi vi_look_up_8(const int32_t table[8], vi index) {
  return _mm512_permutexvar_epi32(index,
                                  _mm512_broadcast_i32x8(_mm256_loadu_si256((const __m256i *)(const void *)table)));
}
/* even[0], odd[0], even[1], odd[1], ... */
QREF_SIMD_INLINE void vi_interleave(vi even, vi odd, vi *first, vi *second) {
  const __m512i low = _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  const __m512i high = _mm512_setr_epi32(8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
  *first = _mm512_permutex2var_epi32(even, low, odd);
  *second = _mm512_permutex2var_epi32(even, high, odd);
}

/* int16, twice as many lanes */
typedef __m512i vh;
typedef __mmask32 vhm; /* a condition per int16 lane */
QREF_SIMD_INLINE vh vh_set1(int16_t a) {
  return _mm512_set1_epi16(a);
}
QREF_SIMD_INLINE vh vh_load_i8(const int8_t *p) {
  return _mm512_cvtepi8_epi16(_mm256_loadu_si256((const __m256i *)(const void *)p));
}
QREF_SIMD_INLINE void vh_store(int16_t *p, vh a) {
  _mm512_storeu_si512(p, a);
}
QREF_SIMD_INLINE vh vh_add(vh a, vh b) {
  return _mm512_add_epi16(a, b);
}
/* the low, or the high, halves of int32 lanes: even[0], odd[0], even[1], odd[1], ... */
QREF_SIMD_INLINE vh vh_low_halves(vi even, vi odd) {
  return _mm512_mask_blend_epi16(0xaaaaaaaau, even, _mm512_slli_epi32(odd, 16));
}
QREF_SIMD_INLINE vh vh_high_halves(vi even, vi odd) {
  return _mm512_mask_blend_epi16(0xaaaaaaaau, _mm512_srli_epi32(even, 16), odd);
}
QREF_SIMD_INLINE vhm vh_gt(vh a, vh b) {
  return _mm512_cmpgt_epi16_mask(a, b);
}
/* of uint16 lanes */
QREF_SIMD_INLINE vh vh_min_unsigned(vh a, vh b) {
  return _mm512_min_epu16(a, b);
}
QREF_SIMD_INLINE vhm vh_le_unsigned(vh a, vh b) {
  return _mm512_cmple_epu16_mask(a, b);
}
QREF_SIMD_INLINE int vhm_any(vhm a) {
  return a != 0;
}
/* counters + 1 where the condition holds */
QREF_SIMD_INLINE vh vh_count(vh counters, vhm a) {
  return _mm512_mask_add_epi16(counters, a, counters, _mm512_set1_epi16(1));
}
/* to int8 with saturation */
QREF_SIMD_INLINE void vh_store_i8(int8_t *p, vh first, vh second) {
  const __m512i order = _mm512_setr_epi64(0, 2, 4, 6, 1, 3, 5, 7);
  _mm512_storeu_si512(p, _mm512_permutexvar_epi64(order, _mm512_packs_epi16(first, second)));
}

/* a * 2^k by its exponent field, nothing overflowing or becoming subnormal; `shifted` is k + 1.5 * 2^23 */
QREF_SIMD_INLINE vf vf_scale(vf a, vf shifted) {
  return vf_from_bits(vi_add(vi_from_bits(a), vi_shift_left(vi_from_bits(shifted), 23)));
}

#endif
