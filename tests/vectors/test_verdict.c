/* Distances and verdicts against values worked out by hand. */
#include "ref/vectors/verdict.h"

#include <math.h>

#include "tests/base/support.h"

static void names(void **state) {
  (void)state;
  assert_string_equal(qref_verdict_name(QREF_VERDICT_EXACT), "exact");
  assert_string_equal(qref_verdict_name(QREF_VERDICT_TIE), "tie");
  assert_string_equal(qref_verdict_name(QREF_VERDICT_BUG), "bug");
}

static void spacing(void **state) {
  (void)state;
  assert_true(qref_ulp_f32(1.0) == 0x1p-23);
  assert_true(qref_ulp_f32(-1.5) == 0x1p-23);
  assert_true(qref_ulp_f32(0.999) == 0x1p-24);
  assert_true(qref_ulp_f32(0.0) == 0x1p-149);
  assert_true(qref_ulp_f16(1.0) == 0x1p-10);
  assert_true(qref_ulp_f16(2047.0) == 1.0);
  assert_true(qref_ulp_f16(0x1p-20) == 0x1p-24); /* subnormal */
}

static void distances(void **state) {
  (void)state;
  assert_int_equal(qref_ulp_distance_f16(0x3c00, 0x3c01), 1);
  assert_int_equal(qref_ulp_distance_f16(0x0001, 0x8001), 2); /* across zero */
  assert_int_equal(qref_ulp_distance_f16(0x0000, 0x8000), 0);
  assert_int_equal(qref_ulp_distance_f16(0x7bff, 0x7c00), 1); /* the largest number and infinity */
  assert_true(qref_ulp_distance_f16(0x7e00, 0x3c00) == UINT64_MAX);
  assert_int_equal(qref_ulp_distance_f32(1.0f, 1.0f + 0x1p-22f), 2);
}

static void boundaries(void **state) {
  (void)state;
  assert_true(qref_boundary_distance(2.5, QREF_ROUND_HALF_EVEN) == 0.0);
  assert_true(qref_boundary_distance(-2.25, QREF_ROUND_HALF_AWAY) == 0.25);
  assert_true(qref_boundary_distance(2.0, QREF_ROUND_HALF_EVEN) == 0.5);
  assert_true(qref_boundary_distance(2.0, QREF_ROUND_FLOOR) == 0.0);
  assert_true(qref_boundary_distance(2.75, QREF_ROUND_TOWARD_ZERO) == 0.25);
}

static void int8_verdicts(void **state) {
  (void)state;
  const qref_rounding_rule saturating = {.rounding = QREF_ROUND_HALF_EVEN, .overflow = QREF_OVERFLOW_SATURATE};
  const qref_rounding_rule wrapping = {.rounding = QREF_ROUND_HALF_AWAY, .overflow = QREF_OVERFLOW_WRAP};
  const float ulp = 0x1p-22f; /* of 2.5 */
  assert_int_equal(qref_verdict_int8(2, 2, 2.4f, &saturating, 0, 0.0), QREF_VERDICT_EXACT);
  /* within 2 ulp of the boundary, and beyond */
  assert_int_equal(qref_verdict_int8(3, 2, 2.5f, &saturating, 0, 0.0), QREF_VERDICT_TIE);
  assert_int_equal(qref_verdict_int8(3, 2, 2.5f - 2 * ulp, &saturating, 0, 0.0), QREF_VERDICT_TIE);
  assert_int_equal(qref_verdict_int8(2, 3, 2.5f + 2 * ulp, &saturating, 0, 0.0), QREF_VERDICT_TIE);
  assert_int_equal(qref_verdict_int8(3, 2, 2.5f - 3 * ulp, &saturating, 0, 0.0), QREF_VERDICT_BUG);
  assert_int_equal(qref_verdict_int8(3, 2, 2.5f - 3 * ulp, &saturating, 0, 4.0 * (double)ulp), QREF_VERDICT_TIE);
  /* next to a boundary, but on its other side lies 3, not 1; and two steps are never a tie */
  assert_int_equal(qref_verdict_int8(1, 2, 2.5f, &saturating, 0, 0.0), QREF_VERDICT_BUG);
  assert_int_equal(qref_verdict_int8(4, 2, 2.5f, &saturating, 0, 100.0), QREF_VERDICT_BUG);
  /* the other overflow rule: 200 wraps to -56 */
  assert_int_equal(qref_verdict_int8(-56, 127, 200.0f, &saturating, 0, 0.0), QREF_VERDICT_WRAP);
  assert_int_equal(qref_verdict_int8(127, -56, 200.0f, &wrapping, 0, 0.0), QREF_VERDICT_SATURATION);
  /* a wrap at the boundary: 127.5 rounds to 128 = -128, its neighbour is 127 */
  assert_int_equal(qref_verdict_int8(127, -128, 127.5f, &wrapping, 0, 0.0), QREF_VERDICT_TIE);
  assert_int_equal(qref_verdict_int8(5, 2, NAN, &saturating, 0, 0.0), QREF_VERDICT_BUG);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(names),      cmocka_unit_test(spacing),       cmocka_unit_test(distances),
      cmocka_unit_test(boundaries), cmocka_unit_test(int8_verdicts),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
