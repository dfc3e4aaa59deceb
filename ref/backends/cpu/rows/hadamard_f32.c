#include "ref/backends/cpu/cpu.h"

qref_status qref_cpu_hadamard_f32(qref_cpu_level level, const qref_hadamard_f32_args *args, qref_error *error) {
  (void)level;
  return qref_hadamard_f32(args, error);
}
