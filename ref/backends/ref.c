/* Backend `ref`: the specification itself. */
#include "ref/backends/builtin.h"

static bool supports(qref_op op, const qref_profile *profile) {
  return op < QREF_OP_COUNT && profile != NULL;
}

const qref_backend qref_backend_ref = {
    .abi_version = QREF_BACKEND_ABI_VERSION,
    .struct_size = sizeof(qref_backend),
    .name = "ref",
    .description = "the specification: scalar, one thread",
    .supports = supports,
    .conv1d_silu = qref_conv1d_silu,
    .conv1d_silu_update = qref_conv1d_silu_update,
    .conv1d_silu_floatsim = qref_conv1d_silu_floatsim,
    .requantize = qref_requantize,
    .linear_w8a8 = qref_linear_w8a8,
    .linear_w8a8_f16 = qref_linear_w8a8_f16,
    .linear_w8a8_parallel = qref_linear_w8a8_parallel,
    .linear_w8a8_row = qref_linear_w8a8_row,
    .linear_w8a8_per_channel = qref_linear_w8a8_per_channel,
    .selective_scan = qref_selective_scan,
    .selective_scan_update = qref_selective_scan_update,
    .rmsnorm = qref_rmsnorm,
    .hadamard = qref_hadamard,
    .embedding_w8 = qref_embedding_w8,
    .linear_f32 = qref_linear_f32,
    .conv1d_silu_f32 = qref_conv1d_silu_f32,
    .selective_scan_f32 = qref_selective_scan_f32,
    .rmsnorm_f32 = qref_rmsnorm_f32,
    .hadamard_f32 = qref_hadamard_f32,
};
