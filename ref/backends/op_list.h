/* Every op once, in the order of qref_op: X(name, enumerator without QREF_OP_, argument struct). */
#ifndef QREF_BACKENDS_OP_LIST_H
#define QREF_BACKENDS_OP_LIST_H

#define QREF_OP_LIST(X)                                                            \
  X(conv1d_silu, CONV1D_SILU, qref_conv1d_silu_args)                               \
  X(conv1d_silu_update, CONV1D_SILU_UPDATE, qref_conv1d_silu_update_args)          \
  X(conv1d_silu_floatsim, CONV1D_SILU_FLOATSIM, qref_conv1d_silu_floatsim_args)    \
  X(requantize, REQUANTIZE, qref_requantize_args)                                  \
  X(linear_w8a8, LINEAR_W8A8, qref_linear_w8a8_args)                               \
  X(linear_w8a8_f16, LINEAR_W8A8_F16, qref_linear_w8a8_args)                       \
  X(linear_w8a8_parallel, LINEAR_W8A8_PARALLEL, qref_linear_w8a8_args)             \
  X(linear_w8a8_row, LINEAR_W8A8_ROW, qref_linear_w8a8_args)                       \
  X(linear_w8a8_per_channel, LINEAR_W8A8_PER_CHANNEL, qref_linear_w8a8_args)       \
  X(selective_scan, SELECTIVE_SCAN, qref_selective_scan_args)                      \
  X(selective_scan_update, SELECTIVE_SCAN_UPDATE, qref_selective_scan_update_args) \
  X(rmsnorm, RMSNORM, qref_rmsnorm_args)                                           \
  X(hadamard, HADAMARD, qref_hadamard_args)                                        \
  X(embedding_w8, EMBEDDING_W8, qref_embedding_w8_args)                            \
  X(linear_f32, LINEAR_F32, qref_linear_f32_args)                                  \
  X(conv1d_silu_f32, CONV1D_SILU_F32, qref_conv1d_silu_f32_args)                   \
  X(selective_scan_f32, SELECTIVE_SCAN_F32, qref_selective_scan_f32_args)          \
  X(rmsnorm_f32, RMSNORM_F32, qref_rmsnorm_f32_args)                               \
  X(hadamard_f32, HADAMARD_F32, qref_hadamard_f32_args)

#endif
