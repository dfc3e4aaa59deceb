/* The functions of float32 of ref/numerics over arrays, in each instruction set. */
#ifndef QREF_BACKENDS_CPU_MATH_MAP_H
#define QREF_BACKENDS_CPU_MATH_MAP_H

#include <stddef.h>

#include "ref/backends/cpu/level.h"

typedef enum qref_cpu_function {
  QREF_CPU_EXP,
  QREF_CPU_LOG,
  QREF_CPU_LOG1P,
  QREF_CPU_SIGMOID,
  QREF_CPU_SILU,
  QREF_CPU_SOFTPLUS,
  QREF_CPU_SOFTPLUS_LOG_EXP_PLUS_1,
  QREF_CPU_FUNCTION_COUNT
} qref_cpu_function;

/* The function of the reference. */
float (*qref_cpu_function_reference(qref_cpu_function function))(float);

/* y[i] = function(x[i]), the bits of the reference; y may be x. `level` must be available. */
void qref_cpu_map(qref_cpu_level level, qref_cpu_function function, const float *x, size_t count, float *y);

/* The same for whole vectors; count is a multiple of their lanes. */
void qref_cpu_map_avx2(qref_cpu_function function, const float *x, size_t count, float *y);
void qref_cpu_map_avx512(qref_cpu_function function, const float *x, size_t count, float *y);
void qref_cpu_map_neon(qref_cpu_function function, const float *x, size_t count, float *y);

#endif
