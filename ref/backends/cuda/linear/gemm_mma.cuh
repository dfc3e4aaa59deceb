/* Linear W8A8 on the tensor cores by mma.sync: from compute capability 8.0.
 *
 * A block computes a tile of 128 rows and 128 or 256 columns, a warp 64 x 64 of it. x and w pass through shared memory
 * in slices of 64 bytes of depth; four slices are in flight, so that copies from L2 run behind the multiplications.
 * 16-byte chunks lie at chunk ^ (row / 2 % 4) of their row: the 8 rows of an ldmatrix then meet all 32 banks. Blocks
 * are numbered so that those which run at the same time share rows and columns in L2. The tensor cores limit it; with
 * tiles of 128 x 128, L2.
 *
 * x and w are aligned to 16 bytes and so is the depth; zeros stand for what lies outside. */
#ifndef QREF_BACKENDS_CUDA_LINEAR_GEMM_MMA_CUH
#define QREF_BACKENDS_CUDA_LINEAR_GEMM_MMA_CUH

#include "ref/backends/cuda/linear/form.cuh"
/* Behind the numerics. */
#include "ref/backends/cuda/counts.cuh"
#include "ref/backends/cuda/launch.h"
#include "ref/backends/cuda/linear/tile_order.cuh"
#include "ref/backends/cuda/linear/tile_output.cuh"
#include "ref/backends/cuda/ptx.cuh"

template <int columns>
struct mma_tile {
  static constexpr int rows = 128;
  static constexpr int depth = 64; /* bytes of a slice */
  static constexpr int stages = 4;
  static constexpr int warps_across = columns / 64;
  static constexpr int threads = rows / 64 * warps_across * 32;
  static constexpr int slice_bytes = (rows + columns) * depth; /* of x, then of w */
  static constexpr int shared_bytes = stages * slice_bytes;
};

/* Where 16-byte chunk `chunk` of row `row` lies in a slice. */
__device__ inline uint32_t mma_chunk_offset(int row, int chunk) {
  return static_cast<uint32_t>(row * 64 + (chunk ^ (row / 2 % 4)) * 16);
}

/* Starts the copy of `rows` rows from `row` on, 64 bytes of each from byte k on. */
template <int rows, int threads>
__device__ void mma_copy_slice(uint32_t destination, const int8_t *matrix, size_t row, size_t matrix_rows, size_t k,
                               size_t depth) {
#pragma unroll
  for (int i = 0; i < rows * 4 / threads; i++) {
    const int chunk = i * threads + static_cast<int>(threadIdx.x);
    const size_t source_row = row + chunk / 4;
    const size_t source_byte = k + chunk % 4 * 16;
    const bool inside = source_row < matrix_rows && source_byte < depth;
    qref_ptx_copy_16_async(destination + mma_chunk_offset(chunk / 4, chunk % 4),
                           inside ? matrix + source_row * depth + source_byte : matrix, inside);
  }
}

/* acc (64 x 64 of a warp) += the slice. */
template <int columns>
__device__ void mma_multiply_slice(int32_t (&acc)[4][8][4], uint32_t x_slice, uint32_t w_slice) {
  const int lane = threadIdx.x % 32;
#pragma unroll
  for (int step = 0; step < mma_tile<columns>::depth / 32; step++) {
    uint32_t x[4][4], w[4][4];
#pragma unroll
    for (int i = 0; i < 4; i++) { /* rows 16i: upper and lower 8 rows of bytes 0..15, then of bytes 16..31 */
      qref_ptx_load_matrices(x[i], x_slice + mma_chunk_offset(16 * i + lane % 16, 2 * step + lane / 16));
    }
#pragma unroll
    for (int j = 0; j < 4; j++) { /* columns 16j: bytes 0..15 and 16..31 of the first 8 columns, then of the others */
      qref_ptx_load_matrices(w[j],
                             w_slice + mma_chunk_offset(16 * j + lane % 8 + lane / 16 * 8, 2 * step + lane / 8 % 2));
    }
#pragma unroll
    for (int i = 0; i < 4; i++) {
#pragma unroll
      for (int j = 0; j < 8; j++) {
        qref_ptx_multiply_16_8_32(acc[i][j], x[i], w[j / 2][j % 2 * 2], w[j / 2][j % 2 * 2 + 1]);
      }
    }
  }
}

/* staged: through shared memory, without intermediates; otherwise each element on its own. */
template <linear_form form, int columns, bool staged>
__global__ void __launch_bounds__(mma_tile<columns>::threads, 256 / columns) linear_mma(qref_linear_w8a8_args args) {
  using tile = mma_tile<columns>;
  QREF_CUDA_DYNAMIC_SHARED(char, shared);
  const linear_tile_position position = linear_tile_at(blockIdx.x, args.rows, args.columns, tile::rows, columns);
  const size_t m = position.row, n = position.column;
  const uint32_t slices = qref_ptx_shared_address(shared);
  const int warp = threadIdx.x / 32;
  const int warp_row = warp / tile::warps_across * 64;
  const int warp_column = warp % tile::warps_across * 64;

  const auto copy_slice = [&](size_t slice) {
    const size_t k = slice * tile::depth;
    if (k < args.depth) {
      const uint32_t destination = slices + static_cast<uint32_t>(slice % tile::stages) * tile::slice_bytes;
      mma_copy_slice<tile::rows, tile::threads>(destination, args.x, m, args.rows, k, args.depth);
      mma_copy_slice<columns, tile::threads>(destination + tile::rows * tile::depth, args.w, n, args.columns, k,
                                             args.depth);
    }
    qref_ptx_copy_commit(); /* an empty group keeps the count */
  };
  for (int slice = 0; slice < tile::stages - 1; slice++) {
    copy_slice(slice);
  }

  int32_t acc[4][8][4] = {};
  const size_t count = (args.depth + tile::depth - 1) / tile::depth;
  for (size_t slice = 0; slice < count; slice++) {
    qref_ptx_copy_wait<tile::stages - 2>();
    __syncthreads(); /* the slice is here for all, and all are done with the one that is replaced now */
    copy_slice(slice + tile::stages - 1);
    const uint32_t x_slice = slices + static_cast<uint32_t>(slice % tile::stages) * tile::slice_bytes;
    mma_multiply_slice<columns>(acc, x_slice + warp_row * tile::depth,
                                x_slice + (tile::rows + warp_column) * tile::depth);
  }
  qref_ptx_copy_wait<0>();

  qref_counts counts = {};
  const int lane = threadIdx.x % 32;
  if constexpr (staged) {
    __syncthreads(); /* shared memory is used anew */
#pragma unroll
    for (int j = 0; j < 8; j++) {
      const int column = warp_column + 8 * j + lane % 4 * 2;
      const float2 scale = linear_pair_scales<form>(args, n + column);
#pragma unroll
      for (int i = 0; i < 8; i++) { /* rows 8i and on */
        const int32_t *const sums = &acc[i / 2][j][i % 2 * 2];
        const float t0 = linear_scaled<form>(sums[0], scale.x, args.input_scale);
        const float t1 = linear_scaled<form>(sums[1], scale.y, args.input_scale);
        if (args.counts != nullptr) {
          counts.saturated += linear_saturates<form>(t0) + linear_saturates<form>(t1);
        }
        const int row = warp_row + 8 * i + lane / 4;
        linear_stage_pair<form>(shared + row * linear_output_stride<form, columns>, column, linear_pair<form>(t0, t1));
      }
    }
    __syncthreads();
    linear_store_rows<form, columns, tile::threads>(args, shared, tile::rows, m, n, threadIdx.x);
  } else {
    int32_t *const sums = reinterpret_cast<int32_t *>(shared); /* (64, columns) */
    for (int first = 0; first < tile::rows; first += 64) {
      __syncthreads(); /* shared memory is used anew */
      if (warp_row == first) {
#pragma unroll
        for (int j = 0; j < 8; j++) {
#pragma unroll
          for (int i = 0; i < 8; i++) {
            int32_t *const pair = sums + (8 * i + lane / 4) * columns + warp_column + 8 * j + lane % 4 * 2;
            pair[0] = acc[i / 2][j][i % 2 * 2];
            pair[1] = acc[i / 2][j][i % 2 * 2 + 1];
          }
        }
      }
      __syncthreads();
      linear_store_sums<form, columns, tile::threads>(args, sums, 64, m + first, n, threadIdx.x, &counts);
    }
  }
  qref_cuda_add_counts(args.counts, counts);
}

template <linear_form form, int columns, bool staged>
qref_status launch_linear_mma(const qref_linear_w8a8_args &args, cudaStream_t stream, qref_error *error) {
  using tile = mma_tile<columns>;
  const size_t tiles = linear_tile_count(args.rows, args.columns, tile::rows, columns);
  return qref_cuda_launch("linear_w8a8", linear_mma<form, columns, staged>, static_cast<unsigned int>(tiles),
                          tile::threads, tile::shared_bytes, stream, error, args);
}

#endif
