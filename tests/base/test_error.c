#include "ref/base/error.h"
#include "tests/base/support.h"

static void message_and_status(void **state) {
  (void)state;
  qref_error error;
  assert_int_equal(qref_fail(&error, QREF_ERROR_FORMAT, "%s: field '%s'", "a.json", "b"), QREF_ERROR_FORMAT);
  assert_string_equal(error.message, "a.json: field 'b'");
  assert_int_equal(qref_fail_prefix(&error, QREF_ERROR_IO, "layer %d", 3), QREF_ERROR_IO);
  assert_string_equal(error.message, "layer 3: a.json: field 'b'");
}

static void an_argument_may_be_the_message(void **state) {
  (void)state;
  qref_error error;
  qref_fail(&error, QREF_ERROR_IO, "inner");
  qref_fail(&error, QREF_ERROR_IO, "outer (%s)", error.message);
  assert_string_equal(error.message, "outer (inner)");
}

static void null_is_allowed(void **state) {
  (void)state;
  assert_int_equal(qref_fail(NULL, QREF_ERROR_MEMORY, "x"), QREF_ERROR_MEMORY);
  assert_int_equal(qref_fail_prefix(NULL, QREF_ERROR_MEMORY, "x"), QREF_ERROR_MEMORY);
}

static void long_messages_are_cut(void **state) {
  (void)state;
  char text[2000];
  memset(text, 'a', sizeof text - 1);
  text[sizeof text - 1] = '\0';
  qref_error error;
  qref_fail(&error, QREF_ERROR_FORMAT, "%s", text);
  assert_int_equal(strlen(error.message), sizeof error.message - 1);
  qref_fail_prefix(&error, QREF_ERROR_FORMAT, "%s", text);
  assert_int_equal(strlen(error.message), sizeof error.message - 1);
}

static void a_message_is_one_line(void **state) {
  (void)state;
  qref_error error;
  qref_fail(&error, QREF_ERROR_FORMAT, "name '%s'", "a\nb\x1b[31m\x7f\xc3\xa9");
  assert_string_equal(error.message, "name 'a?b?[31m?\xc3\xa9'");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(message_and_status),    cmocka_unit_test(an_argument_may_be_the_message),
      cmocka_unit_test(null_is_allowed),       cmocka_unit_test(long_messages_are_cut),
      cmocka_unit_test(a_message_is_one_line),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
