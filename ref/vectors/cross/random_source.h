/* Random numbers for random cases: a stream that a case's key starts, cheap enough for millions of cases. The same on
 * every machine: integers and exact float operations only. Needs libc only. */
#ifndef QREF_VECTORS_CROSS_RANDOM_SOURCE_H
#define QREF_VECTORS_CROSS_RANDOM_SOURCE_H

#include <qref/numerics.h>

typedef struct qref_cross_random {
  uint64_t state;
} qref_cross_random;

/* splitmix64 */
static inline uint64_t qref_cross_bits(qref_cross_random *random) {
  uint64_t z = random->state += UINT64_C(0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
  return z ^ (z >> 31);
}

/* Uniform in [0, count), count in 1..2^32 - 1. */
static inline uint32_t qref_cross_below(qref_cross_random *random, uint32_t count) {
  return (uint32_t)((qref_cross_bits(random) >> 32) * count >> 32);
}

static inline bool qref_cross_one_in(qref_cross_random *random, uint32_t count) {
  return qref_cross_below(random, count) == 0;
}

/* Either sign, a uniform exponent in low..high (-149..127), 23 random bits of fraction (fewer in a subnormal). */
float qref_cross_f32(qref_cross_random *random, int low_exponent, int high_exponent);

/* A dimension in 1..most: small, beside a multiple of a vector's width, or of any magnitude. */
size_t qref_cross_dimension(qref_cross_random *random, size_t most);

/* Dimensions whose product is at most about `budget`, each at most most[i]; any of them may be the large one. */
void qref_cross_dimensions(qref_cross_random *random, size_t budget, size_t count, const size_t *most,
                           size_t *dimensions);

/* How many elements a case may have: mostly some hundred, now and then many more. */
size_t qref_cross_budget(qref_cross_random *random);

/* A scale about `typical`: up to a factor of 16 away, or a power of two beside it; now and then any positive float32,
 * rarely one that ops refuse: zero, negative, infinite, NaN. */
float qref_cross_scale(qref_cross_random *random, float typical);

/* Fills a tensor with one of the distributions that its type has: uniform over the whole range, small, extremes only,
 * one value, mostly zero; floats also: any exponent, any bits (infinities and NaNs among them), ties of rounding. */
void qref_cross_fill_i8(qref_cross_random *random, int8_t *data, size_t count);
void qref_cross_fill_f32(qref_cross_random *random, float *data, size_t count);
void qref_cross_fill_f16(qref_cross_random *random, qref_float16 *data, size_t count);

#endif
