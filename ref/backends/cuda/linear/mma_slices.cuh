/* The operands of mma.sync on their way to the registers: slices of x and w in shared memory, and fragments of them. */
#ifndef QREF_BACKENDS_CUDA_LINEAR_MMA_SLICES_CUH
#define QREF_BACKENDS_CUDA_LINEAR_MMA_SLICES_CUH

#include <qref/ops.h>

#include "ref/backends/cuda/linear/tile_order.cuh"
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

  /* From row `row` on. */
  __device__ void start(const int8_t *matrix, size_t row, size_t matrix_rows, size_t depth) {
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

/* The copies of a block: the slices of all its tiles, one after the other, to one stage after the other. */
template <int columns>
class mma_feed {
  using tile = mma_tile<columns>;

 public:
  __device__ mma_feed(const qref_linear_w8a8_args &args, unsigned int tiles, uint32_t stages)
      : index_(blockIdx.x), tiles_(tiles), first_stage_(stages), stage_(stages) {
    start_tile(args);
  }
  /* Starts the next slice, if there is one; every call closes a group, so that their number tells what has come. */
  __device__ void copy_slice(const qref_linear_w8a8_args &args) {
    if (depth_left_ <= 0 && index_ + gridDim.x < tiles_) {
      index_ += gridDim.x;
      start_tile(args);
    }
    if (depth_left_ > 0) {
      const bool wanted = static_cast<int>(threadIdx.x) % 8 * 16 < depth_left_;
      x_.copy(stage_, wanted);
      w_.copy(stage_ + tile::x_bytes, wanted);
      depth_left_ -= tile::depth;
    }
    qref_ptx_copy_commit();
    const bool last = stage_ == first_stage_ + (tile::stages - 1) * tile::slice_bytes;
    stage_ = last ? first_stage_ : stage_ + tile::slice_bytes;
  }

 private:
  __device__ void start_tile(const qref_linear_w8a8_args &args) {
    const linear_tile_position at = linear_tile_at(index_, args.rows, args.columns, tile::rows, columns);
    x_.start(args.x, at.row, args.rows, args.depth);
    w_.start(args.w, at.column, args.columns, args.depth);
    depth_left_ = static_cast<int>(args.depth);
  }
  mma_source<tile::rows, tile::threads> x_;
  mma_source<columns, tile::threads> w_;
  unsigned int index_, tiles_;
  int depth_left_; /* of the tile */
  uint32_t first_stage_, stage_;
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

#endif
