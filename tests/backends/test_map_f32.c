/* qref_backend.map_f32 of the built-in backends and of the CUDA module on its emulation: the functions of the reference
 * at any count, alignment and number of threads, in place too, nothing written behind the end; what is refused. */
#include <stdlib.h>
#include <string.h>

#include "ref/backends/builtin.h"
#include "tests/backends/cuda_module.h"

/* The module takes an array in pieces of PIECE. */
enum { MOST = 100003, PIECE = 1 << 22, GUARD = 3 };

static float (*const functions[QREF_MAP_FUNCTION_COUNT])(float) = {
    [QREF_MAP_EXP] = qref_exp_f32,   [QREF_MAP_LOG1P] = qref_log1p_f32,     [QREF_MAP_LOG] = qref_log_f32,
    [QREF_MAP_SILU] = qref_silu_f32, [QREF_MAP_SIGMOID] = qref_sigmoid_f32, [QREF_MAP_SOFTPLUS] = qref_softplus_f32,
};

/* All exponents, both signs. */
static void fill(float *x, size_t count) {
  for (size_t i = 0; i < count; i++) {
    x[i] = qref_f32_from_bits((uint32_t)(i * UINT64_C(2654435761)));
  }
}

static void check(const qref_backend *backend, qref_map_function function, size_t count, int threads, bool in_place) {
  const size_t size = count + GUARD;
  float *x = malloc(size * sizeof *x);
  float *y = malloc(size * sizeof *y);
  qref_error error;
  assert_non_null(x);
  assert_non_null(y);
  fill(x, size);
  fill(y, size);
  float *to = in_place ? x : y;
  assert_int_equal(backend->map_f32(function, x + 1, count, to + 1, threads, &error), QREF_OK);
  for (size_t i = 0; i < size; i++) {
    const float argument = qref_f32_from_bits((uint32_t)(i * UINT64_C(2654435761)));
    const float expected = i >= 1 && i <= count ? functions[function](argument) : argument;
    if (qref_bits_from_f32(to[i]) != qref_bits_from_f32(expected)) {
      print_error("%s, function %d of %zu, element %zu: %a, expected %a\n", backend->name, (int)function, count, i,
                  (double)to[i], (double)expected);
      fail();
    }
  }
  free(x);
  free(y);
}

static void test_functions(void **state) {
  static const size_t counts[] = {0, 1, 7, 17, 1000, MOST};
  (void)state;
  for (size_t b = 0; b < qref_backend_count(); b++) {
    const qref_backend *backend = qref_backend_at(b);
    if (backend->map_f32 == NULL || qref_backend_unavailable(backend) != NULL) {
      continue;
    }
    for (size_t f = 0; f < QREF_MAP_FUNCTION_COUNT; f++) {
      for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        check(backend, (qref_map_function)f, counts[i], i % 2 == 0 ? 1 : 3, i % 3 == 0);
      }
    }
  }
}

static void test_module(void **state) {
  (void)state;
  qref_backend_library *library = NULL;
  const qref_backend *backend = test_cuda_backend(&library);
  for (size_t f = 0; f < QREF_MAP_FUNCTION_COUNT; f++) {
    check(backend, (qref_map_function)f, 0, 1, false);
    check(backend, (qref_map_function)f, 10007, 1, f % 2 == 0);
  }
#ifndef __SANITIZE_ADDRESS__ /* a minute */
  check(backend, QREF_MAP_SILU, PIECE + 5, 1, false);
#endif
  qref_backend_close(library);
}

static void test_refused(void **state) {
  (void)state;
  for (size_t b = 0; b < 2; b++) { /* ref and cpu */
    const qref_backend *backend = qref_backend_at(b);
    qref_error error;
    float value = 1.0f;
    assert_int_equal(backend->map_f32(QREF_MAP_FUNCTION_COUNT, &value, 1, &value, 1, &error), QREF_ERROR_ARGUMENT);
    assert_non_null(strstr(error.message, "expected 0 to 5, got 6"));
    assert_int_equal(backend->map_f32(QREF_MAP_EXP, NULL, 1, &value, 1, &error), QREF_ERROR_ARGUMENT);
    assert_string_equal(error.message, "map_f32: expected x");
    assert_int_equal(backend->map_f32(QREF_MAP_EXP, &value, 1, NULL, 1, &error), QREF_ERROR_ARGUMENT);
    assert_string_equal(error.message, "map_f32: expected y");
    assert_int_equal(qref_bits_from_f32(value), qref_bits_from_f32(1.0f));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_functions), cmocka_unit_test(test_module),
                                     cmocka_unit_test(test_refused)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
