/* The SystemVerilog package: names that stay apart, values that do not fit an int. */
#include "ref/vectors/suite/package.h"
#include "tests/base/support.h"

static void begin(qref_case *item, const char *id, float scale, size_t count) {
  qref_error error = {""};
  qref_case_begin(item, QREF_OP_REQUANTIZE, id, qref_profile_builtin("quamba"));
  item->args.requantize.count = count;
  item->args.requantize.scale = scale;
  assert_int_equal(qref_case_resolve_shapes(item, &error), QREF_OK);
}

static void expect(const qref_text *text, const char *line) {
  if (strstr(text->data, line) == NULL) {
    fail_msg("expected '%s' in\n%s", line, text->data);
  }
}

static void names_stay_apart(void **state) {
  (void)state;
  static const char *const ids[] = {"requantize/a-b", "requantize/a_b", "requantize/a.c"};
  const qref_suite_header header = {.suite = "smoke", .version = "0", .hex = true, .hex_lanes = 4};
  qref_text cases[3] = {{0}};
  for (size_t i = 0; i < 3; i++) {
    qref_case item;
    begin(&item, ids[i], 0.05f, 10);
    qref_suite_package_case(&header, &item, &cases[i]);
  }
  qref_text text = {0};
  qref_suite_package_print(&header, "0123", cases, 3, &text);
  assert_false(text.failed);
  assert_null(strchr(text.data, QREF_SUITE_PACKAGE_MARK));
  expect(&text, "localparam DIGEST = \"0123\";\n");
  expect(&text, "localparam int HEX_LANES = 4;\n");
  expect(&text, "localparam REQUANTIZE_A_B_CASE0__X__FILE = \"cases/requantize/a-b/x.hex\";\n");
  expect(&text, "localparam REQUANTIZE_A_B_CASE1__X__FILE = \"cases/requantize/a_b/x.hex\";\n");
  expect(&text, "localparam REQUANTIZE_A_C__X__FILE = \"cases/requantize/a.c/x.hex\";\n");
  expect(&text, "localparam bit [31:0] REQUANTIZE_A_C__SCALE = 32'h3d4ccccd;\n"); /* 0.05 */
  expect(&text, "localparam int REQUANTIZE_A_C__COUNT = 10;\n");
  expect(&text, "localparam int REQUANTIZE_A_C__X__WORDS = 10;\n");
  expect(&text, "localparam int REQUANTIZE_A_C__X__LINES = 3;\n"); /* of 4 words */
  expect(&text, "localparam int REQUANTIZE_A_C__X__DIGITS = 8;\n");
  expect(&text, "localparam int REQUANTIZE_A_C__Y__BITS = 8;\n");
  expect(&text, "localparam int REQUANTIZE_A_C__Y__DIM0 = 10;\n");
  for (size_t i = 0; i < 3; i++) {
    qref_text_free(&cases[i]);
  }
  qref_text_free(&text);
}

static void large_values_keep_their_bits(void **state) {
  (void)state;
  const qref_suite_header header = {.suite = "smoke", .version = "0", .hex = true, .hex_lanes = 1};
  qref_case item;
  begin(&item, "requantize/large", 1.0f, 536870911);
  qref_text text = {0};
  qref_suite_package_case(&header, &item, &text);
  expect(&text, "localparam int @__COUNT = 536870911;\n");
  if (sizeof(size_t) > 4) { /* elsewhere the tensors of so many elements overflow */
    begin(&item, "requantize/larger", 1.0f, (size_t)2147483648u);
    qref_suite_package_case(&header, &item, &text);
    expect(&text, "localparam longint unsigned @__COUNT = 64'd2147483648;\n");
  }
  qref_text_free(&text);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(names_stay_apart),
      cmocka_unit_test(large_values_keep_their_bits),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
