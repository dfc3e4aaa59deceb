/* The vector functions of every instruction set against the scalar ones: a sample of all float32, the arguments whose
 * results are hardest to round, and the ends of every range. With the argument --all, all 2^32 arguments of each
 * function, some minutes each; with a function's number besides, that one. */
#include <stdio.h>
#include <stdlib.h>

#include "ref/backends/cpu/math/map.h"
#include "tests/ops/fixture.h"
#include "tests/proof/hard_cases.h"

static const char *const names[QREF_CPU_FUNCTION_COUNT] = {
    "exp", "log", "log1p", "sigmoid", "silu", "softplus", "softplus_log_exp_plus_1",
};
static const qref_cpu_level levels[] = {QREF_CPU_NEON, QREF_CPU_AVX2, QREF_CPU_AVX512};

enum { BLOCK = 4096 };

/* The bits of the first of x whose result differs in some instruction set, or -1. */
static int64_t first_difference(qref_cpu_function function, const float *x, size_t count) {
  float expected[BLOCK];
  float got[BLOCK];
  float (*reference)(float) = qref_cpu_function_reference(function);
  for (size_t i = 0; i < count; i++) {
    expected[i] = reference(x[i]);
  }
  for (size_t l = 0; l < sizeof levels / sizeof levels[0]; l++) {
    if (!qref_cpu_level_available(levels[l])) {
      continue;
    }
    qref_cpu_map(levels[l], function, x, count, got);
    for (size_t i = 0; i < count; i++) {
      if (qref_bits_from_f32(got[i]) != qref_bits_from_f32(expected[i])) {
        print_error("%s(%a): %a at level %d, expected %a\n", names[function], (double)x[i], (double)got[i],
                    (int)levels[l], (double)expected[i]);
        return qref_bits_from_f32(x[i]);
      }
    }
  }
  return -1;
}

/* Every `stride`-th float32. */
static int64_t sweep(qref_cpu_function function, uint64_t first, uint64_t stride) {
  float x[BLOCK];
  uint64_t bits = first;
  while (bits < UINT64_C(1) << 32) {
    size_t count = 0;
    for (; count < BLOCK && bits < UINT64_C(1) << 32; bits += stride) {
      x[count++] = qref_f32_from_bits((uint32_t)bits);
    }
    int64_t difference = first_difference(function, x, count);
    if (difference >= 0) {
      return difference;
    }
  }
  return -1;
}

static void test_sample(void **state) {
  (void)state;
  for (int f = 0; f < QREF_CPU_FUNCTION_COUNT; f++) {
    assert_int_equal(sweep((qref_cpu_function)f, (uint64_t)f, 4093), -1);
  }
}

static void test_hard_cases(void **state) {
  (void)state;
  const uint32_t *const cases[] = {hard_cases_exp, hard_cases_log1p, hard_cases_log};
  /* Where an evaluation begins, ends, or leaves the results to a constant; and their neighbours below. */
  const float edges[] = {0.0f,           1.0f,     2.0f,           20.0f,     87.0f,    0x1.62e43p+6f,
                         0x1.9fe36ap+6f, 0x1p-25f, 0x1.6a09e6p-1f, 0x1p-126f, 0x1p126f, 0x1p-149f};
  float x[BLOCK];
  size_t count = 0;
  for (int f = 0; f < 3; f++) {
    for (int i = 0; i < HARD_CASES_PER_FUNCTION; i++) {
      x[count++] = qref_f32_from_bits(cases[f][i]);
    }
  }
  for (size_t i = 0; i < sizeof edges / sizeof edges[0]; i++) {
    for (uint32_t neighbour = 0; neighbour < 9; neighbour++) {
      const uint32_t bits = qref_bits_from_f32(edges[i]) + neighbour - 4;
      x[count++] = qref_f32_from_bits(bits);
      x[count++] = qref_f32_from_bits(bits ^ 0x80000000u);
    }
  }
  for (uint32_t bits = 0x7f7ffff0u; bits < 0x7f800010u; bits++) {
    x[count++] = qref_f32_from_bits(bits);
    x[count++] = qref_f32_from_bits(bits ^ 0x80000000u);
  }
  for (int f = 0; f < QREF_CPU_FUNCTION_COUNT; f++) {
    assert_int_equal(first_difference((qref_cpu_function)f, x, count), -1);
    /* Each among easy ones. */
    for (size_t i = 0; i < count; i++) {
      float lanes[35];
      for (size_t k = 0; k < 35; k++) {
        lanes[k] = (k + i) % 3 == 0 ? x[i] : 0.5f;
      }
      assert_int_equal(first_difference((qref_cpu_function)f, lanes, 35), -1);
    }
  }
}

int main(int argc, char **argv) {
  if (argc > 1 && strcmp(argv[1], "--all") == 0) {
    for (int f = 0; f < QREF_CPU_FUNCTION_COUNT; f++) {
      if (argc > 2 && strtol(argv[2], NULL, 10) != f) {
        continue;
      }
      if (sweep((qref_cpu_function)f, 0, 1) >= 0) {
        return 1;
      }
      printf("%s: all 2^32 results are those of the reference\n", names[f]);
    }
    return 0;
  }
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_sample),
      cmocka_unit_test(test_hard_cases),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
