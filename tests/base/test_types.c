#include "tests/base/support.h"

static void statuses(void **state) {
  (void)state;
  assert_string_equal(qref_status_name(QREF_OK), "ok");
  assert_string_equal(qref_status_name(QREF_ERROR_FORMAT), "format");
  assert_string_equal(qref_status_name(QREF_ERROR_UNSUPPORTED), "unsupported");
  assert_string_equal(qref_status_name(QREF_ERROR_DEVICE), "device");
  assert_non_null(qref_status_name((qref_status)99));
}

static void dtypes(void **state) {
  (void)state;
  static const struct {
    qref_dtype dtype;
    size_t size;
    const char *name;
  } expected[] = {
      {QREF_DTYPE_INT8, 1, "int8"},       {QREF_DTYPE_INT32, 4, "int32"},       {QREF_DTYPE_INT64, 8, "int64"},
      {QREF_DTYPE_FLOAT16, 2, "float16"}, {QREF_DTYPE_BFLOAT16, 2, "bfloat16"}, {QREF_DTYPE_FLOAT32, 4, "float32"},
  };
  for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
    assert_int_equal(qref_dtype_size(expected[i].dtype), expected[i].size);
    assert_string_equal(qref_dtype_name(expected[i].dtype), expected[i].name);
  }
  assert_int_equal(qref_dtype_size((qref_dtype)99), 0);
  assert_non_null(qref_dtype_name((qref_dtype)99));
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(statuses), cmocka_unit_test(dtypes)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
