/* Copies of a matrix of bytes for the tensor cores, which load 16 bytes at a time: where its rows do not start at
 * multiples of 16 bytes, they do in the copy, with zeros behind them, which add nothing to a sum. A thread writes 4
 * bytes, in a loop over the grid; memory limits it. */
#ifndef QREF_BACKENDS_CUDA_LINEAR_ALIGNED_COPY_CUH
#define QREF_BACKENDS_CUDA_LINEAR_ALIGNED_COPY_CUH

#include <stddef.h>
#include <stdint.h>

#include "ref/backends/cuda/launch.h"

__global__ static void linear_copy_rows(const int8_t *matrix, size_t rows, size_t depth, uint32_t *copy,
                                        size_t copy_words) {
  const size_t step = static_cast<size_t>(gridDim.x) * blockDim.x;
  for (size_t i = static_cast<size_t>(blockIdx.x) * blockDim.x + threadIdx.x; i < rows * copy_words; i += step) {
    const size_t row = i / copy_words;
    const size_t k = i % copy_words * 4;
    uint32_t word = 0;
    for (size_t byte = 0; byte < 4 && k + byte < depth; byte++) {
      word |= static_cast<uint32_t>(static_cast<uint8_t>(matrix[row * depth + k + byte])) << 8 * byte;
    }
    copy[i] = word;
  }
}

/* A matrix whose rows are `depth` bytes, a multiple of 16, and start at multiples of 16: the caller's or a copy, which
 * lasts, in stream order, as long as this. */
class linear_aligned_matrix {
 public:
  linear_aligned_matrix() = default;
  linear_aligned_matrix(const linear_aligned_matrix &) = delete;
  linear_aligned_matrix &operator=(const linear_aligned_matrix &) = delete;
  ~linear_aligned_matrix() {
    if (copy_ != nullptr) {
      cudaFreeAsync(copy_, stream_);
    }
  }

  qref_status take(const int8_t *matrix, size_t rows, size_t depth, cudaStream_t stream, qref_error *error) {
    bytes_ = matrix;
    if (depth % 16 == 0 && reinterpret_cast<uintptr_t>(matrix) % 16 == 0) {
      return QREF_OK;
    }
    constexpr unsigned int threads = 256;
    const size_t copy_words = (depth + 15) / 16 * 4;
    stream_ = stream;
    QREF_CUDA_TRY(cudaMallocAsync(&copy_, rows * copy_words * 4, stream), "cuda: memory of an aligned copy", error);
    bytes_ = static_cast<const int8_t *>(copy_);
    return qref_cuda_launch("linear_w8a8: aligned copy", linear_copy_rows, qref_cuda_blocks(rows * copy_words, threads),
                            threads, 0, stream, error, matrix, rows, depth, static_cast<uint32_t *>(copy_), copy_words);
  }
  const int8_t *bytes() const {
    return bytes_;
  }

 private:
  const int8_t *bytes_ = nullptr;
  void *copy_ = nullptr;
  cudaStream_t stream_ = nullptr;
};

#endif
