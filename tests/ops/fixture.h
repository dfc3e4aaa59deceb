/* Reproducible inputs and an independent arithmetic for the tests of the ops: libm's own roundf, rintf, fmaf and its
 * binary64 exp and log1p rounded to float32. */
#ifndef QREF_TESTS_OPS_FIXTURE_H
#define QREF_TESTS_OPS_FIXTURE_H

/* CMocka needs these four in front of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <qref/qref.h>
#include <stdlib.h>
#include <string.h>

static inline void *test_allocate(size_t count, size_t size) {
  void *memory = calloc(count != 0 ? count : 1, size);
  assert_non_null(memory);
  return memory;
}

/* Full-range int8, every code equally likely. */
static inline int8_t *test_int8(size_t count, uint64_t stream) {
  int8_t *values = test_allocate(count, 1);
  for (size_t i = 0; i < count; i++) {
    values[i] = (int8_t)((int)(qref_random_bits(20261123, stream, i) >> 56) - 128);
  }
  return values;
}

/* Uniform in [-range, range). */
static inline float *test_f32(size_t count, uint64_t stream, float range) {
  float *values = test_allocate(count, sizeof(float));
  for (size_t i = 0; i < count; i++) {
    float unit = (float)(qref_random_bits(20261123, stream, i) >> 40) * 0x1p-24f;
    values[i] = (2.0f * unit - 1.0f) * range;
  }
  return values;
}

static inline qref_float16 *test_f16(size_t count, uint64_t stream, float range) {
  float *values = test_f32(count, stream, range);
  qref_float16 *halves = test_allocate(count, sizeof(qref_float16));
  for (size_t i = 0; i < count; i++) {
    halves[i] = qref_f16_from_f32(values[i]);
  }
  free(values);
  return halves;
}

static inline float oracle_exp(float x) {
  return (float)exp((double)x);
}

static inline float oracle_silu(float x) {
  return x / (1.0f + oracle_exp(-x));
}

static inline float oracle_softplus(float x) {
  return x <= 20.0f ? (float)log1p((double)oracle_exp(x)) : x;
}

static inline int8_t oracle_saturate(float rounded) {
  return (int8_t)fminf(fmaxf(rounded, -128.0f), 127.0f);
}

/* memcmp that also says where. */
static inline void assert_same_bytes(const void *a, const void *b, size_t size, const char *what) {
  const uint8_t *left = a;
  const uint8_t *right = b;
  for (size_t i = 0; i < size; i++) {
    if (left[i] != right[i]) {
      fail_msg("%s: byte %zu of %zu is %02x, expected %02x", what, i, size, left[i], right[i]);
    }
  }
}

/* Bit for bit; a NaN stands for the one NaN that is stored. */
static inline void assert_same_float(float actual, float expected, const char *what) {
  uint32_t bits[2];
  memcpy(&bits[0], &actual, sizeof actual);
  memcpy(&bits[1], &expected, sizeof expected);
  bits[1] = isnan(expected) ? 0x7fc00000u : bits[1];
  if (bits[0] != bits[1]) {
    fail_msg("%s: %a (0x%08x), expected %a (0x%08x)", what, (double)actual, bits[0], (double)expected, bits[1]);
  }
}

static inline const qref_profile *quamba(void) {
  return qref_profile_builtin("quamba");
}

#endif
