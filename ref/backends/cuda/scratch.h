/* Device memory for the time of a launch. */
#ifndef QREF_BACKENDS_CUDA_SCRATCH_H
#define QREF_BACKENDS_CUDA_SCRATCH_H

#include <stddef.h>

#include "ref/backends/cuda/status.h"

/* use(scratch) with `bytes` of memory, allocated and freed in the order of the stream. Returns the first failure: of
 * the allocation, of use, of the release. */
template <typename use_function>
inline qref_status qref_cuda_with_scratch(const char *op, size_t bytes, cudaStream_t stream, qref_error *error,
                                          use_function use) {
  void *scratch = nullptr;
  QREF_CUDA_TRY(cudaMallocAsync(&scratch, bytes, stream), op, error);
  const qref_status used = use(static_cast<float *>(scratch));
  const cudaError_t freed = cudaFreeAsync(scratch, stream);
  return used != QREF_OK ? used : qref_cuda_status(freed, op, error);
}

#endif
