/* Causal conv1d + SiLU, whole sequence, where y alone is asked for. */
#ifndef QREF_BACKENDS_CUDA_CONV1D_CONV1D_SILU_FAST_H
#define QREF_BACKENDS_CUDA_CONV1D_CONV1D_SILU_FAST_H

#include "ref/backends/cuda/device_ops.h"

/* Whether qref_cuda_conv1d_silu_fast computes this call. */
bool qref_cuda_conv1d_silu_has_fast(const qref_conv1d_silu_args &args);
qref_status qref_cuda_conv1d_silu_fast(const qref_conv1d_silu_args &args, cudaStream_t stream, qref_error *error);

#endif
