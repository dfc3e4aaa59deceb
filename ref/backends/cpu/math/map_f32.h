/* qref_backend.map_f32 of the cpu backends. */
#ifndef QREF_BACKENDS_CPU_MATH_MAP_F32_H
#define QREF_BACKENDS_CPU_MATH_MAP_F32_H

#include <qref/backend.h>

#include "ref/backends/cpu/level.h"

qref_status qref_cpu_map_f32(qref_cpu_level level, qref_map_function function, const float *x, size_t count, float *y,
                             int threads, qref_error *error);

#endif
