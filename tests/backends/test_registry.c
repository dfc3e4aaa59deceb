#include "ref/backends/builtin.h"
#include "ref/backends/cpu/level.h"
#include "tests/ops/fixture.h"

static bool is_blis(const qref_backend *backend) {
  return backend == &qref_backend_blis || backend == &qref_backend_blis_dgemm;
}

static void test_builtin_backends(void **state) {
  (void)state;
  assert_true(qref_backend_count() >= 2);
  for (size_t i = 0; i < qref_backend_count(); i++) {
    const qref_backend *backend = qref_backend_at(i);
    assert_int_equal(backend->abi_version, QREF_BACKEND_ABI_VERSION);
    assert_int_equal(backend->struct_size, sizeof(qref_backend));
    const qref_backend *found = NULL;
    assert_int_equal(qref_backend_find(backend->name, &found, NULL), QREF_OK);
    assert_ptr_equal(found, backend);
    const bool available = qref_backend_unavailable(backend) == NULL;
    for (int op = 0; op < QREF_OP_COUNT; op++) {
      const bool is_linear_w8a8 = op >= QREF_OP_LINEAR_W8A8 && op <= QREF_OP_LINEAR_W8A8_PER_CHANNEL;
      assert_int_equal(backend->supports((qref_op)op, quamba()), available && (is_linear_w8a8 || !is_blis(backend)));
    }
    assert_false(backend->supports(QREF_OP_COUNT, quamba()));
    assert_false(backend->supports(QREF_OP_REQUANTIZE, NULL));
  }
  assert_null(qref_backend_at(qref_backend_count()));
}

static void test_unknown_backend(void **state) {
  (void)state;
  const qref_backend *backend = NULL;
  qref_error error;
  assert_int_equal(qref_backend_find("gpu", &backend, &error), QREF_ERROR_ARGUMENT);
  assert_string_equal(error.message,
                      "backend: expected one of ref, cpu, cpu-portable, cpu-neon, cpu-avx2, cpu-avx512, blis, "
                      "blis-dgemm, got 'gpu'");
  assert_int_equal(qref_backend_find(NULL, &backend, NULL), QREF_ERROR_ARGUMENT);
}

/* What is not usable says why; nothing else does. */
static void test_unavailable(void **state) {
  (void)state;
  static const qref_backend *const always[] = {&qref_backend_ref, &qref_backend_cpu, &qref_backend_cpu_portable, NULL};
  for (size_t i = 0; i < sizeof always / sizeof always[0]; i++) {
    assert_null(qref_backend_unavailable(always[i]));
  }
#if defined(__x86_64__)
  const qref_backend *foreign = &qref_backend_cpu_neon;
#else
  const qref_backend *foreign = &qref_backend_cpu_avx512;
#endif
  assert_string_equal(qref_backend_unavailable(foreign), "not on this processor");
  assert_ptr_equal(qref_backend_unavailable(&qref_backend_blis), qref_backend_unavailable(&qref_backend_blis_dgemm));
}

static void test_level_of_cpu(void **state) {
  (void)state;
  const qref_backend *const of_level[] = {[QREF_CPU_PORTABLE] = &qref_backend_cpu_portable,
                                          [QREF_CPU_NEON] = &qref_backend_cpu_neon,
                                          [QREF_CPU_AVX2] = &qref_backend_cpu_avx2,
                                          [QREF_CPU_AVX512] = &qref_backend_cpu_avx512};
  assert_ptr_equal(qref_backend_of_cpu(), of_level[qref_cpu_level_best()]);
  assert_null(qref_backend_unavailable(qref_backend_of_cpu()));
}

static void test_op_names(void **state) {
  (void)state;
  for (int i = 0; i < QREF_OP_COUNT; i++) {
    assert_non_null(qref_op_name((qref_op)i));
    for (int j = 0; j < i; j++) {
      assert_string_not_equal(qref_op_name((qref_op)i), qref_op_name((qref_op)j));
    }
  }
  assert_null(qref_op_name(QREF_OP_COUNT));
  assert_string_equal(qref_op_name(QREF_OP_SELECTIVE_SCAN_UPDATE), "selective_scan_update");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_builtin_backends), cmocka_unit_test(test_unknown_backend),
      cmocka_unit_test(test_unavailable),      cmocka_unit_test(test_level_of_cpu),
      cmocka_unit_test(test_op_names),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
