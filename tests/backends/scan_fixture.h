/* What the tests of the scans of backend cpu share. */
#ifndef QREF_TESTS_BACKENDS_SCAN_FIXTURE_H
#define QREF_TESTS_BACKENDS_SCAN_FIXTURE_H

#include <stdio.h>

#include "tests/backends/cuda_module.h"

/* A reproducible choice in [least, most]. */
static inline size_t pick(uint64_t seed, uint64_t which, size_t least, size_t most) {
  return least + (size_t)(qref_random_bits(seed, 99, which) % (most - least + 1));
}

/* 16, as usual, or any. */
static inline size_t pick_states(uint64_t seed) {
  return seed % 2 == 0 ? 16 : pick(seed, 2, 1, seed % 11 == 0 ? 80 : 40);
}

/* Usual scales, and in every third seed any that leave the range of float32. */
static inline float pick_scale(uint64_t seed, uint64_t which) {
  static const float choices[] = {0.02f, 1.0f, 1e-3f, 0.5f, 30.0f, 1e-30f, 1e30f, 1e-44f, 3e38f};
  return choices[pick(seed, which, 0, seed % 3 == 0 ? 8 : 4)];
}

static inline qref_scan_scales pick_scales(uint64_t seed) {
  return (qref_scan_scales){.u = pick_scale(seed, 11),
                            .dt = pick_scale(seed, 12),
                            .dt_bias = pick_scale(seed, 13),
                            .A_log = pick_scale(seed, 14),
                            .B = pick_scale(seed, 15),
                            .C = pick_scale(seed, 16),
                            .D = pick_scale(seed, 17),
                            .z = pick_scale(seed, 18),
                            .state = pick_scale(seed, 19)};
}

/* Memory in which an element that an op leaves alone, or should have left alone, shows. */
static inline void *filled(size_t count, size_t size) {
  return memset(test_allocate(count, size), 0xee, count * size);
}

static inline void free_all(void **memory, size_t count) {
  for (size_t i = 0; i < count; i++) {
    free(memory[i]);
  }
}

static inline void assert_same_counts(const qref_counts *a, const qref_counts *b) {
  assert_int_equal(a->saturated, b->saturated);
  assert_int_equal(a->wrapped, b->wrapped);
  assert_int_equal(a->not_a_number, b->not_a_number);
}

static inline const qref_backend *reference(void) {
  const qref_backend *backend = NULL;
  assert_int_equal(qref_backend_find("ref", &backend, NULL), QREF_OK);
  return backend;
}

/* check(backend, seed) for every instruction set that runs here and `seeds` seeds; QREF_SEEDS asks for more. */
static inline void on_every_level(qref_op op, void (*check)(const qref_backend *, uint64_t), uint64_t seeds) {
  static const char *const names[] = {"cpu-portable", "cpu-neon", "cpu-avx2", "cpu-avx512"};
  const char *more = getenv("QREF_SEEDS");
  const uint64_t last = more != NULL ? strtoull(more, NULL, 10) : seeds;
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    const qref_backend *backend = NULL;
    assert_int_equal(qref_backend_find(names[i], &backend, NULL), QREF_OK);
    if (backend->supports(op, quamba())) {
      for (uint64_t seed = 0; seed < last; seed++) {
        check(backend, seed);
      }
    }
  }
}

/* check(module, seed) for the emulated CUDA module and `seeds` seeds; QREF_SEEDS asks for more. */
static inline void on_cuda_module(void (*check)(const qref_backend *, uint64_t), uint64_t seeds) {
  const char *more = getenv("QREF_SEEDS");
  const uint64_t last = more != NULL ? strtoull(more, NULL, 10) : seeds;
  qref_backend_library *library = NULL;
  const qref_backend *backend = test_cuda_backend(&library);
  for (uint64_t seed = 0; seed < last; seed++) {
    check(backend, seed);
  }
  qref_backend_close(library);
}

#endif
