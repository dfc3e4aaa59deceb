/* How the copy engine of Hopper sees a matrix of bytes. */
#ifndef QREF_BACKENDS_CUDA_LINEAR_TENSOR_MAP_H
#define QREF_BACKENDS_CUDA_LINEAR_TENSOR_MAP_H

#include <cuda.h>
#include <cuda_runtime_api.h>
#include <stddef.h>

/* Maps matrix (rows, depth), aligned to 16 bytes as is its depth, for copies of boxes of box_rows <= 256 and box_depth
 * = 128 bytes; chunks of 16 bytes are swizzled by 128 bytes, and what lies outside the matrix reads 0. */
cudaError_t linear_tensor_map(const void *matrix, size_t rows, size_t depth, unsigned int box_rows,
                              unsigned int box_depth, CUtensorMap *map);

/* The same, with the rows of every group of 4 * `neighbours`, to which the number of rows is a multiple, in the order
 * of the columns that the tensor cores leave to a thread: row 8j + 2q + b of a box is row neighbours q + 2j + b of the
 * group (b < 2, q < 4), so that a thread gets `neighbours` columns next to each other. */
cudaError_t linear_reordered_tensor_map(const void *matrix, size_t rows, size_t depth, unsigned int box_rows,
                                        unsigned int box_depth, unsigned int neighbours, CUtensorMap *map);

#endif
