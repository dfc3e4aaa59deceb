/* Linear of the float32 model: k ascending by fma from 0.
 *
 * A block computes a tile of the output, a thread a few rows and columns of it, with its sums in registers. Slices of
 * 8 or 16 of the depth pass through shared memory, transposed, in two halves: one is read while the other is filled.
 * Loads are of single elements, so that any alignment will do. Where there are many rows the float32 units limit it;
 * with few, the memory that holds w.
 *
 * The sums go on k by k as the reference's do; slices end at the depth, since 0 * 0 added to a sum of -0 would change
 * its sign. A NaN stays one through every later fma, so it is enough to make it canonical at the end. */
#include "ref/backends/cuda/numerics.cuh"
/* Behind the numerics. */
#include "ref/backends/cuda/device_ops.h"
#include "ref/backends/cuda/launch.h"
#include "ref/backends/cuda/linear/tile_order.cuh"

namespace {

/* `height` x `width` threads, each with `rows` x `columns` outputs; `depth` of a slice. */
template <int rows, int columns, int height, int width, int depth>
struct float_tile {
  static constexpr int slice_depth = depth;
  static constexpr int thread_rows = rows, thread_columns = columns;
  static constexpr int threads_down = height, threads_across = width;
  static constexpr int tile_rows = rows * height, tile_columns = columns * width;
  static constexpr int threads = height * width;
};
using large_tile = float_tile<8, 8, 16, 16, 8>;
using low_tile = float_tile<4, 1, 1, 64, 16>;

/* Row of a tile that holds element i of a thread at `place` of `places`: groups of 4 neighbours where there are such,
 * which load as one. */
template <int elements, int places>
__device__ int element_row(int i, int place) {
  if constexpr (elements % 4 == 0) {
    return i / 4 * (4 * places) + 4 * place + i % 4;
  }
  return i * places + place;
}

/* One slice of `tile_rows` rows of a matrix, on its way to shared memory. */
template <int tile_rows, int slice_depth, int threads>
struct slice_copy {
  static constexpr int count = tile_rows * slice_depth / threads;
  float values[count];

  __device__ void load(const float *matrix, size_t row, size_t rows, size_t k, size_t depth) {
    constexpr int rows_at_once = threads / slice_depth;
    const size_t first_row = row + threadIdx.x / slice_depth;
    const size_t source_k = k + threadIdx.x % slice_depth;
    const float *source = matrix + first_row * depth + source_k;
#pragma unroll
    for (int i = 0; i < count; i++) {
      values[i] = first_row + i * rows_at_once < rows && source_k < depth ? *source : 0.0f;
      source += rows_at_once * depth;
    }
  }
  __device__ void store(float (*slice)[tile_rows + 4]) const {
#pragma unroll
    for (int i = 0; i < count; i++) {
      const int element = i * threads + static_cast<int>(threadIdx.x);
      slice[element % slice_depth][element / slice_depth] = values[i];
    }
  }
};

/* The elements of a thread in one step of k. */
template <int elements, int places>
__device__ void read_elements(float (&values)[elements], const float *step, int place) {
  if constexpr (elements % 4 == 0) {
#pragma unroll
    for (int i = 0; i < elements; i += 4) {
      const float4 four = *reinterpret_cast<const float4 *>(step + element_row<elements, places>(i, place));
      values[i] = four.x;
      values[i + 1] = four.y;
      values[i + 2] = four.z;
      values[i + 3] = four.w;
    }
  } else {
#pragma unroll
    for (int i = 0; i < elements; i++) {
      values[i] = step[element_row<elements, places>(i, place)];
    }
  }
}

template <typename tile>
__global__ void __launch_bounds__(tile::threads, 2) linear_f32(qref_linear_f32_args args, size_t y_stride) {
  constexpr int slice_depth = tile::slice_depth;
  __shared__ __align__(16) float x_slices[2][slice_depth][tile::tile_rows + 4];
  __shared__ __align__(16) float w_slices[2][slice_depth][tile::tile_columns + 4];
  const linear_tile_position at =
      linear_tile_at(blockIdx.x, args.rows, args.columns, tile::tile_rows, tile::tile_columns);
  const int down = threadIdx.x / tile::threads_across;
  const int across = threadIdx.x % tile::threads_across;
  slice_copy<tile::tile_rows, tile::slice_depth, tile::threads> x_copy;
  slice_copy<tile::tile_columns, tile::slice_depth, tile::threads> w_copy;
  float sums[tile::thread_rows][tile::thread_columns] = {};

  const auto add_step = [&](const float *x_step, const float *w_step) {
    float x[tile::thread_rows], w[tile::thread_columns];
    read_elements<tile::thread_rows, tile::threads_down>(x, x_step, down);
    read_elements<tile::thread_columns, tile::threads_across>(w, w_step, across);
#pragma unroll
    for (int i = 0; i < tile::thread_rows; i++) {
#pragma unroll
      for (int j = 0; j < tile::thread_columns; j++) {
        sums[i][j] = __fmaf_rn(x[i], w[j], sums[i][j]);
      }
    }
  };

  x_copy.load(args.x, at.row, args.rows, 0, args.depth);
  w_copy.load(args.w, at.column, args.columns, 0, args.depth);
  int half = 0;
  for (size_t k = 0; k < args.depth; k += slice_depth) {
    x_copy.store(x_slices[half]);
    w_copy.store(w_slices[half]);
    __syncthreads(); /* the other half was read before the last of these */
    if (k + slice_depth < args.depth) {
      x_copy.load(args.x, at.row, args.rows, k + slice_depth, args.depth);
      w_copy.load(args.w, at.column, args.columns, k + slice_depth, args.depth);
    }
    if (args.depth - k >= slice_depth) {
#pragma unroll 4
      for (int step = 0; step < slice_depth; step++) {
        add_step(x_slices[half][step], w_slices[half][step]);
      }
    } else {
      for (int step = 0; step < static_cast<int>(args.depth - k); step++) {
        add_step(x_slices[half][step], w_slices[half][step]);
      }
    }
    half ^= 1;
  }

#pragma unroll
  for (int i = 0; i < tile::thread_rows; i++) {
#pragma unroll
    for (int j = 0; j < tile::thread_columns; j++) {
      const size_t m = at.row + element_row<tile::thread_rows, tile::threads_down>(i, down);
      const size_t n = at.column + element_row<tile::thread_columns, tile::threads_across>(j, across);
      if (m < args.rows && n < args.columns) {
        args.y[m * y_stride + n] = qref_canonical_nan_f32(sums[i][j]);
      }
    }
  }
}

template <typename tile>
qref_status launch(const qref_linear_f32_args &args, cudaStream_t stream, qref_error *error) {
  const size_t y_stride = args.y_row_stride != 0 ? args.y_row_stride : args.columns;
  const size_t tiles = linear_tile_count(args.rows, args.columns, tile::tile_rows, tile::tile_columns);
  return qref_cuda_launch("linear_f32", linear_f32<tile>, static_cast<unsigned int>(tiles), tile::threads, 0, stream,
                          error, args, y_stride);
}

}  // namespace

qref_status qref_cuda_linear_f32(const qref_linear_f32_args *args, cudaStream_t stream, qref_error *error) {
  constexpr size_t few_rows = 32;
  return args->rows <= few_rows ? launch<low_tile>(*args, stream, error) : launch<large_tile>(*args, stream, error);
}
