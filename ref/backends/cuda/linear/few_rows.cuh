/* Linear W8A8 of few rows: one token, or a handful. A warp computes 4 columns of up to `row_group` rows: each lane
 * takes every 32nd chunk of 16 bytes of the depth, loads it of all 4 columns at once, and multiplies it with that of
 * every row; the lanes' sums are added at the end. w is read once for `row_group` rows; the memory that holds it is the
 * limit. x comes from the caches. x and w are aligned to 16 bytes and so is the depth. */
#ifndef QREF_BACKENDS_CUDA_LINEAR_FEW_ROWS_CUH
#define QREF_BACKENDS_CUDA_LINEAR_FEW_ROWS_CUH

#include "ref/backends/cuda/linear/form.cuh"
/* Behind the numerics. */
#include "ref/backends/cuda/counts.cuh"
#include "ref/backends/cuda/launch.h"

struct few_rows_shape {
  static constexpr int threads = 128;
  static constexpr int warp_columns = 4;
  static constexpr int block_columns = threads / 32 * warp_columns;
};

/* acc + the 16 products. */
__device__ inline int32_t few_rows_multiply(uint4 x, uint4 w, int32_t acc) {
  acc = __dp4a(static_cast<int>(x.x), static_cast<int>(w.x), acc);
  acc = __dp4a(static_cast<int>(x.y), static_cast<int>(w.y), acc);
  acc = __dp4a(static_cast<int>(x.z), static_cast<int>(w.z), acc);
  return __dp4a(static_cast<int>(x.w), static_cast<int>(w.w), acc);
}

template <linear_form form, int row_group>
__global__ void __launch_bounds__(few_rows_shape::threads) linear_few_rows(qref_linear_w8a8_args args) {
  constexpr int warp_columns = few_rows_shape::warp_columns;
  const int lane = threadIdx.x % 32;
  const size_t n = static_cast<size_t>(blockIdx.x) * few_rows_shape::block_columns + threadIdx.x / 32 * warp_columns;
  const size_t m = static_cast<size_t>(blockIdx.y) * row_group;
  const size_t chunks = args.depth / 16;
  /* Rows and columns outside the matrix repeat its last one. */
  const uint4 *w[warp_columns], *x[row_group];
#pragma unroll
  for (int j = 0; j < warp_columns; j++) {
    const size_t column = n + j < args.columns ? n + j : args.columns - 1;
    w[j] = reinterpret_cast<const uint4 *>(args.w + column * args.depth);
  }
#pragma unroll
  for (int i = 0; i < row_group; i++) {
    const size_t row = m + i < args.rows ? m + i : args.rows - 1;
    x[i] = reinterpret_cast<const uint4 *>(args.x + row * args.depth);
  }
  int32_t acc[row_group][warp_columns] = {};
#pragma unroll 2
  for (size_t chunk = lane; chunk < chunks; chunk += 32) {
    uint4 w_chunks[warp_columns];
#pragma unroll
    for (int j = 0; j < warp_columns; j++) {
      w_chunks[j] = __ldg(w[j] + chunk);
    }
#pragma unroll
    for (int i = 0; i < row_group; i++) {
      const uint4 x_chunk = __ldg(x[i] + chunk);
#pragma unroll
      for (int j = 0; j < warp_columns; j++) {
        acc[i][j] = few_rows_multiply(x_chunk, w_chunks[j], acc[i][j]);
      }
    }
  }
  __syncwarp();
  /* Lane e takes the sum of element e of the group. */
  static_assert(row_group * warp_columns <= 32);
  int32_t mine = 0;
#pragma unroll
  for (int e = 0; e < row_group * warp_columns; e++) {
    const int32_t sum = __reduce_add_sync(0xffffffffu, acc[e / warp_columns][e % warp_columns]);
    mine = lane == e ? sum : mine;
  }
  qref_counts counts = {};
  const size_t row = m + lane / warp_columns;
  const size_t column = n + lane % warp_columns;
  if (lane < row_group * warp_columns && row < args.rows && column < args.columns) {
    linear_store<form>(args, row, column, mine, &counts);
  }
  qref_cuda_add_counts(args.counts, counts);
}

template <linear_form form, int row_group>
qref_status launch_linear_few_rows(const qref_linear_w8a8_args &args, cudaStream_t stream, qref_error *error) {
  constexpr size_t block_columns = few_rows_shape::block_columns;
  const dim3 blocks(static_cast<unsigned int>(qref_cuda_divide_up(args.columns, block_columns)),
                    static_cast<unsigned int>(qref_cuda_divide_up(args.rows, row_group)));
  return qref_cuda_launch("linear_w8a8", linear_few_rows<form, row_group>, blocks, few_rows_shape::threads, 0, stream,
                          error, args);
}

#endif
