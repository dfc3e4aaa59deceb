#include "ref/backends/cpu/cpu.h"

qref_status qref_cpu_conv1d_silu_update(qref_cpu_level level, const qref_conv1d_silu_update_args *args,
                                        qref_error *error) {
  (void)level;
  return qref_conv1d_silu_update(args, error);
}
