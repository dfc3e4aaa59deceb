/* Hadamard transforms of any supported dimension, each row by one block: shared memory, or for long rows a scratch row
 * in device memory, holds it, and a barrier stands behind every stride. */
#ifndef QREF_BACKENDS_CUDA_ROWS_HADAMARD_ROWS_CUH
#define QREF_BACKENDS_CUDA_ROWS_HADAMARD_ROWS_CUH

#include "ref/backends/cuda/numerics.cuh"
/* Behind the numerics. */
#include "ref/backends/cuda/launch.h"
#include "ref/backends/cuda/rows/hadamard_base.cuh"
#include "ref/backends/cuda/scratch.h"

extern "C" {
#include "ref/ops/hadamard_transform.h"
}

constexpr unsigned int qref_cuda_hadamard_threads = 256;
/* Floats of a row in shared memory without asking for more than every device grants. */
constexpr size_t qref_cuda_hadamard_shared = 12288;

/* v <- v K by the threads of a block, in the order of ref/ops/hadamard_transform.inc. v, n * group floats, has been
 * written by any of the threads, and may be read by any afterwards. */
template <int n>
__device__ inline void qref_cuda_hadamard_row(float *v, size_t group) {
  __syncthreads();
  for (size_t stride = 1; stride < group; stride *= 2) {
    for (size_t pair = threadIdx.x; pair < n * group / 2; pair += blockDim.x) {
      const size_t i = (pair & ~(stride - 1)) * 2 + (pair & (stride - 1));
      const float a = v[i];
      const float b = v[i + stride];
      v[i] = a + b;
      v[i + stride] = a - b;
    }
    __syncthreads();
  }
  if (n != 1) {
    for (size_t offset = threadIdx.x; offset < group; offset += blockDim.x) {
      float sums[n];
      qref_cuda_multiply_base<n>([&](int i) { return v[i * group + offset]; }, sums);
#pragma unroll
      for (int j = 0; j < n; j++) {
        v[j * group + offset] = sums[j];
      }
    }
    __syncthreads();
  }
}

/* The row of the block: in shared memory where scratch is NULL. */
__device__ inline float *qref_cuda_hadamard_memory(float *scratch, size_t dim) {
  QREF_CUDA_DYNAMIC_SHARED(float, row);
  return scratch != nullptr ? scratch + blockIdx.x * dim : row;
}

/* Returns launch(std::integral_constant<int, n>, blocks, bytes of shared memory, scratch) for the kernel of base n. */
template <typename launch_function>
inline qref_status qref_cuda_hadamard_launch(const char *op, size_t rows, size_t dim, cudaStream_t stream,
                                             launch_function launch, qref_error *error) {
  const bool shared = dim <= qref_cuda_hadamard_shared;
  const size_t most = shared ? 65536 : 1024;
  const auto blocks = static_cast<unsigned int>(rows < most ? rows : most);
  const size_t bytes = shared ? dim * sizeof(float) : 0;
  const auto launch_base = [&](float *scratch) {
    switch (qref_hadamard_base(dim)) {
      case 12:
        return launch(std::integral_constant<int, 12>(), blocks, bytes, scratch);
      case 40:
        return launch(std::integral_constant<int, 40>(), blocks, bytes, scratch);
      default:
        return launch(std::integral_constant<int, 1>(), blocks, bytes, scratch);
    }
  };
  return shared ? launch_base(nullptr)
                : qref_cuda_with_scratch(op, blocks * dim * sizeof(float), stream, error, launch_base);
}

#endif
