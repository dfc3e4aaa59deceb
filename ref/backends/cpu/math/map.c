#include "ref/backends/cpu/math/map.h"

#include <qref/numerics.h>

#include "ref/backends/cpu/simd/isa.h"

float (*qref_cpu_function_reference(qref_cpu_function function))(float) {
  static float (*const references[QREF_CPU_FUNCTION_COUNT])(float) = {
      [QREF_CPU_EXP] = qref_exp_f32,
      [QREF_CPU_LOG] = qref_log_f32,
      [QREF_CPU_LOG1P] = qref_log1p_f32,
      [QREF_CPU_SIGMOID] = qref_sigmoid_f32,
      [QREF_CPU_SILU] = qref_silu_f32,
      [QREF_CPU_SOFTPLUS] = qref_softplus_f32,
      [QREF_CPU_SOFTPLUS_LOG_EXP_PLUS_1] = qref_softplus_log_exp_plus_1_f32,
  };
  return references[function];
}

void qref_cpu_map(qref_cpu_level level, qref_cpu_function function, const float *x, size_t count, float *y) {
  size_t done = 0;
#if QREF_SIMD_X86
  if (level == QREF_CPU_AVX512) {
    done = count - count % 16;
    qref_cpu_map_avx512(function, x, done, y);
  } else if (level == QREF_CPU_AVX2) {
    done = count - count % 8;
    qref_cpu_map_avx2(function, x, done, y);
  }
#elif QREF_SIMD_NEON
  if (level == QREF_CPU_NEON) {
    done = count - count % 4;
    qref_cpu_map_neon(function, x, done, y);
  }
#else
  (void)level;
#endif
  float (*reference)(float) = qref_cpu_function_reference(function);
  for (size_t i = done; i < count; i++) {
    y[i] = reference(x[i]);
  }
}
