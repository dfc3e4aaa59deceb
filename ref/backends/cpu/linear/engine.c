#include "ref/backends/cpu/linear/engine.h"

#include "ref/backends/cpu/simd/isa.h"

/* From so many rows on the faster multiplication pays for the widening. */
enum { WIDE_ROWS = 24, PORTABLE_WIDE_ROWS = 16 };

const qref_linear_engine *qref_linear_engine_for(qref_cpu_level level, size_t rows) {
#if QREF_SIMD_X86
  if (level >= QREF_CPU_AVX512) {
    return &qref_linear_engine_avx512;
  }
  if (level >= QREF_CPU_AVX2) {
    return rows < WIDE_ROWS ? &qref_linear_engine_avx2_thin : &qref_linear_engine_avx2;
  }
#elif QREF_SIMD_NEON
  if (level >= QREF_CPU_NEON) {
    return qref_linear_has_sdot() ? &qref_linear_engine_neon_dot : &qref_linear_engine_neon;
  }
#endif
  (void)level;
  return rows < PORTABLE_WIDE_ROWS ? &qref_linear_engine_portable_thin : &qref_linear_engine_portable;
}
