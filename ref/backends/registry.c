#include <string.h>

#include "ref/backends/builtin.h"
#include "ref/backends/cpu/level.h"
#include "ref/base/error.h"

static const qref_backend *const backends[] = {
    &qref_backend_ref,      &qref_backend_cpu,        &qref_backend_cpu_portable, &qref_backend_cpu_neon,
    &qref_backend_cpu_avx2, &qref_backend_cpu_avx512, &qref_backend_blis,         &qref_backend_blis_dgemm,
};

static const qref_backend *const of_level[] = {
    [QREF_CPU_PORTABLE] = &qref_backend_cpu_portable,
    [QREF_CPU_NEON] = &qref_backend_cpu_neon,
    [QREF_CPU_AVX2] = &qref_backend_cpu_avx2,
    [QREF_CPU_AVX512] = &qref_backend_cpu_avx512,
};

static const char *const op_names[QREF_OP_COUNT] = {
    [QREF_OP_CONV1D_SILU] = "conv1d_silu",
    [QREF_OP_CONV1D_SILU_UPDATE] = "conv1d_silu_update",
    [QREF_OP_CONV1D_SILU_FLOATSIM] = "conv1d_silu_floatsim",
    [QREF_OP_REQUANTIZE] = "requantize",
    [QREF_OP_LINEAR_W8A8] = "linear_w8a8",
    [QREF_OP_LINEAR_W8A8_F16] = "linear_w8a8_f16",
    [QREF_OP_LINEAR_W8A8_PARALLEL] = "linear_w8a8_parallel",
    [QREF_OP_LINEAR_W8A8_ROW] = "linear_w8a8_row",
    [QREF_OP_LINEAR_W8A8_PER_CHANNEL] = "linear_w8a8_per_channel",
    [QREF_OP_SELECTIVE_SCAN] = "selective_scan",
    [QREF_OP_SELECTIVE_SCAN_UPDATE] = "selective_scan_update",
    [QREF_OP_RMSNORM] = "rmsnorm",
    [QREF_OP_HADAMARD] = "hadamard",
    [QREF_OP_EMBEDDING_W8] = "embedding_w8",
    [QREF_OP_LINEAR_F32] = "linear_f32",
    [QREF_OP_CONV1D_SILU_F32] = "conv1d_silu_f32",
    [QREF_OP_SELECTIVE_SCAN_F32] = "selective_scan_f32",
    [QREF_OP_RMSNORM_F32] = "rmsnorm_f32",
    [QREF_OP_HADAMARD_F32] = "hadamard_f32",
};

const char *qref_op_name(qref_op op) {
  return op < QREF_OP_COUNT ? op_names[op] : NULL;
}

size_t qref_backend_count(void) {
  return sizeof backends / sizeof backends[0];
}

const qref_backend *qref_backend_at(size_t i) {
  return i < qref_backend_count() ? backends[i] : NULL;
}

qref_status qref_backend_find(const char *name, const qref_backend **backend, qref_error *error) {
  char known[128] = "";
  for (size_t i = 0; i < qref_backend_count(); i++) {
    if (name != NULL && strcmp(name, backends[i]->name) == 0) {
      *backend = backends[i];
      return QREF_OK;
    }
    strncat(known, i == 0 ? "" : ", ", sizeof known - strlen(known) - 1);
    strncat(known, backends[i]->name, sizeof known - strlen(known) - 1);
  }
  return qref_fail(error, QREF_ERROR_ARGUMENT, "backend: expected one of %s, got '%s'", known,
                   name != NULL ? name : "");
}

const qref_backend *qref_backend_of_cpu(void) {
  return of_level[qref_cpu_level_best()];
}

const char *qref_backend_unavailable(const qref_backend *backend) {
  if (backend == &qref_backend_blis || backend == &qref_backend_blis_dgemm) {
    return qref_blis_unavailable();
  }
  for (size_t level = 0; level < sizeof of_level / sizeof of_level[0]; level++) {
    if (backend == of_level[level] && !qref_cpu_level_available((qref_cpu_level)level)) {
      return "not on this processor";
    }
  }
  return NULL;
}
