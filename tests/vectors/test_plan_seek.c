/* The search for operands on rounding boundaries: distances and classes against values computed by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* CMocka needs the above first. */
#include <cmocka.h>

#include "ref/vectors/generate/seek.h"

static void distances_from_a_tie(void **state) {
  (void)state;
  assert_int_equal(qref_seek_tie_distance(0.5f), 0);
  assert_int_equal(qref_seek_tie_distance(-127.5f), 0);
  assert_int_equal(qref_seek_tie_distance(0x1.000002p-1f), 1);
  assert_int_equal(qref_seek_tie_distance(-0x1.000002p-1f), 1);
  assert_int_equal(qref_seek_tie_distance(0x1.fffffep-2f), -1);
  assert_int_equal(qref_seek_tie_distance(-126.5f - 0x1p-16f), 2); /* a step there is 2^-17 */
  assert_int_equal(qref_seek_tie_distance(126.5f - 0x1p-16f), -2);
  assert_int_equal(qref_seek_tie_distance(4194303.5f), 0); /* 2^22 - 1/2 */
  assert_int_equal(qref_seek_tie_distance(3.25f), QREF_SEEK_FAR);
  assert_int_equal(qref_seek_tie_distance(0.0f), QREF_SEEK_FAR);
  assert_int_equal(qref_seek_tie_distance(8388608.0f), QREF_SEEK_FAR);
  assert_int_equal(qref_seek_tie_distance(qref_f32_from_bits(0x7f800000)), QREF_SEEK_FAR);
  assert_int_equal(qref_seek_tie_distance(qref_f32_from_bits(0x7fc00000)), QREF_SEEK_FAR);
}

static void distances_from_a_float16_tie(void **state) {
  (void)state;
  assert_int_equal(qref_seek_f16_tie_distance(65520.0f), 0);        /* of overflow */
  assert_int_equal(qref_seek_f16_tie_distance(-65520.0078125f), 2); /* a step there is 2^-8 */
  assert_int_equal(qref_seek_f16_tie_distance(2049.0f), 0);         /* between 2048 and 2050 */
  assert_int_equal(qref_seek_f16_tie_distance(0x1p-25f), 0);        /* between 0 and the least subnormal */
  assert_int_equal(qref_seek_f16_tie_distance(0x1.8p-24f), 0);      /* between the least two */
  assert_int_equal(qref_seek_f16_tie_distance(-0x1.7ffffep-24f), -1);
  assert_int_equal(qref_seek_f16_tie_distance(0x1.ffcp-15f), 0); /* below the least normal, 2^-14 */
  assert_int_equal(qref_seek_f16_tie_distance(1.0f + 0x1p-11f), 0);
  assert_int_equal(qref_seek_f16_tie_distance(1.0f), QREF_SEEK_FAR);
  assert_int_equal(qref_seek_f16_tie_distance(65536.0f), QREF_SEEK_FAR);
}

/* A tie of float16 is where the store changes between the steps on both sides. */
static void float16_ties_are_where_the_store_changes(void **state) {
  (void)state;
  qref_seek_stream stream = {.seed = 3, .case_id = "seek", .name = "test"};
  size_t seen = 0;
  for (int i = 0; i < 20000; i++) {
    const float v = (float)qref_seek_integer(&stream, 1, 1 << 14) * (i % 2 == 0 ? 0x1p-27f : 0x1p-1f);
    const bool changes = qref_f16_from_f32(qref_seek_step(v, -1)) != qref_f16_from_f32(qref_seek_step(v, 1));
    assert_int_equal(changes, qref_seek_f16_tie_distance(v) == 0);
    seen += changes;
  }
  assert_true(seen > 100);
}

static void steps_move_away_from_zero(void **state) {
  (void)state;
  assert_true(qref_seek_step(1.0f, 1) == 1.0f + 0x1p-23f);
  assert_true(qref_seek_step(-1.0f, 1) == -1.0f - 0x1p-23f);
  assert_true(qref_seek_step(1.0f, -1) == 1.0f - 0x1p-24f);
}

static void classes_tell_what_matters_apart(void **state) {
  (void)state;
  static const float distinct[] = {0.5f,   -0.5f,  1.5f,   2.5f,    17.5f, 64.5f,
                                   126.5f, 127.5f, 128.5f, -128.5f, 65.5f, 0x1.000002p-1f};
  for (size_t i = 0; i < sizeof distinct / sizeof distinct[0]; i++) {
    const int class = qref_seek_class(distinct[i]);
    assert_in_range(class, 0, QREF_SEEK_CLASSES - 1);
    for (size_t j = 0; j < i; j++) {
      assert_int_not_equal(class, qref_seek_class(distinct[j]));
    }
  }
  assert_int_equal(qref_seek_class(64.5f), qref_seek_class(66.5f));
  assert_int_equal(qref_seek_class(1.0f), -1);
  assert_int_equal(qref_seek_class(129.5f), -1);
  qref_seek_quota quota = {{0}};
  assert_true(qref_seek_take(&quota, 2.5f, 1));
  assert_false(qref_seek_take(&quota, 4.5f, 1));
  assert_true(qref_seek_take(&quota, 3.5f, 1));
}

static void a_sum_is_reached(void **state) {
  (void)state;
  const int8_t w[5] = {-128, 127, 99, -101, 1};
  static const int64_t targets[] = {0, 1, -1, 50001, -50001, 16129, 57000};
  for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++) {
    int8_t x[10] = {5, 1, -7, 2, 100, 3, 12, 4, 0, 5};
    assert_true(qref_seek_dot(w, x, 5, 2, targets[i]));
    int64_t sum = 0;
    for (size_t k = 0; k < 5; k++) {
      sum += w[k] * x[2 * k];
      assert_int_equal(x[2 * k + 1], k + 1); /* what lies between is left alone */
    }
    assert_int_equal(sum, targets[i]);
  }
  int8_t x[5] = {0};
  assert_false(qref_seek_dot(w, x, 5, 1, 200000));
}

static void streams_repeat_and_differ(void **state) {
  (void)state;
  qref_seek_stream a = {.seed = 1, .case_id = "a", .name = "x"};
  qref_seek_stream again = a;
  qref_seek_stream b = {.seed = 1, .case_id = "a", .name = "y"};
  int equal = 0;
  for (int i = 0; i < 100; i++) {
    const uint64_t bits = qref_seek_bits(&a);
    assert_true(bits == qref_seek_bits(&again));
    equal += bits == qref_seek_bits(&b);
    const int64_t integer = qref_seek_integer(&b, -3, 4);
    assert_true(integer >= -3 && integer <= 4);
    const float scale = qref_seek_scale(&b, 0.5f, 0.75f);
    assert_true(scale >= 0.5f && scale <= 0.75f && (qref_bits_from_f32(scale) & 1u) == 1);
  }
  assert_int_equal(equal, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(distances_from_a_tie),
      cmocka_unit_test(distances_from_a_float16_tie),
      cmocka_unit_test(float16_ties_are_where_the_store_changes),
      cmocka_unit_test(steps_move_away_from_zero),
      cmocka_unit_test(classes_tell_what_matters_apart),
      cmocka_unit_test(a_sum_is_reached),
      cmocka_unit_test(streams_repeat_and_differ),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
