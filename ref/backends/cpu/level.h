/* The instruction sets that backend `cpu` has kernels for. A backend of its own for each ("cpu-avx2", ...) makes the
 * choice overridable and every path testable; "cpu" takes the best that the processor has. */
#ifndef QREF_BACKENDS_CPU_LEVEL_H
#define QREF_BACKENDS_CPU_LEVEL_H

#include <stdbool.h>

typedef enum qref_cpu_level {
  QREF_CPU_PORTABLE, /* C, everywhere */
  QREF_CPU_NEON,     /* aarch64 */
  QREF_CPU_AVX2,     /* x86-64: AVX2, FMA, F16C */
  QREF_CPU_AVX512,   /* x86-64: AVX-512 F, BW, DQ, VL and VNNI besides */
} qref_cpu_level;

/* Whether these instructions can run here: compiled in, and known to the processor. */
bool qref_cpu_level_available(qref_cpu_level level);
/* The highest available one. */
qref_cpu_level qref_cpu_level_best(void);

#endif
