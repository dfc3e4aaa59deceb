/* RMSNorm of the widths of common models. */
#ifndef QREF_BACKENDS_CUDA_ROWS_RMSNORM_SHARED_H
#define QREF_BACKENDS_CUDA_ROWS_RMSNORM_SHARED_H

#include <cuda_runtime_api.h>
#include <qref/ops.h>

/* Whether rmsnorm_shared.cu has the width, the alignment and the intermediates. */
bool qref_cuda_rmsnorm_shared_supports(const qref_rmsnorm_args *args);
qref_status qref_cuda_rmsnorm_shared(const qref_rmsnorm_args *args, cudaStream_t stream, qref_error *error);

#endif
