/* Backend `cpu`: the reference's bits on several threads, with vectorised matrix products. */
#include "ref/backends/cpu/cpu.h"

#include "ref/backends/builtin.h"

static bool supports(qref_op op, const qref_profile *profile) {
  return op < QREF_OP_COUNT && profile != NULL;
}

const qref_backend qref_backend_cpu = {
    .abi_version = QREF_BACKEND_ABI_VERSION,
    .struct_size = sizeof(qref_backend),
    .name = "cpu",
    .description = "the same bits on several threads, vectorised matrix products",
    .supports = supports,
    .conv1d_silu = qref_cpu_conv1d_silu,
    .conv1d_silu_update = qref_conv1d_silu_update,
    .conv1d_silu_floatsim = qref_cpu_conv1d_silu_floatsim,
    .requantize = qref_requantize,
    .linear_w8a8 = qref_cpu_linear_w8a8,
    .linear_w8a8_f16 = qref_cpu_linear_w8a8_f16,
    .linear_w8a8_parallel = qref_cpu_linear_w8a8_parallel,
    .linear_w8a8_row = qref_cpu_linear_w8a8_row,
    .linear_w8a8_per_channel = qref_cpu_linear_w8a8_per_channel,
    .selective_scan = qref_cpu_selective_scan,
    .selective_scan_update = qref_cpu_selective_scan_update,
    .rmsnorm = qref_cpu_rmsnorm,
    .hadamard = qref_cpu_hadamard,
    .embedding_w8 = qref_embedding_w8,
    .linear_f32 = qref_cpu_linear_f32,
    .conv1d_silu_f32 = qref_cpu_conv1d_silu_f32,
    .selective_scan_f32 = qref_cpu_selective_scan_f32,
    .rmsnorm_f32 = qref_rmsnorm_f32,
    .hadamard_f32 = qref_hadamard_f32,
};
