/* Linear W8A8 on the tensor cores by mma.sync: from compute capability 8.0.
 *
 * A block computes a tile of 128 rows and 128 or 256 columns, a warp 64 x 64 of it. x and w pass through shared memory
 * in slices of 128 bytes of depth; while one is multiplied, two are on their way. 16-byte chunks lie at chunk ^ row % 8
 * of their row: the 8 rows of an ldmatrix then meet all 32 banks. Blocks are numbered so that those which run at the
 * same time share rows and columns in L2. Per slice a warp issues 128 multiplications of 16 x 8 x 32, 32 loads of
 * fragments and some 80 other instructions: the tensor cores limit it, and next to them L2.
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
  static constexpr int depth = 128; /* bytes of a slice */
  static constexpr int stages = 3;
  static constexpr int warps_across = columns / 64;
  static constexpr int threads = rows / 64 * warps_across * 32;
  static constexpr int x_bytes = rows * depth;
  static constexpr int slice_bytes = x_bytes + columns * depth; /* of x, then of w */
  static constexpr int shared_bytes = stages * slice_bytes;
};

/* Where 16-byte chunk `chunk` of row `row` lies in a slice. */
__device__ inline uint32_t mma_chunk_offset(int row, int chunk) {
  return static_cast<uint32_t>(row * 128 + (chunk ^ row % 8) * 16);
}

/* What a thread copies of `rows` rows of a matrix: one chunk of every `rows_at_once`-th row, slice after slice. */
template <int rows, int threads>
struct mma_source {
  static constexpr int rows_at_once = threads / 8;
  static constexpr int copies = rows / rows_at_once;
  const int8_t *next;
  size_t step;     /* bytes from one row that it copies to the next */
  uint32_t inside; /* bit i: the row of copy i is one of the matrix */
  uint32_t offset; /* of its first chunk in a slice */

  __device__ mma_source(const int8_t *matrix, size_t row, size_t matrix_rows, size_t depth) {
    const int first_row = static_cast<int>(threadIdx.x) / 8;
    const int chunk = static_cast<int>(threadIdx.x) % 8;
    next = matrix + (row + first_row) * depth + chunk * 16;
    step = rows_at_once * depth;
    inside = 0;
    for (int i = 0; i < copies; i++) {
      inside |= row + first_row + i * rows_at_once < matrix_rows ? 1u << i : 0;
    }
    offset = mma_chunk_offset(first_row, chunk);
  }
  /* Starts the copies of the next slice; none reads where the slice's depth is not `wanted`. */
  __device__ void copy(uint32_t destination, bool wanted) {
    const uint32_t rows_wanted = wanted ? inside : 0;
#pragma unroll
    for (int i = 0; i < copies; i++) {
      qref_ptx_copy_16_async(destination + offset + i * rows_at_once * 128, next + i * step,
                             (rows_wanted >> i & 1) != 0);
    }
    next += 128;
  }
};

/* 64 rows of x and 64 of w, 32 bytes of each. */
struct mma_fragments {
  uint32_t x[4][4], w[4][4];

  __device__ void load(uint32_t x_address, uint32_t w_address) {
#pragma unroll
    for (int i = 0; i < 4; i++) {
      qref_ptx_load_matrices(x[i], x_address + 16 * i * 128);
    }
#pragma unroll
    for (int j = 0; j < 4; j++) {
      qref_ptx_load_matrices(w[j], w_address + 16 * j * 128);
    }
  }
  __device__ void multiply(int32_t (&acc)[4][8][4]) const {
#pragma unroll
    for (int i = 0; i < 4; i++) {
#pragma unroll
      for (int j = 0; j < 8; j++) {
        qref_ptx_multiply_16_8_32(acc[i][j], x[i], w[j / 2][j % 2 * 2], w[j / 2][j % 2 * 2 + 1]);
      }
    }
  }
};

/* staged: through shared memory, without intermediates; otherwise each element on its own. */
template <linear_form form, int columns, bool staged>
__global__ void __launch_bounds__(mma_tile<columns>::threads, 256 / columns) linear_mma(qref_linear_w8a8_args args) {
  using tile = mma_tile<columns>;
  QREF_CUDA_DYNAMIC_SHARED(char, shared);
  const linear_tile_position position = linear_tile_at(blockIdx.x, args.rows, args.columns, tile::rows, columns);
  const size_t m = position.row, n = position.column;
  const uint32_t slices = qref_ptx_shared_address(shared);
  const int lane = threadIdx.x % 32;
  const int warp = threadIdx.x / 32;
  const int warp_row = warp / tile::warps_across * 64;
  const int warp_column = warp % tile::warps_across * 64;
  const int count = static_cast<int>((args.depth + tile::depth - 1) / tile::depth);
  const int depth_of_thread = static_cast<int>(args.depth) - static_cast<int>(threadIdx.x) % 8 * 16;

  mma_source<tile::rows, tile::threads> x_source(args.x, m, args.rows, args.depth);
  mma_source<columns, tile::threads> w_source(args.w, n, args.columns, args.depth);
  int copied = 0;
  uint32_t copied_to = slices;
  const auto copy_slice = [&]() {
    const bool wanted = copied * tile::depth < depth_of_thread;
    if (copied < count) {
      x_source.copy(copied_to, wanted);
      w_source.copy(copied_to + tile::x_bytes, wanted);
    }
    qref_ptx_copy_commit(); /* an empty group keeps the count */
    copied++;
    copied_to = copied_to == slices + (tile::stages - 1) * tile::slice_bytes ? slices : copied_to + tile::slice_bytes;
  };
  for (int slice = 0; slice < tile::stages - 1; slice++) {
    copy_slice();
  }

  /* Rows 16i of x: the upper and the lower 8 rows of bytes 0..15, then of bytes 16..31. Rows 16j of w: bytes 0..15 and
   * 16..31 of the first 8 rows, then of the others. 32 bytes further, bits 5 and 6 of a swizzled address change. */
  uint32_t x_address = slices + mma_chunk_offset(warp_row + lane % 16, lane / 16);
  uint32_t w_address = slices + tile::x_bytes + mma_chunk_offset(warp_column + lane % 8 + lane / 16 * 8, lane / 8 % 2);
  const uint32_t last_x_address = x_address + (tile::stages - 1) * tile::slice_bytes;
  int32_t acc[4][8][4] = {};
  for (int slice = 0; slice < count; slice++) {
    mma_fragments fragments[2];
    qref_ptx_copy_wait<tile::stages - 2>();
    __syncthreads(); /* the slice is here for all, and all are done with the one that is replaced now */
    fragments[0].load(x_address, w_address);
    copy_slice();
#pragma unroll
    for (int step = 0; step < tile::depth / 32; step++) {
      if (step + 1 < tile::depth / 32) {
        fragments[(step + 1) % 2].load(x_address ^ (32 * (step + 1)), w_address ^ (32 * (step + 1)));
      }
      fragments[step % 2].multiply(acc);
    }
    const int32_t next = x_address == last_x_address ? -(tile::stages - 1) * tile::slice_bytes : tile::slice_bytes;
    x_address += next;
    w_address += next;
  }
  qref_ptx_copy_wait<0>();

  qref_counts counts = {};
  if constexpr (staged) {
    uint32_t saturated = 0;
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
          saturated += linear_saturates<form>(t0) + linear_saturates<form>(t1);
        }
        const int row = warp_row + 8 * i + lane / 4;
        linear_stage_pair<form>(shared + row * linear_output_stride<form, columns>, column, linear_pair<form>(t0, t1));
      }
    }
    counts.saturated = saturated;
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
