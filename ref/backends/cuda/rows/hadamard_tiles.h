/* Hadamard transforms of the dimensions of common models. */
#ifndef QREF_BACKENDS_CUDA_ROWS_HADAMARD_TILES_H
#define QREF_BACKENDS_CUDA_ROWS_HADAMARD_TILES_H

#include <cuda_runtime_api.h>
#include <qref/ops.h>

/* Whether hadamard_tiles.cu has a kernel for the dimension and the alignment. */
bool qref_cuda_hadamard_tiles_support(const qref_hadamard_args *args);
qref_status qref_cuda_hadamard_tiles(const qref_hadamard_args *args, cudaStream_t stream, qref_error *error);

#endif
