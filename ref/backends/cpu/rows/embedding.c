#include "ref/backends/cpu/cpu.h"

qref_status qref_cpu_embedding_w8(qref_cpu_level level, const qref_embedding_w8_args *args, qref_error *error) {
  (void)level;
  return qref_embedding_w8(args, error);
}
