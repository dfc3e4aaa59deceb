/* The ops of backend `cpu`, each with the instruction set to use. All give the reference's bits; what a fast path does
 * not cover (a narrow accumulator, intermediates, a function table) falls back to slices of the reference. */
#ifndef QREF_BACKENDS_CPU_CPU_H
#define QREF_BACKENDS_CPU_CPU_H

#include <qref/ops.h>

#include "ref/backends/cpu/level.h"

qref_status qref_cpu_conv1d_silu(qref_cpu_level level, const qref_conv1d_silu_args *args, qref_error *error);
qref_status qref_cpu_conv1d_silu_update(qref_cpu_level level, const qref_conv1d_silu_update_args *args,
                                        qref_error *error);
qref_status qref_cpu_conv1d_silu_floatsim(qref_cpu_level level, const qref_conv1d_silu_floatsim_args *args,
                                          qref_error *error);
qref_status qref_cpu_requantize(qref_cpu_level level, const qref_requantize_args *args, qref_error *error);
qref_status qref_cpu_linear_w8a8(qref_cpu_level level, const qref_linear_w8a8_args *args, qref_error *error);
qref_status qref_cpu_linear_w8a8_f16(qref_cpu_level level, const qref_linear_w8a8_args *args, qref_error *error);
qref_status qref_cpu_linear_w8a8_parallel(qref_cpu_level level, const qref_linear_w8a8_args *args, qref_error *error);
qref_status qref_cpu_linear_w8a8_row(qref_cpu_level level, const qref_linear_w8a8_args *args, qref_error *error);
qref_status qref_cpu_linear_w8a8_per_channel(qref_cpu_level level, const qref_linear_w8a8_args *args,
                                             qref_error *error);
qref_status qref_cpu_selective_scan(qref_cpu_level level, const qref_selective_scan_args *args, qref_error *error);
qref_status qref_cpu_selective_scan_update(qref_cpu_level level, const qref_selective_scan_update_args *args,
                                           qref_error *error);
qref_status qref_cpu_rmsnorm(qref_cpu_level level, const qref_rmsnorm_args *args, qref_error *error);
qref_status qref_cpu_hadamard(qref_cpu_level level, const qref_hadamard_args *args, qref_error *error);
qref_status qref_cpu_embedding_w8(qref_cpu_level level, const qref_embedding_w8_args *args, qref_error *error);
qref_status qref_cpu_linear_f32(qref_cpu_level level, const qref_linear_f32_args *args, qref_error *error);
qref_status qref_cpu_conv1d_silu_f32(qref_cpu_level level, const qref_conv1d_silu_f32_args *args, qref_error *error);
qref_status qref_cpu_selective_scan_f32(qref_cpu_level level, const qref_selective_scan_f32_args *args,
                                        qref_error *error);
qref_status qref_cpu_rmsnorm_f32(qref_cpu_level level, const qref_rmsnorm_f32_args *args, qref_error *error);
qref_status qref_cpu_hadamard_f32(qref_cpu_level level, const qref_hadamard_f32_args *args, qref_error *error);

#endif
