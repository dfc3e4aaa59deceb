#include "ref/backends/cpu/rows/kernels.h"

#include "ref/backends/cpu/simd/isa.h"

const qref_cpu_row_kernels *qref_cpu_row_kernels_of(qref_cpu_level level) {
#if QREF_SIMD_X86
  if (level >= QREF_CPU_AVX512) {
    return &qref_cpu_row_kernels_avx512;
  }
  if (level >= QREF_CPU_AVX2) {
    return &qref_cpu_row_kernels_avx2;
  }
#endif
#if QREF_SIMD_NEON
  if (level == QREF_CPU_NEON) {
    return &qref_cpu_row_kernels_neon;
  }
#endif
  (void)level;
  return NULL;
}
