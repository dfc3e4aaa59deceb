/* The tensors of each argument struct, brought to the device. */
#ifndef QREF_BACKENDS_CUDA_TENSORS_H
#define QREF_BACKENDS_CUDA_TENSORS_H

#include <qref/ops.h>

#include "ref/backends/cuda/staging.h"

/* Replaces every tensor of *device, a copy of `host`, by its device tensor. weight_scales: elements of weight_scale in
 * a linear W8A8. */
void qref_cuda_stage(qref_cuda_staging *staging, const qref_conv1d_silu_args &host, size_t weight_scales,
                     qref_conv1d_silu_args *device);
void qref_cuda_stage(qref_cuda_staging *staging, const qref_conv1d_silu_update_args &host, size_t weight_scales,
                     qref_conv1d_silu_update_args *device);
void qref_cuda_stage(qref_cuda_staging *staging, const qref_conv1d_silu_floatsim_args &host, size_t weight_scales,
                     qref_conv1d_silu_floatsim_args *device);
void qref_cuda_stage(qref_cuda_staging *staging, const qref_requantize_args &host, size_t weight_scales,
                     qref_requantize_args *device);
void qref_cuda_stage(qref_cuda_staging *staging, const qref_linear_w8a8_args &host, size_t weight_scales,
                     qref_linear_w8a8_args *device);
void qref_cuda_stage(qref_cuda_staging *staging, const qref_selective_scan_args &host, size_t weight_scales,
                     qref_selective_scan_args *device);
void qref_cuda_stage(qref_cuda_staging *staging, const qref_selective_scan_update_args &host, size_t weight_scales,
                     qref_selective_scan_update_args *device);
void qref_cuda_stage(qref_cuda_staging *staging, const qref_rmsnorm_args &host, size_t weight_scales,
                     qref_rmsnorm_args *device);
void qref_cuda_stage(qref_cuda_staging *staging, const qref_hadamard_args &host, size_t weight_scales,
                     qref_hadamard_args *device);
void qref_cuda_stage(qref_cuda_staging *staging, const qref_embedding_w8_args &host, size_t weight_scales,
                     qref_embedding_w8_args *device);
void qref_cuda_stage(qref_cuda_staging *staging, const qref_linear_f32_args &host, size_t weight_scales,
                     qref_linear_f32_args *device);
void qref_cuda_stage(qref_cuda_staging *staging, const qref_conv1d_silu_f32_args &host, size_t weight_scales,
                     qref_conv1d_silu_f32_args *device);
void qref_cuda_stage(qref_cuda_staging *staging, const qref_selective_scan_f32_args &host, size_t weight_scales,
                     qref_selective_scan_f32_args *device);
void qref_cuda_stage(qref_cuda_staging *staging, const qref_rmsnorm_f32_args &host, size_t weight_scales,
                     qref_rmsnorm_f32_args *device);
void qref_cuda_stage(qref_cuda_staging *staging, const qref_hadamard_f32_args &host, size_t weight_scales,
                     qref_hadamard_f32_args *device);

#endif
