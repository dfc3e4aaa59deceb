/* silu(v) / out_scale rounded to int8 without its exact value. The quotient is evaluated with the approximate
 * instructions for 2^x and 1/x, and rounds as the reference's value does where it is further than `error` from every
 * n + 1/2; the caller leaves the others to the exact formula.
 *
 * The bound, with u = 2^-24, s = out_scale, e = e^-v, S = v / (1 + e) / s:
 *   The documented errors of ex2.approx and rcp.approx are 2 and 1 units in the last place; 4 and 2 are taken here, 8 u
 *   and 4 u. The product with log2(e) is rounded, and log2(e) itself is: 1 u and 0.23 u of |v|.
 *   An error of e weighs e / (1 + e) in S: with |v| * e / (1 + e)^2 <= 0.224 and v^2 * e / (1 + e)^2 <= 0.44 these are
 *   (8 * 0.224 + 1.23 * 0.44) u / s < 2.34 u / s. The exp of the reference is rounded, too: 0.23 u / s more.
 *   (1 + e) * s is rounded once, and the reference rounds the sum, the quotient and the division by s: with the
 *   reciprocal 8 u of S. Beyond |S| = 128.5 both saturate. What underflows, here or there, is below 2^-100.
 * The product of v and the reciprocal is not rounded by itself, only to the integer and to the distance from it. From
 * 2^22 on it is no longer rounded to an integer, but saturates all the same. Infinities and NaN, of v or of a step, end
 * as a distance that is NaN, or as the reciprocal 0 of an e^-v beyond the range of float32, where the reference has 0,
 * too. */
#ifndef QREF_BACKENDS_CUDA_CONV1D_DECIDE_CUH
#define QREF_BACKENDS_CUDA_CONV1D_DECIDE_CUH

#include <cuda_runtime.h>

#include "ref/backends/cuda/ptx.cuh"

#define QREF_CUDA_CONV1D_LEAST_OUT_SCALE 0x1p-12f
#define QREF_CUDA_CONV1D_MOST_OUT_SCALE 0x1p14f
/* silu(v) > -0.2785: from this scale on nothing saturates to -128. */
#define QREF_CUDA_CONV1D_OUT_SCALE_WITHOUT_LOWEST 0x1p-8f
/* Adding it to a float32 of less than 2^22 rounds it to an integer, which is in the low bits of the sum. */
#define QREF_CUDA_CONV1D_SHIFT 0x1.8p23f

/* The largest distance from an integer at which a quotient decides. */
inline float qref_cuda_conv1d_decided_distance(float out_scale) {
  const double u = 0x1p-24;
  const double error = (128.5 * 8.0 + 2.6 / static_cast<double>(out_scale)) * u * 1.01; /* 1.01: products of errors */
  return static_cast<float>(0.5 - error - 2.0 * u);
}

/* The quotient of v rounded to an integer, plus QREF_CUDA_CONV1D_SHIFT, and its distance from that integer. */
__device__ inline float qref_cuda_conv1d_round(float v, float out_scale, float *distance) {
  const float exponential = qref_ptx_exp2_approximate(v * -0x1.715476p+0f);
  const float reciprocal = qref_ptx_reciprocal_approximate(__fmaf_rn(exponential, out_scale, out_scale));
  const float shifted = __fmaf_rn(v, reciprocal, QREF_CUDA_CONV1D_SHIFT);
  *distance = __fmaf_rn(v, reciprocal, QREF_CUDA_CONV1D_SHIFT - shifted);
  return shifted;
}

#endif
