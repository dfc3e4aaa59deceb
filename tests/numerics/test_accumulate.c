/* Accumulators of 16 to 32 bits. */
#include "tests/numerics/assert_float.h"

static void check(uint32_t bits, qref_overflow overflow, int64_t acc, int64_t product, int64_t expected,
                  uint64_t overflows) {
  const qref_accumulator_rule rule = {bits, overflow};
  qref_counts counts = {0};
  assert_int_equal(qref_accumulate((int32_t)acc, (int32_t)product, &rule, &counts), (int32_t)expected);
  assert_int_equal(counts.accumulator_overflows, overflows);
  assert_int_equal(counts.saturated, 0);
  assert_int_equal(counts.wrapped, 0);
  assert_int_equal(qref_accumulate((int32_t)acc, (int32_t)product, &rule, NULL), (int32_t)expected);
}

static void every_width_at_its_limits(void **state) {
  (void)state;
  for (uint32_t bits = 16; bits <= 32; bits++) {
    const int64_t largest = (INT64_C(1) << (bits - 1)) - 1;
    const int64_t smallest = -largest - 1;
    for (int overflow = QREF_OVERFLOW_SATURATE; overflow <= QREF_OVERFLOW_WRAP; overflow++) {
      check(bits, (qref_overflow)overflow, 0, 0, 0, 0);
      check(bits, (qref_overflow)overflow, largest - 1, 1, largest, 0);
      check(bits, (qref_overflow)overflow, smallest + 1, -1, smallest, 0);
      check(bits, (qref_overflow)overflow, smallest, largest, -1, 0);
    }
    check(bits, QREF_OVERFLOW_SATURATE, largest, 1, largest, 1);
    check(bits, QREF_OVERFLOW_SATURATE, smallest, -1, smallest, 1);
    check(bits, QREF_OVERFLOW_SATURATE, largest, largest, largest, 1);
    check(bits, QREF_OVERFLOW_WRAP, largest, 1, smallest, 1);
    check(bits, QREF_OVERFLOW_WRAP, smallest, -1, largest, 1);
    check(bits, QREF_OVERFLOW_WRAP, largest, largest, -2, 1);
    check(bits, QREF_OVERFLOW_WRAP, smallest, smallest, 0, 1);
  }
}

static void a_product_wider_than_the_accumulator(void **state) {
  (void)state;
  check(16, QREF_OVERFLOW_SATURATE, 0, INT32_MAX, 32767, 1);
  check(16, QREF_OVERFLOW_SATURATE, 0, INT32_MIN, -32768, 1);
  check(16, QREF_OVERFLOW_WRAP, 0, INT32_MAX, -1, 1);
  check(16, QREF_OVERFLOW_WRAP, 5, INT32_MIN, 5, 1);
  check(16, QREF_OVERFLOW_WRAP, 0, 0x12345678, 0x5678, 1);
  check(20, QREF_OVERFLOW_WRAP, 0, 0x12345678, 0x45678, 1);
  check(20, QREF_OVERFLOW_WRAP, 0, 0x123c5678, 0xc5678 - 0x100000, 1);
}

/* Steps of one, the slowest way to go round. */
static void wrapping_adds_up_like_single_steps(void **state) {
  (void)state;
  const qref_accumulator_rule rule = {16, QREF_OVERFLOW_WRAP};
  int32_t naive = 32000;
  for (int32_t added = 1; added < 200000; added++) {
    naive = naive == 32767 ? -32768 : naive + 1;
    assert_int_equal(qref_accumulate(32000, added, &rule, NULL), naive);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_width_at_its_limits),
      cmocka_unit_test(a_product_wider_than_the_accumulator),
      cmocka_unit_test(wrapping_adds_up_like_single_steps),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
