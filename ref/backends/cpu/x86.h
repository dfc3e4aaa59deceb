/* Which x86-64 instructions may be used at run time. */
#ifndef QREF_BACKENDS_CPU_X86_H
#define QREF_BACKENDS_CPU_X86_H

#include <stdbool.h>

#if defined(__x86_64__) && defined(__GNUC__)
#define QREF_X86 1

static inline bool qref_x86_has_avx2_fma(void) {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}
#else
#define QREF_X86 0
#endif

#endif
