/* Linear W8A8 for outputs too small to occupy the device: the warps of a block share the depth.
 *
 * A block of 12 warps computes a tile of 32 rows and 40 columns; each warp takes every 12th 64 bytes of depth, 2 of
 * them at once, straight from memory to the tensor cores: a thread loads 16 bytes of a row of x, or of w, which count
 * as bytes of two multiplications; which byte of depth is multiplied first is of no matter to a sum. The warps' sums
 * meet in shared memory. The time is that of a launch and a few waits for memory.
 *
 * x and w are aligned to 16 bytes and so is the depth. Sums wrap at 32 bits in any order alike. */
#ifndef QREF_BACKENDS_CUDA_LINEAR_GEMM_SPLIT_CUH
#define QREF_BACKENDS_CUDA_LINEAR_GEMM_SPLIT_CUH

#include "ref/backends/cuda/linear/form.cuh"
/* Behind the numerics. */
#include "ref/backends/cuda/counts.cuh"
#include "ref/backends/cuda/launch.h"
#include "ref/backends/cuda/linear/tile_output.cuh"
#include "ref/backends/cuda/ptx.cuh"

struct split_tile {
  static constexpr int rows = 32, columns = 40;
  static constexpr int warps = 12, threads = 32 * warps;
  static constexpr int depth = 64; /* bytes that a warp multiplies at once */
  static constexpr int unrolled = 2;
  static constexpr int shared_bytes = warps * rows * columns * static_cast<int>(sizeof(int32_t));
};

/* 64 bytes of depth of a tile: of thread lane, 16 bytes of every 8th row of x, and of w. */
struct split_fragments {
  uint4 x[split_tile::rows / 8], w[split_tile::columns / 8];

  /* x and w: this thread's first bytes of the first row; a row that is not in the matrix reads that of its end. */
  template <int count>
  __device__ static void load(uint4 (&to)[count], const int8_t *matrix, size_t row, size_t rows, size_t depth,
                              size_t k) {
#pragma unroll
    for (int i = 0; i < count; i++) {
      const size_t from = row + 8 * i < rows ? row + 8 * i : rows - 1;
      to[i] = k < depth ? *reinterpret_cast<const uint4 *>(matrix + from * depth + k) : make_uint4(0, 0, 0, 0);
    }
  }
  __device__ void load(const qref_linear_w8a8_args &args, size_t m, size_t n, size_t k) {
    const int lane = threadIdx.x % 32;
    load(x, args.x, m + lane / 4, args.rows, args.depth, k + lane % 4 * 16);
    load(w, args.w, n + lane / 4, args.columns, args.depth, k + lane % 4 * 16);
  }
  __device__ void multiply(int32_t (&acc)[split_tile::rows / 16][split_tile::columns / 8][4]) const {
#pragma unroll
    for (int i = 0; i < split_tile::rows / 16; i++) {
      const uint4 &upper = x[2 * i], &lower = x[2 * i + 1];
      const uint32_t first[4] = {upper.x, lower.x, upper.y, lower.y};
      const uint32_t second[4] = {upper.z, lower.z, upper.w, lower.w};
#pragma unroll
      for (int j = 0; j < split_tile::columns / 8; j++) {
        qref_ptx_multiply_16_8_32(acc[i][j], first, w[j].x, w[j].y);
        qref_ptx_multiply_16_8_32(acc[i][j], second, w[j].z, w[j].w);
      }
    }
  }
};

template <linear_form form>
__global__ void __launch_bounds__(split_tile::threads) linear_split(qref_linear_w8a8_args args) {
  using tile = split_tile;
  QREF_CUDA_DYNAMIC_SHARED(int32_t, sums); /* (warps, rows, columns) */
  const int warp = threadIdx.x / 32, lane = threadIdx.x % 32;
  const size_t m = static_cast<size_t>(blockIdx.y) * tile::rows;
  const size_t n = static_cast<size_t>(blockIdx.x) * tile::columns;
  int32_t acc[tile::rows / 16][tile::columns / 8][4] = {};
  constexpr size_t step = tile::warps * tile::depth;
  for (size_t k = static_cast<size_t>(warp) * tile::depth; k < args.depth; k += step * tile::unrolled) {
    split_fragments fragments[tile::unrolled];
#pragma unroll
    for (int i = 0; i < tile::unrolled; i++) {
      fragments[i].load(args, m, n, k + i * step);
    }
#pragma unroll
    for (int i = 0; i < tile::unrolled; i++) {
      fragments[i].multiply(acc);
    }
  }
  int32_t *const mine = sums + warp * tile::rows * tile::columns;
#pragma unroll
  for (int i = 0; i < tile::rows / 16; i++) {
#pragma unroll
    for (int j = 0; j < tile::columns / 8; j++) {
#pragma unroll
      for (int half = 0; half < 2; half++) {
        int32_t *const pair = mine + (16 * i + 8 * half + lane / 4) * tile::columns + 8 * j + lane % 4 * 2;
        pair[0] = acc[i][j][2 * half];
        pair[1] = acc[i][j][2 * half + 1];
      }
    }
  }
  __syncthreads();
  qref_counts counts = {};
  for (int i = threadIdx.x; i < tile::rows * tile::columns; i += tile::threads) {
    const size_t row = m + i / tile::columns, column = n + i % tile::columns;
    uint32_t sum = 0;
#pragma unroll
    for (int from = 0; from < tile::warps; from++) {
      sum += static_cast<uint32_t>(sums[from * tile::rows * tile::columns + i]);
    }
    if (row < args.rows && column < args.columns) {
      linear_store<form>(args, row, column, static_cast<int32_t>(sum), &counts);
    }
  }
  qref_cuda_add_counts(args.counts, counts);
}

template <linear_form form>
qref_status launch_linear_split(const qref_linear_w8a8_args &args, cudaStream_t stream, qref_error *error) {
  using tile = split_tile;
  const dim3 grid(static_cast<unsigned int>(qref_cuda_divide_up(args.columns, tile::columns)),
                  static_cast<unsigned int>(qref_cuda_divide_up(args.rows, tile::rows)));
  return qref_cuda_launch("linear_w8a8", linear_split<form>, grid, tile::threads, tile::shared_bytes, stream, error,
                          args);
}

#endif
