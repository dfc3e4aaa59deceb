/* CUDA's errors as qref_status. */
#ifndef QREF_BACKENDS_CUDA_STATUS_H
#define QREF_BACKENDS_CUDA_STATUS_H

#include <cuda_runtime_api.h>
#include <qref/types.h>

/* QREF_OK, or QREF_ERROR_MEMORY or QREF_ERROR_DEVICE with a message "WHAT: CUDA's name of the error: its text". */
qref_status qref_cuda_status(cudaError_t result, const char *what, qref_error *error);

/* The status of the launch just made. */
qref_status qref_cuda_launched(const char *op, qref_error *error);

/* Evaluates to a return of any failure of a CUDA call. */
#define QREF_CUDA_TRY(call, what, error)                                      \
  do {                                                                        \
    const qref_status cuda_status_ = qref_cuda_status((call), (what), error); \
    if (cuda_status_ != QREF_OK) {                                            \
      return cuda_status_;                                                    \
    }                                                                         \
  } while (0)

#endif
