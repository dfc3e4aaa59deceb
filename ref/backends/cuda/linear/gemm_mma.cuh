/* Linear W8A8 on the tensor cores by mma.sync: from compute capability 8.0.
 *
 * A block stays on its multiprocessor, one of 8 warps or two of 4, and takes tiles of 128 rows and 256 or 128 columns;
 * a warp multiplies 64 x 64 of it. x and w pass through shared memory in slices of 128 bytes of depth; while one is
 * multiplied, two are on their way, the first ones of the next tile among them. 16-byte chunks lie at chunk ^ row % 8
 * of their row: the 8 rows of an ldmatrix then meet all 32 banks. Tiles that are computed at the same time share rows
 * and columns in L2. Per slice a warp issues 128 multiplications of 16 x 8 x 32, 32 loads of fragments and some 80
 * other instructions: the tensor cores limit it, and next to them L2.
 *
 * x and w are aligned to 16 bytes and so is the depth; zeros stand for what lies outside. */
#ifndef QREF_BACKENDS_CUDA_LINEAR_GEMM_MMA_CUH
#define QREF_BACKENDS_CUDA_LINEAR_GEMM_MMA_CUH

#include "ref/backends/cuda/linear/form.cuh"
/* Behind the numerics. */
#include "ref/backends/cuda/counts.cuh"
#include "ref/backends/cuda/launch.h"
#include "ref/backends/cuda/linear/mma_slices.cuh"
#include "ref/backends/cuda/linear/tile_output.cuh"

/* Where a warp's part of a tile begins. */
template <int columns>
struct mma_place {
  int row, column, lane;
  __device__ mma_place() {
    const int warp = threadIdx.x / 32;
    row = warp / mma_tile<columns>::warps_across * 64;
    column = warp % mma_tile<columns>::warps_across * 64;
    lane = threadIdx.x % 32;
  }
};

/* Outputs leave through the stage that was read last, since the copies of the next tile fill the others: so many rows
 * of each warp at once. staged: outputs alone; otherwise sums, of which each element is stored on its own. */
template <linear_form form, bool staged>
constexpr int mma_rows_at_once = !staged                         ? 16
                                 : form == linear_form::w8a8_f16 ? 32
                                                                 : 64;

/* Scales and rounds rows first.. of a warp's sums, and writes them to row `to_row` on in shared memory. */
template <linear_form form, int columns, int count>
__device__ void mma_stage_outputs(const qref_linear_w8a8_args &args, const int32_t (&acc)[4][8][4], char *stage,
                                  size_t n, const mma_place<columns> &place, int first, uint32_t *saturated) {
  const int to_row = place.row / 64 * count + place.lane / 4;
#pragma unroll
  for (int j = 0; j < 8; j++) {
    const int column = place.column + 8 * j + place.lane % 4 * 2;
    const float2 scale = linear_pair_scales<form>(args, n + column);
#pragma unroll
    for (int i = 0; i < count / 8; i++) {
      const int32_t *const sums = &acc[(first + 8 * i) / 16][j][i % 2 * 2];
      const float t0 = linear_scaled<form>(sums[0], scale.x, args.input_scale);
      const float t1 = linear_scaled<form>(sums[1], scale.y, args.input_scale);
      if (args.counts != nullptr) {
        *saturated += linear_saturates<form>(t0) + linear_saturates<form>(t1);
      }
      linear_stage_pair<form>(stage + (to_row + 8 * i) * linear_output_stride<form, columns>, column,
                              linear_pair<form>(t0, t1));
    }
  }
}

/* The same of the sums as they are. */
template <int columns, int count>
__device__ void mma_stage_sums(const int32_t (&acc)[4][8][4], int32_t *stage, const mma_place<columns> &place,
                               int first) {
  const int to_row = place.row / 64 * count + place.lane / 4;
#pragma unroll
  for (int j = 0; j < 8; j++) {
#pragma unroll
    for (int i = 0; i < count / 8; i++) {
      int32_t *const pair = stage + (to_row + 8 * i) * columns + place.column + 8 * j + place.lane % 4 * 2;
      pair[0] = acc[(first + 8 * i) / 16][j][i % 2 * 2];
      pair[1] = acc[(first + 8 * i) / 16][j][i % 2 * 2 + 1];
    }
  }
}

/* Stores the tile at `at`, by way of `stage`. */
template <linear_form form, int columns, bool staged>
__device__ void mma_store_tile(const qref_linear_w8a8_args &args, const int32_t (&acc)[4][8][4], char *stage,
                               const linear_tile_position &at, const mma_place<columns> &place, qref_counts *counts) {
  using tile = mma_tile<columns>;
  constexpr int count = mma_rows_at_once<form, staged>;
  static_assert(count * (tile::rows / 64) *
                    (staged ? linear_output_stride<form, columns> : columns * static_cast<int>(sizeof(int32_t))) <=
                tile::slice_bytes);
  uint32_t saturated = 0;
#pragma unroll
  for (int first = 0; first < 64; first += count) {
    __syncthreads(); /* the stage has been read: as a slice, or by the rows in front */
    if constexpr (staged) {
      mma_stage_outputs<form, columns, count>(args, acc, stage, at.column, place, first, &saturated);
    } else {
      mma_stage_sums<columns, count>(acc, reinterpret_cast<int32_t *>(stage), place, first);
    }
    __syncthreads();
    for (int part = 0; part < tile::rows / 64; part++) {
      const size_t row = at.row + part * 64 + first;
      if constexpr (staged) {
        linear_store_rows<form, columns, tile::threads>(
            args, stage + part * count * linear_output_stride<form, columns>, count, row, at.column, threadIdx.x);
      } else {
        linear_store_sums<form, columns, tile::threads>(
            args, reinterpret_cast<const int32_t *>(stage) + part * count * columns, count, row, at.column, threadIdx.x,
            counts);
      }
    }
  }
  counts->saturated += saturated;
}

template <linear_form form, int columns, bool staged>
__global__ void __launch_bounds__(mma_tile<columns>::threads, 256 / columns)
    linear_mma(qref_linear_w8a8_args args, unsigned int tiles) {
  using tile = mma_tile<columns>;
  QREF_CUDA_DYNAMIC_SHARED(char, shared);
  const uint32_t stages = qref_ptx_shared_address(shared);
  const mma_place<columns> place;
  const int lane = place.lane;
  const int slices = static_cast<int>((args.depth + tile::depth - 1) / tile::depth);
  mma_feed<columns> feed(args, tiles, stages);
  for (int slice = 0; slice < tile::stages - 1; slice++) {
    feed.copy_slice(args);
  }

  /* Rows 16i of x: the upper and the lower 8 rows of bytes 0..15, then of bytes 16..31. Rows 16j of w: bytes 0..15 and
   * 16..31 of the first 8 rows, then of the others. 32 bytes further, bits 5 and 6 of a swizzled address change. */
  const uint32_t x_first = stages + mma_chunk_offset(place.row + lane % 16, lane / 16);
  const uint32_t w_first =
      stages + tile::x_bytes + mma_chunk_offset(place.column + lane % 8 + lane / 16 * 8, lane / 8 % 2);
  qref_counts counts = {};
  uint32_t offset = 0; /* of the stage that is read */
  for (unsigned int index = blockIdx.x; index < tiles; index += gridDim.x) {
    int32_t acc[4][8][4] = {};
    uint32_t read = 0;
    for (int slice = 0; slice < slices; slice++) {
      mma_fragments fragments[2];
      const uint32_t x_address = x_first + offset, w_address = w_first + offset;
      qref_ptx_copy_wait<tile::stages - 2>();
      __syncthreads(); /* the slice is here for all, and all are done with the one that is replaced now */
      fragments[0].load(x_address, w_address);
      feed.copy_slice(args);
#pragma unroll
      for (int step = 0; step < tile::depth / 32; step++) {
        if (step + 1 < tile::depth / 32) {
          fragments[(step + 1) % 2].load(x_address ^ (32 * (step + 1)), w_address ^ (32 * (step + 1)));
        }
        fragments[step % 2].multiply(acc);
      }
      read = offset;
      offset = offset == (tile::stages - 1) * tile::slice_bytes ? 0 : offset + tile::slice_bytes;
    }
    const linear_tile_position at = linear_tile_at(index, args.rows, args.columns, tile::rows, columns);
    mma_store_tile<form, columns, staged>(args, acc, shared + read, at, place, &counts);
  }
  qref_cuda_add_counts(args.counts, counts);
}

template <linear_form form, int columns, bool staged>
qref_status launch_linear_mma(const qref_linear_w8a8_args &args, int multiprocessors, cudaStream_t stream,
                              qref_error *error) {
  using tile = mma_tile<columns>;
  const size_t tiles = linear_tile_count(args.rows, args.columns, tile::rows, columns);
  const size_t resident = static_cast<size_t>(multiprocessors) * (256 / columns);
  return qref_cuda_launch("linear_w8a8", linear_mma<form, columns, staged>,
                          static_cast<unsigned int>(tiles < resident ? tiles : resident), tile::threads,
                          tile::shared_bytes, stream, error, args, static_cast<unsigned int>(tiles));
}

#endif
