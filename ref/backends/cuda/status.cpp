#include "ref/backends/cuda/status.h"

extern "C" {
#include "ref/base/error.h"
}

qref_status qref_cuda_status(cudaError_t result, const char *what, qref_error *error) {
  if (result == cudaSuccess) {
    return QREF_OK;
  }
  const qref_status status = result == cudaErrorMemoryAllocation ? QREF_ERROR_MEMORY : QREF_ERROR_DEVICE;
  return qref_fail(error, status, "%s: %s: %s", what, cudaGetErrorName(result), cudaGetErrorString(result));
}

qref_status qref_cuda_launched(const char *op, qref_error *error) {
  return qref_cuda_status(cudaGetLastError(), op, error);
}
