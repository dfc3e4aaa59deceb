/* The argument checks of single ops, for backends that do not hand them to the reference. */
#ifndef QREF_OPS_OP_CHECKS_H
#define QREF_OPS_OP_CHECKS_H

#include <qref/ops.h>

qref_status qref_conv1d_silu_check(const qref_conv1d_silu_args *args, qref_error *error);
qref_status qref_conv1d_silu_update_check(const qref_conv1d_silu_update_args *args, qref_error *error);
qref_status qref_conv1d_silu_floatsim_check(const qref_conv1d_silu_floatsim_args *args, qref_error *error);
qref_status qref_conv1d_silu_f32_check(const qref_conv1d_silu_f32_args *args, qref_error *error);
qref_status qref_selective_scan_check(const qref_selective_scan_args *args, qref_error *error);
qref_status qref_selective_scan_f32_check(const qref_selective_scan_f32_args *args, qref_error *error);
qref_status qref_selective_scan_update_check(const qref_selective_scan_update_args *args, qref_error *error);
qref_status qref_requantize_check(const qref_requantize_args *args, qref_error *error);
qref_status qref_rmsnorm_check(const qref_rmsnorm_args *args, qref_error *error);
qref_status qref_rmsnorm_f32_check(const qref_rmsnorm_f32_args *args, qref_error *error);
qref_status qref_hadamard_check(const qref_hadamard_args *args, qref_error *error);
qref_status qref_hadamard_f32_check(const qref_hadamard_f32_args *args, qref_error *error);
qref_status qref_embedding_w8_check(const qref_embedding_w8_args *args, qref_error *error);
qref_status qref_linear_f32_check(const qref_linear_f32_args *args, qref_error *error);

#endif
