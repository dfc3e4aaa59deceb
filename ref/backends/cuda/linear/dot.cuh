/* Linear W8A8 of any shape and alignment: a warp computes one output, its lanes taking every 32nd product; the warps
 * of the grid loop over the outputs. Bytes are loaded one by one: for small or odd matrices. */
#ifndef QREF_BACKENDS_CUDA_LINEAR_DOT_CUH
#define QREF_BACKENDS_CUDA_LINEAR_DOT_CUH

#include "ref/backends/cuda/linear/form.cuh"
/* Behind the numerics. */
#include "ref/backends/cuda/counts.cuh"
#include "ref/backends/cuda/launch.h"

constexpr unsigned int linear_dot_threads = 256;

template <linear_form form>
__global__ void __launch_bounds__(linear_dot_threads) linear_dot(qref_linear_w8a8_args args) {
  qref_counts counts = {};
  const unsigned int lane = threadIdx.x % 32;
  const size_t elements = args.rows * args.columns;
  const size_t warps = static_cast<size_t>(gridDim.x) * (linear_dot_threads / 32);
  for (size_t i = static_cast<size_t>(blockIdx.x) * (linear_dot_threads / 32) + threadIdx.x / 32; i < elements;
       i += warps) {
    const size_t m = i / args.columns;
    const size_t n = i % args.columns;
    const int8_t *const x = args.x + m * args.depth; /* (K) */
    const int8_t *const w = args.w + n * args.depth; /* (K) */
    int32_t acc = 0;
    for (size_t k = lane; k < args.depth; k += 32) {
      acc += x[k] * w[k];
    }
    acc = __reduce_add_sync(0xffffffffu, acc);
    if (lane == 0) {
      linear_store<form>(args, m, n, acc, &counts);
    }
  }
  qref_cuda_add_counts(args.counts, counts);
}

template <linear_form form>
qref_status launch_linear_dot(const qref_linear_w8a8_args &args, cudaStream_t stream, qref_error *error) {
  const unsigned int blocks = qref_cuda_blocks(args.rows * args.columns * 32, linear_dot_threads);
  return qref_cuda_launch("linear_w8a8", linear_dot<form>, blocks, linear_dot_threads, 0, stream, error, args);
}

#endif
