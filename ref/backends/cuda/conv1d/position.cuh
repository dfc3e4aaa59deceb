/* Where an element of a (B, D, T) tensor is. */
#ifndef QREF_BACKENDS_CUDA_CONV1D_POSITION_CUH
#define QREF_BACKENDS_CUDA_CONV1D_POSITION_CUH

#include <cuda_runtime.h>
#include <stddef.h>
#include <stdint.h>

struct qref_cuda_conv1d_position {
  size_t row; /* b * D + d */
  size_t d, t;
};

/* In 32 bits where they do: a division of 64 bits takes a hundred instructions. */
__device__ inline qref_cuda_conv1d_position qref_cuda_conv1d_position_of(size_t element, size_t D, size_t T) {
  if ((element | D | T) <= UINT32_MAX) {
    const uint32_t row = static_cast<uint32_t>(element) / static_cast<uint32_t>(T);
    return {row, row % static_cast<uint32_t>(D), static_cast<uint32_t>(element) - row * static_cast<uint32_t>(T)};
  }
  const size_t row = element / T;
  return {row, row % D, element - row * T};
}

#endif
