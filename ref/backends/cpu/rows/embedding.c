/* Embedding: a copy with a scale, on one thread. */
#include "ref/backends/cpu/cpu.h"
#include "ref/backends/cpu/rows/kernels.h"
#include "ref/ops/op_checks.h"

qref_status qref_cpu_embedding_w8(qref_cpu_level level, const qref_embedding_w8_args *args, qref_error *error) {
  const qref_cpu_row_kernels *kernels = qref_cpu_row_kernels_of(level);
  if (kernels == NULL) {
    return qref_embedding_w8(args, error);
  }
  qref_status status = qref_embedding_w8_check(args, error);
  if (status == QREF_OK) {
    kernels->embedding_w8(args);
  }
  return status;
}
