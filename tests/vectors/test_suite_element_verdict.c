/* The verdict on one element of a suite. */
#include "ref/vectors/suite/element_verdict.h"

#include <math.h>

#include "tests/base/support.h"

static void run_case(qref_case *item) {
  const qref_backend *backend = NULL;
  qref_error error = {""};
  assert_int_equal(qref_backend_find("ref", &backend, &error), QREF_OK);
  if (qref_case_run(item, backend, 1, &error) != QREF_OK) {
    fail_msg("%s", error.message);
  }
}

static size_t position(const qref_case *item, const char *name) {
  return (size_t)(qref_case_tensor_const(item, name) - item->tensors);
}

/* 1 + 2^-11 lies halfway between the float16 numbers 1 and 1 + 2^-10. */
static void float16_halfway(void **state) {
  (void)state;
  qref_case item;
  qref_error error = {""};
  qref_case_begin(&item, QREF_OP_LINEAR_W8A8_F16, "linear_w8a8_f16/tie", qref_profile_builtin("quamba"));
  item.args.linear_w8a8.rows = item.args.linear_w8a8.columns = item.args.linear_w8a8.depth = 1;
  item.args.linear_w8a8.input_scale = 1.0f;
  assert_int_equal(qref_case_allocate(&item, &error), QREF_OK);
  qref_case_i8(&item, "x")[0] = 1;
  qref_case_i8(&item, "w")[0] = 1;
  qref_case_f32(&item, "weight_scale")[0] = 1.0f + 0x1p-11f;
  run_case(&item);
  const size_t y = position(&item, "y_f16");
  assert_int_equal(qref_case_tensor_bits(&item.tensors[y], 0), 0x3c00); /* to even */
  assert_int_equal(qref_element_verdict_of(&item, y, 0, 0x3c00).verdict, QREF_VERDICT_EXACT);
  assert_int_equal(qref_element_verdict_of(&item, y, 0, 0x3c01).verdict, QREF_VERDICT_TIE);
  assert_int_equal(qref_element_verdict_of(&item, y, 0, 0x3bff).verdict, QREF_VERDICT_BUG);
  assert_int_equal(qref_element_verdict_of(&item, y, 0, 0x3c02).verdict, QREF_VERDICT_BUG);
  assert_true(qref_element_verdict_of(&item, y, 0, 0x3c01).before_rounding == 1.0f + 0x1p-11f);
  /* An accumulator has no rounding: nothing excuses it. */
  const size_t accumulator = position(&item, "accumulator");
  const qref_element_verdict wrong = qref_element_verdict_of(&item, accumulator, 0, 2);
  assert_int_equal(wrong.verdict, QREF_VERDICT_BUG);
  assert_true(isnan(wrong.before_rounding));
  assert_true(isnan(wrong.boundary_distance));
  qref_case_free(&item);
}

/* A Hadamard transform of dimension 1 is the value itself: 200 wraps to -56, or is clamped to 127. */
static void other_overflow(void **state) {
  (void)state;
  static const struct {
    const char *profile;
    uint32_t expected, other;
    qref_verdict verdict;
  } rules[] = {{"quamba", 0xc8, 0x7f, QREF_VERDICT_SATURATION}, {"quamba-saturating", 0x7f, 0xc8, QREF_VERDICT_WRAP}};
  for (size_t i = 0; i < 2; i++) {
    qref_case item;
    qref_error error = {""};
    qref_case_begin(&item, QREF_OP_HADAMARD, "hadamard/overflow", qref_profile_builtin(rules[i].profile));
    item.args.hadamard.rows = 1;
    item.args.hadamard.dim = 1;
    item.args.hadamard.scale = 1.0f;
    assert_int_equal(qref_case_allocate(&item, &error), QREF_OK);
    qref_case_f16(&item, "x")[0] = qref_f16_from_f32(200.0f);
    run_case(&item);
    const size_t y = position(&item, "y");
    assert_int_equal(qref_case_tensor_bits(&item.tensors[y], 0), rules[i].expected);
    const qref_element_verdict found = qref_element_verdict_of(&item, y, 0, rules[i].other);
    assert_int_equal(found.verdict, rules[i].verdict);
    assert_true(found.before_rounding == 200.0f);
    assert_true(found.boundary_distance == 0.5);
    assert_int_equal(qref_element_verdict_of(&item, y, 0, 0).verdict, QREF_VERDICT_BUG);
    qref_case_free(&item);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(float16_halfway),
      cmocka_unit_test(other_overflow),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
