/* Inputs: the same on every run. */
#ifndef QREF_BENCH_DATA_H
#define QREF_BENCH_DATA_H

#include <qref/numerics.h>

/* Every value of [low, high] equally likely; -128..127 is the full range. New memory. */
int8_t *bench_random_i8(size_t count, int low, int high, uint64_t stream);
/* Uniform in [low, high). New memory. */
float *bench_random_f32(size_t count, float low, float high, uint64_t stream);
qref_float16 *bench_random_f16(size_t count, float low, float high, uint64_t stream);
/* q[i] * scale. New memory. */
float *bench_dequantize(const int8_t *q, size_t count, float scale);

#endif
