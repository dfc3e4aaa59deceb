/* saturate(half_even(v / scale)), rule of requantize and of RMSNorm, without a division where it decides.
 *
 * With r = 1 / scale, rounded, v * r differs from v / scale by at most 2^-24 of it, and the rounded quotient of the
 * reference by another 2^-24: together less than 1.6e-5 below 128.6, beyond which both saturate. fma rounds v * r to an
 * integer n in one step, since 1.5 * 2^23 makes integers of its sums, and gives the distance v * r - n to 2^-26. Where
 * the distance is at most 0.49998, the quotient rounds to n, too. What is undecided, and every NaN, takes the division.
 */
#ifndef QREF_BACKENDS_CUDA_ROWS_QUANTIZE_HALF_EVEN_CUH
#define QREF_BACKENDS_CUDA_ROWS_QUANTIZE_HALF_EVEN_CUH

#include "ref/backends/cuda/numerics.cuh"
/* Behind the numerics. */
#include "ref/backends/cuda/counts.cuh"

struct qref_cuda_half_even {
  float scale;
  float reciprocal;
  float most; /* Values up to this magnitude have a quotient below 2^22; negative: none is decided. */
};

__device__ inline qref_cuda_half_even qref_cuda_half_even_of(float scale) {
  /* The reciprocal is a normal number, and `most` finite. */
  const bool decides = scale > 0x1p-100f && scale < 0x1p100f;
  return {scale, 1.0f / scale, decides ? scale * 0x1p21f : -1.0f};
}

/* Events of one thread. */
struct qref_cuda_quantize_events {
  uint32_t saturated;
  uint32_t not_a_number;
};

/* Adds the events of the threads of a warp, all of which call it, to *total, which may be NULL. */
__device__ inline void qref_cuda_add_events(qref_counts *total, const qref_cuda_quantize_events &mine) {
  qref_counts counts = {};
  counts.saturated = mine.saturated;
  counts.not_a_number = mine.not_a_number;
  qref_cuda_add_counts(total, counts);
}

/* By the formula: the result in the low byte, above it 1 for a saturated one, 2 for a NaN. Called, since it is rare. */
__device__ __noinline__ inline int qref_cuda_quantize_half_even_exactly(float v, float scale) {
  const qref_quantize_rule rule = {QREF_SCALE_DIVISOR, {QREF_ROUND_HALF_EVEN, QREF_OVERFLOW_SATURATE, 0}};
  qref_counts counts = {};
  const int result = qref_quantize(v, scale, &rule, 0, &counts);
  return (result & 0xff) | static_cast<int>(counts.saturated + 2 * counts.not_a_number) << 8;
}

/* Adds what happens to *events. */
__device__ inline int8_t qref_cuda_quantize_half_even(float v, const qref_cuda_half_even &by,
                                                      qref_cuda_quantize_events *events) {
  constexpr float integers = 0x1.8p23f;
  const float shifted = __fmaf_rn(v, by.reciprocal, integers);
  const float distance = __fmaf_rn(v, by.reciprocal, integers - shifted);
  if (fabsf(v) <= by.most && fabsf(distance) <= 0.49998f) {
    const int n = static_cast<int>(__float_as_uint(shifted) - __float_as_uint(integers));
    const int saturated = max(-128, min(127, n));
    events->saturated += saturated != n;
    return static_cast<int8_t>(saturated);
  }
  const int result = qref_cuda_quantize_half_even_exactly(v, by.scale);
  events->saturated += static_cast<unsigned int>(result) >> 8 & 1u;
  events->not_a_number += static_cast<unsigned int>(result) >> 9;
  return static_cast<int8_t>(result & 0xff);
}

#endif
