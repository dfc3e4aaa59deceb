#include "ref/backends/cpu/level.h"

#include "ref/backends/cpu/simd/isa.h"

#if QREF_SIMD_X86
#include <cpuid.h>

/* gcc 10 and clang 14 have no __builtin_cpu_supports("f16c"). Asked once, when the library is loaded, as those are: in
 * a virtual machine the instruction takes longer than a small op. */
static bool has_f16c;

__attribute__((constructor)) static void ask_for_f16c(void) {
  unsigned a, b, c, d;
  has_f16c = __get_cpuid(1, &a, &b, &c, &d) != 0 && (c & bit_F16C) != 0;
}
#endif

bool qref_cpu_level_available(qref_cpu_level level) {
  switch (level) {
    case QREF_CPU_PORTABLE:
      return true;
    case QREF_CPU_NEON:
      return QREF_SIMD_NEON != 0;
#if QREF_SIMD_X86
    case QREF_CPU_AVX2:
      return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && has_f16c;
    case QREF_CPU_AVX512:
      return qref_cpu_level_available(QREF_CPU_AVX2) && __builtin_cpu_supports("avx512f") &&
             __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
             __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vnni");
#else
    case QREF_CPU_AVX2:
    case QREF_CPU_AVX512:
      return false;
#endif
  }
  return false;
}

qref_cpu_level qref_cpu_level_best(void) {
  static const qref_cpu_level descending[] = {QREF_CPU_AVX512, QREF_CPU_AVX2, QREF_CPU_NEON};
  for (int i = 0; i < 3; i++) {
    if (qref_cpu_level_available(descending[i])) {
      return descending[i];
    }
  }
  return QREF_CPU_PORTABLE;
}
