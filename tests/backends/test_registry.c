#include "tests/ops/fixture.h"

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
    for (int op = 0; op < QREF_OP_COUNT; op++) {
      /* an instruction set that the processor does not have supports nothing */
      assert_int_equal(backend->supports((qref_op)op, quamba()), backend->supports(QREF_OP_CONV1D_SILU, quamba()));
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
                      "backend: expected one of ref, cpu, cpu-portable, cpu-neon, cpu-avx2, cpu-avx512, got 'gpu'");
  assert_int_equal(qref_backend_find(NULL, &backend, NULL), QREF_ERROR_ARGUMENT);
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
      cmocka_unit_test(test_builtin_backends),
      cmocka_unit_test(test_unknown_backend),
      cmocka_unit_test(test_op_names),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
