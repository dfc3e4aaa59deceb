/* The ops that backend `cpu` computes itself; the others are the reference's. All give the reference's bits. */
#ifndef QREF_BACKENDS_CPU_CPU_H
#define QREF_BACKENDS_CPU_CPU_H

#include <qref/ops.h>

qref_status qref_cpu_conv1d_silu(const qref_conv1d_silu_args *args, qref_error *error);
qref_status qref_cpu_conv1d_silu_floatsim(const qref_conv1d_silu_floatsim_args *args, qref_error *error);
qref_status qref_cpu_conv1d_silu_f32(const qref_conv1d_silu_f32_args *args, qref_error *error);
qref_status qref_cpu_linear_w8a8(const qref_linear_w8a8_args *args, qref_error *error);
qref_status qref_cpu_linear_w8a8_f16(const qref_linear_w8a8_args *args, qref_error *error);
qref_status qref_cpu_linear_w8a8_parallel(const qref_linear_w8a8_args *args, qref_error *error);
qref_status qref_cpu_linear_w8a8_row(const qref_linear_w8a8_args *args, qref_error *error);
qref_status qref_cpu_linear_w8a8_per_channel(const qref_linear_w8a8_args *args, qref_error *error);
qref_status qref_cpu_linear_f32(const qref_linear_f32_args *args, qref_error *error);
qref_status qref_cpu_selective_scan(const qref_selective_scan_args *args, qref_error *error);
qref_status qref_cpu_selective_scan_f32(const qref_selective_scan_f32_args *args, qref_error *error);
qref_status qref_cpu_selective_scan_update(const qref_selective_scan_update_args *args, qref_error *error);
qref_status qref_cpu_rmsnorm(const qref_rmsnorm_args *args, qref_error *error);
qref_status qref_cpu_hadamard(const qref_hadamard_args *args, qref_error *error);

#endif
