/* 4 float32 lanes of aarch64's NEON. The names are those of simd/avx2.h and simd/avx512.h. To be included by a .c file
 * inside #if QREF_SIMD_NEON. */
#ifndef QREF_BACKENDS_CPU_SIMD_NEON_H
#define QREF_BACKENDS_CPU_SIMD_NEON_H

#include <arm_neon.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "ref/backends/cpu/simd/isa.h"

enum { VF_LANES = 4, VD_LANES = 2 };
/* the tile of sums, rows x vectors, that the registers hold: simd/fma_tile.inc */
enum { TILE_ROWS = 6, TILE_VECTORS = 4 };
typedef float32x4_t vf; /* float32 */
typedef int32x4_t vi;   /* int32 */
typedef float64x2_t vd; /* float64 */
typedef uint32x4_t vm;  /* a condition per float32 lane */

QREF_SIMD_INLINE vf vf_load(const float *p) {
  return vld1q_f32(p);
}
QREF_SIMD_INLINE void vf_store(float *p, vf a) {
  vst1q_f32(p, a);
}
QREF_SIMD_INLINE vf vf_set1(float a) {
  return vdupq_n_f32(a);
}
QREF_SIMD_INLINE vf vf_add(vf a, vf b) {
  return vaddq_f32(a, b);
}
QREF_SIMD_INLINE vf vf_sub(vf a, vf b) {
  return vsubq_f32(a, b);
}
QREF_SIMD_INLINE vf vf_mul(vf a, vf b) {
  return vmulq_f32(a, b);
}
QREF_SIMD_INLINE vf vf_div(vf a, vf b) {
  return vdivq_f32(a, b);
}
/* a * b + c, one rounding */
QREF_SIMD_INLINE vf vf_fma(vf a, vf b, vf c) {
  return vfmaq_f32(c, a, b);
}
/* a > b ? a : b, so b where either is a NaN; likewise vf_min */
QREF_SIMD_INLINE vf vf_max(vf a, vf b) {
  return vbslq_f32(vcgtq_f32(a, b), a, b);
}
QREF_SIMD_INLINE vf vf_min(vf a, vf b) {
  return vbslq_f32(vcltq_f32(a, b), a, b);
}
QREF_SIMD_INLINE vf vf_sqrt(vf a) {
  return vsqrtq_f32(a);
}
QREF_SIMD_INLINE vf vf_round_even(vf a) {
  return vrndnq_f32(a);
}
QREF_SIMD_INLINE vf vf_truncate(vf a) {
  return vrndq_f32(a);
}
QREF_SIMD_INLINE vf vf_floor(vf a) {
  return vrndmq_f32(a);
}

/* bits */
QREF_SIMD_INLINE vi vi_from_bits(vf a) {
  return vreinterpretq_s32_f32(a);
}
QREF_SIMD_INLINE vf vf_from_bits(vi a) {
  return vreinterpretq_f32_s32(a);
}
QREF_SIMD_INLINE vf vf_abs(vf a) {
  return vabsq_f32(a);
}
/* the magnitude of a with the sign of b */
QREF_SIMD_INLINE vf vf_copysign(vf a, vf b) {
  return vbslq_f32(vdupq_n_u32(0x80000000u), b, a);
}
QREF_SIMD_INLINE vf vf_negate(vf a) {
  return vnegq_f32(a);
}

/* conditions: false where a lane is a NaN, but for vf_is_nan */
QREF_SIMD_INLINE vm vf_lt(vf a, vf b) {
  return vcltq_f32(a, b);
}
QREF_SIMD_INLINE vm vf_le(vf a, vf b) {
  return vcleq_f32(a, b);
}
QREF_SIMD_INLINE vm vf_eq(vf a, vf b) {
  return vceqq_f32(a, b);
}
QREF_SIMD_INLINE vm vf_is_nan(vf a) {
  return vmvnq_u32(vceqq_f32(a, a));
}
QREF_SIMD_INLINE vm vi_eq(vi a, vi b) {
  return vceqq_s32(a, b);
}
QREF_SIMD_INLINE vm vi_gt(vi a, vi b) {
  return vcgtq_s32(a, b);
}
QREF_SIMD_INLINE vm vm_and(vm a, vm b) {
  return vandq_u32(a, b);
}
QREF_SIMD_INLINE vm vm_or(vm a, vm b) {
  return vorrq_u32(a, b);
}
QREF_SIMD_INLINE vm vm_not(vm a) {
  return vmvnq_u32(a);
}
/* bit i is lane i */
QREF_SIMD_INLINE uint32_t vm_bits(vm a) {
  const uint32x4_t weights = {1, 2, 4, 8};
  return vaddvq_u32(vandq_u32(a, weights));
}
/* m ? a : b */
QREF_SIMD_INLINE vf vf_select(vm m, vf a, vf b) {
  return vbslq_f32(m, a, b);
}
QREF_SIMD_INLINE vi vi_select(vm m, vi a, vi b) {
  return vbslq_s32(m, a, b);
}

/* int32 */
QREF_SIMD_INLINE vi vi_load(const int32_t *p) {
  return vld1q_s32(p);
}
QREF_SIMD_INLINE void vi_store(int32_t *p, vi a) {
  vst1q_s32(p, a);
}
QREF_SIMD_INLINE vi vi_set1(int32_t a) {
  return vdupq_n_s32(a);
}
QREF_SIMD_INLINE vi vi_add(vi a, vi b) {
  return vaddq_s32(a, b);
}
QREF_SIMD_INLINE vi vi_sub(vi a, vi b) {
  return vsubq_s32(a, b);
}
QREF_SIMD_INLINE vi vi_mul(vi a, vi b) {
  return vmulq_s32(a, b);
}
QREF_SIMD_INLINE vi vi_and(vi a, vi b) {
  return vandq_s32(a, b);
}
QREF_SIMD_INLINE vi vi_or(vi a, vi b) {
  return vorrq_s32(a, b);
}
QREF_SIMD_INLINE vi vi_min(vi a, vi b) {
  return vminq_s32(a, b);
}
QREF_SIMD_INLINE vi vi_max(vi a, vi b) {
  return vmaxq_s32(a, b);
}
/* count is a constant */
#define vi_shift_left(a, count) vshlq_n_s32(a, count)
#define vi_shift_right(a, count) vshrq_n_s32(a, count)
/* to float32, rounded to nearest even; and back, truncated: only for values that int32 holds */
QREF_SIMD_INLINE vf vf_from_vi(vi a) {
  return vcvtq_f32_s32(a);
}
QREF_SIMD_INLINE vi vi_from_vf(vf a) {
  return vcvtq_s32_f32(a);
}
QREF_SIMD_INLINE vi vi_load_i8(const int8_t *p) {
  int32_t four;
  memcpy(&four, p, sizeof four);
  return vmovl_s16(vget_low_s16(vmovl_s8(vreinterpret_s8_s32(vdup_n_s32(four)))));
}
/* values in [-128, 127] */
QREF_SIMD_INLINE void vi_store_i8(int8_t *p, vi a) {
  int16x4_t words = vmovn_s32(a);
  int32_t four = vget_lane_s32(vreinterpret_s32_s8(vmovn_s16(vcombine_s16(words, words))), 0);
  memcpy(p, &four, sizeof four);
}
QREF_SIMD_INLINE vf vf_gather(const float *table, vi index) {
  const vf values = {table[vgetq_lane_s32(index, 0)], table[vgetq_lane_s32(index, 1)], table[vgetq_lane_s32(index, 2)],
                     table[vgetq_lane_s32(index, 3)]};
  return values;
}

/* column[j] lane i = p[i * stride + j], j < 4 */
QREF_SIMD_INLINE void vf_load_4_columns(const float *p, size_t stride, vf column[4]) {
  const vf row[4] = {vld1q_f32(p), vld1q_f32(p + stride), vld1q_f32(p + 2 * stride), vld1q_f32(p + 3 * stride)};
  const float64x2_t even_01 = vreinterpretq_f64_f32(vtrn1q_f32(row[0], row[1]));
  const float64x2_t odd_01 = vreinterpretq_f64_f32(vtrn2q_f32(row[0], row[1]));
  const float64x2_t even_23 = vreinterpretq_f64_f32(vtrn1q_f32(row[2], row[3]));
  const float64x2_t odd_23 = vreinterpretq_f64_f32(vtrn2q_f32(row[2], row[3]));
  column[0] = vreinterpretq_f32_f64(vtrn1q_f64(even_01, even_23));
  column[1] = vreinterpretq_f32_f64(vtrn1q_f64(odd_01, odd_23));
  column[2] = vreinterpretq_f32_f64(vtrn2q_f64(even_01, even_23));
  column[3] = vreinterpretq_f32_f64(vtrn2q_f64(odd_01, odd_23));
}

/* float16, rounded to nearest even; every NaN becomes 0x7e00 */
QREF_SIMD_INLINE vf vf_load_f16(const uint16_t *p) {
  return vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16(p)));
}
QREF_SIMD_INLINE vf vf_canonical_nan(vf a) {
  return vf_select(vf_is_nan(a), vreinterpretq_f32_u32(vdupq_n_u32(0x7fc00000u)), a);
}
QREF_SIMD_INLINE void vf_store_f16(uint16_t *p, vf a) {
  vst1_u16(p, vreinterpret_u16_f16(vcvt_f16_f32(vf_canonical_nan(a))));
}

/* lanes whose numbers differ by `distance`, a constant power of 2 below VF_LANES, change places */
QREF_SIMD_INLINE vf vf_exchange(vf a, int distance) {
  return distance == 1 ? vrev64q_f32(a) : vextq_f32(a, a, 2);
}

/* rows[i][j] becomes rows[j][i] */
QREF_SIMD_INLINE void vf_transpose(vf rows[VF_LANES]) {
  vf even_low = vtrn1q_f32(rows[0], rows[1]);
  vf odd_low = vtrn2q_f32(rows[0], rows[1]);
  vf even_high = vtrn1q_f32(rows[2], rows[3]);
  vf odd_high = vtrn2q_f32(rows[2], rows[3]);
  rows[0] = vcombine_f32(vget_low_f32(even_low), vget_low_f32(even_high));
  rows[1] = vcombine_f32(vget_low_f32(odd_low), vget_low_f32(odd_high));
  rows[2] = vcombine_f32(vget_high_f32(even_low), vget_high_f32(even_high));
  rows[3] = vcombine_f32(vget_high_f32(odd_low), vget_high_f32(odd_high));
}
/* p[2i] and p[2i + 1] are lane i of even and of odd as vf_store_f16 stores them */
QREF_SIMD_INLINE void vf_store_f16_pairs(uint16_t *p, vf even, vf odd) {
  const uint16x4x2_t pairs = {{vreinterpret_u16_f16(vcvt_f16_f32(vf_canonical_nan(even))),
                               vreinterpret_u16_f16(vcvt_f16_f32(vf_canonical_nan(odd)))}};
  vst2_u16(p, pairs);
}

/* float64: the lower and the upper half of the float32 lanes */
QREF_SIMD_INLINE vd vd_from_low(vf a) {
  return vcvt_f64_f32(vget_low_f32(a));
}
QREF_SIMD_INLINE vd vd_from_high(vf a) {
  return vcvt_high_f64_f32(a);
}
QREF_SIMD_INLINE vf vf_from_halves(vd low, vd high) {
  return vcvt_high_f32_f64(vcvt_f32_f64(low), high);
}
QREF_SIMD_INLINE vd vd_load(const double *p) {
  return vld1q_f64(p);
}
QREF_SIMD_INLINE void vd_store(double *p, vd a) {
  vst1q_f64(p, a);
}
QREF_SIMD_INLINE vd vd_set1(double a) {
  return vdupq_n_f64(a);
}
QREF_SIMD_INLINE vd vd_add(vd a, vd b) {
  return vaddq_f64(a, b);
}
QREF_SIMD_INLINE vd vd_sub(vd a, vd b) {
  return vsubq_f64(a, b);
}
QREF_SIMD_INLINE vd vd_mul(vd a, vd b) {
  return vmulq_f64(a, b);
}
QREF_SIMD_INLINE vd vd_div(vd a, vd b) {
  return vdivq_f64(a, b);
}
QREF_SIMD_INLINE vd vd_fma(vd a, vd b, vd c) {
  return vfmaq_f64(c, a, b);
}
/* a * 2^k by its exponent field, nothing overflowing or becoming subnormal; `shifted` is k + 1.5 * 2^52 */
QREF_SIMD_INLINE vd vd_scale(vd a, vd shifted) {
  return vreinterpretq_f64_s64(vaddq_s64(vreinterpretq_s64_f64(a), vshlq_n_s64(vreinterpretq_s64_f64(shifted), 52)));
}
/* the low 32 bits of every lane */
QREF_SIMD_INLINE vi vi_low_words(vd low, vd high) {
  return vuzp1q_s32(vreinterpretq_s32_f64(low), vreinterpretq_s32_f64(high));
}

/* to int32, rounded to nearest even: only for values that int32 holds */
QREF_SIMD_INLINE vi vi_round_even(vf a) {
  return vcvtnq_s32_f32(a);
}
/* p[2i] * low + p[2i + 1] * high in lane i, low and high being the int16 halves of every lane of `pair` */
QREF_SIMD_INLINE vi vi_dot_pairs(const int16_t *p, vi pair) {
  int16x8_t samples = vld1q_s16(p);
  int16x8_t weights = vreinterpretq_s16_s32(pair);
  return vpaddq_s32(vmull_s16(vget_low_s16(samples), vget_low_s16(weights)), vmull_high_s16(samples, weights));
}
/* sum + vi_dot_pairs(p, pair) */
QREF_SIMD_INLINE vi vi_add_dot_pairs(vi sum, const int16_t *p, vi pair) {
  return vi_add(sum, vi_dot_pairs(p, pair));
}
/* table[i], i being the low 3 bits of every lane */
QREF_SIMD_INLINE vi vi_look_up_8(const int32_t table[8], vi index) {
  const int32x4_t number = vandq_s32(index, vdupq_n_s32(7));
  const int32x4_t bytes = vmlaq_n_s32(vdupq_n_s32(0x03020100), number, 0x04040404);
  const uint8x16x2_t entries = {{vreinterpretq_u8_s32(vld1q_s32(table)), vreinterpretq_u8_s32(vld1q_s32(table + 4))}};
  return vreinterpretq_s32_u8(vqtbl2q_u8(entries, vreinterpretq_u8_s32(bytes)));
}
/* even[0], odd[0], even[1], odd[1], ... */
QREF_SIMD_INLINE void vi_interleave(vi even, vi odd, vi *first, vi *second) {
  *first = vzip1q_s32(even, odd);
  *second = vzip2q_s32(even, odd);
}

/* int16, twice as many lanes */
typedef int16x8_t vh;
typedef uint16x8_t vhm; /* a condition per int16 lane */
QREF_SIMD_INLINE vh vh_set1(int16_t a) {
  return vdupq_n_s16(a);
}
QREF_SIMD_INLINE vh vh_load_i8(const int8_t *p) {
  return vmovl_s8(vld1_s8(p));
}
QREF_SIMD_INLINE void vh_store(int16_t *p, vh a) {
  vst1q_s16(p, a);
}
QREF_SIMD_INLINE vh vh_add(vh a, vh b) {
  return vaddq_s16(a, b);
}
/* the low, or the high, halves of int32 lanes: even[0], odd[0], even[1], odd[1], ... */
QREF_SIMD_INLINE vh vh_low_halves(vi even, vi odd) {
  return vtrn1q_s16(vreinterpretq_s16_s32(even), vreinterpretq_s16_s32(odd));
}
QREF_SIMD_INLINE vh vh_high_halves(vi even, vi odd) {
  return vtrn2q_s16(vreinterpretq_s16_s32(even), vreinterpretq_s16_s32(odd));
}
QREF_SIMD_INLINE vhm vh_gt(vh a, vh b) {
  return vcgtq_s16(a, b);
}
/* of uint16 lanes */
QREF_SIMD_INLINE vh vh_min_unsigned(vh a, vh b) {
  return vreinterpretq_s16_u16(vminq_u16(vreinterpretq_u16_s16(a), vreinterpretq_u16_s16(b)));
}
QREF_SIMD_INLINE vhm vh_le_unsigned(vh a, vh b) {
  return vcleq_u16(vreinterpretq_u16_s16(a), vreinterpretq_u16_s16(b));
}
QREF_SIMD_INLINE int vhm_any(vhm a) {
  return vmaxvq_u16(a) != 0;
}
/* counters + 1 where the condition holds */
QREF_SIMD_INLINE vh vh_count(vh counters, vhm a) {
  return vsubq_s16(counters, vreinterpretq_s16_u16(a));
}
/* to int8 with saturation */
QREF_SIMD_INLINE void vh_store_i8(int8_t *p, vh first, vh second) {
  vst1q_s8(p, vcombine_s8(vqmovn_s16(first), vqmovn_s16(second)));
}

/* a * 2^k by its exponent field, nothing overflowing or becoming subnormal; `shifted` is k + 1.5 * 2^23 */
QREF_SIMD_INLINE vf vf_scale(vf a, vf shifted) {
  return vf_from_bits(vi_add(vi_from_bits(a), vi_shift_left(vi_from_bits(shifted), 23)));
}

#endif
