/* The order in which the tiles of an output are computed. */
#ifndef QREF_BACKENDS_CUDA_LINEAR_TILE_ORDER_CUH
#define QREF_BACKENDS_CUDA_LINEAR_TILE_ORDER_CUH

#include <cuda_runtime.h>
#include <stddef.h>

struct linear_tile_position {
  size_t row, column; /* of the first element */
};

__host__ __device__ inline size_t linear_tile_count(size_t rows, size_t columns, int tile_rows, int tile_columns) {
  return ((rows + tile_rows - 1) / tile_rows) * ((columns + tile_columns - 1) / tile_columns);
}

/* Tile number `index`. Tiles go down a band of `band` tile rows, column by column, then to the next band: neighbours in
 * time share their rows of x and their rows of w in L2. */
__device__ inline linear_tile_position linear_tile_at(size_t index, size_t rows, size_t columns, int tile_rows,
                                                      int tile_columns) {
  const size_t band = static_cast<size_t>(2048 / tile_rows);
  const size_t down = (rows + tile_rows - 1) / tile_rows;
  const size_t across = (columns + tile_columns - 1) / tile_columns;
  const size_t first = index / (band * across) * band;
  const size_t band_rows = down - first < band ? down - first : band;
  const size_t inside = index % (band * across);
  return {(first + inside % band_rows) * tile_rows, inside / band_rows * tile_columns};
}

#endif
