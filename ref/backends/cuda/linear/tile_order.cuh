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

/* Tile number `index` of fewer than 2^32. Tiles go down a band of 2048 rows, column by column, then to the next band:
 * neighbours in time share their rows of x and their rows of w in L2. */
__device__ inline linear_tile_position linear_tile_at(unsigned int index, size_t rows, size_t columns, int tile_rows,
                                                      int tile_columns) {
  const unsigned int band = static_cast<unsigned int>(2048 / tile_rows);
  const unsigned int down = static_cast<unsigned int>((rows + tile_rows - 1) / tile_rows);
  const unsigned int across = static_cast<unsigned int>((columns + tile_columns - 1) / tile_columns);
  const unsigned int first = index / (band * across) * band;
  const unsigned int band_rows = down - first < band ? down - first : band;
  const unsigned int inside = index - first * across;
  const size_t row = first + inside % band_rows;
  const size_t column = inside / band_rows;
  return {row * tile_rows, column * tile_columns};
}

#endif
