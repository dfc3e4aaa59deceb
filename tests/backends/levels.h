/* Every instruction set of backend `cpu` that runs here, one after the other. */
#ifndef QREF_TESTS_BACKENDS_LEVELS_H
#define QREF_TESTS_BACKENDS_LEVELS_H

#include "ref/backends/cpu/cpu.h"

static const qref_cpu_level test_levels[] = {QREF_CPU_PORTABLE, QREF_CPU_NEON, QREF_CPU_AVX2, QREF_CPU_AVX512};
enum { TEST_LEVELS = sizeof test_levels / sizeof test_levels[0] };

/* Calls check(level, seed) for seeds below `cases`. */
static inline void test_each_level(uint64_t cases, void (*check)(qref_cpu_level level, uint64_t seed)) {
  for (size_t i = 0; i < TEST_LEVELS; i++) {
    for (uint64_t seed = 0; qref_cpu_level_available(test_levels[i]) && seed < cases; seed++) {
      check(test_levels[i], seed);
    }
  }
}

/* A number in [least, most] that depends on seed and `which` alone. */
static inline size_t test_pick(uint64_t seed, uint64_t which, size_t least, size_t most) {
  /* least 0 with most SIZE_MAX is nobody's range: NOLINTNEXTLINE(clang-analyzer-core.DivideZero) */
  return least + (size_t)(qref_random_bits(seed, 98, which) % (most - least + 1));
}

#endif
