/* Conversions of float16 by the processor: cvt of PTX is exact to float32, and from float32 rounds to nearest even with
 * subnormals, infinities and signed zeros honoured. Only its NaN is another than that of SPEC section 1. */
#ifndef QREF_BACKENDS_CUDA_FLOAT16_CUH
#define QREF_BACKENDS_CUDA_FLOAT16_CUH

#include <cuda_fp16.h>

#include "ref/backends/cuda/numerics.cuh"

/* qref_f32_from_f16, but for the bits of a NaN. */
__device__ inline float qref_cuda_f32_from_f16(qref_float16 bits) {
  return __half2float(__ushort_as_half(bits));
}

/* qref_f16_from_f32. */
__device__ inline qref_float16 qref_cuda_f16_from_f32(float value) {
  return value == value ? __half_as_ushort(__float2half_rn(value)) : static_cast<qref_float16>(0x7e00u);
}

#endif
