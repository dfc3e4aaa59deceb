/* bfloat16 against the naive conversion: every pattern, every boundary between two patterns, samples. */
#include "tests/numerics/assert_float.h"
#include "tests/numerics/naive_narrow.h"

enum { FRACTION_BITS = 7, MAXIMUM_EXPONENT = 127 };

static const uint32_t infinity_pattern = 0x7f80u;

static void check_f64(double value) {
  const uint16_t got = qref_bf16_from_f64(value);
  const uint16_t expected = naive_narrow(value, FRACTION_BITS, MAXIMUM_EXPONENT);
  if (got != expected) {
    fail_msg("at %a: got 0x%04x, expected 0x%04x", value, got, expected);
  }
}

static void check_f32(float value) {
  const uint16_t got = qref_bf16_from_f32(value);
  const uint16_t expected = naive_narrow((double)value, FRACTION_BITS, MAXIMUM_EXPONENT);
  if (got != expected) {
    fail_msg("at %a: got 0x%04x, expected 0x%04x", (double)value, got, expected);
  }
}

static void every_pattern_widens_and_comes_back(void **state) {
  (void)state;
  for (uint32_t pattern = 0; pattern < 0x10000u; pattern++) {
    const uint32_t magnitude = pattern & 0x7fffu;
    const float wide = qref_f32_from_bf16((uint16_t)pattern);
    if (magnitude > infinity_pattern) {
      assert_int_equal(qref_bits_from_f32(wide), 0x7fc00000u);
      assert_int_equal(qref_bf16_from_f32(wide), 0x7fc0u);
      continue;
    }
    const double value = magnitude == infinity_pattern ? (double)INFINITY
                                                       : naive_narrow_value(magnitude, FRACTION_BITS, MAXIMUM_EXPONENT);
    assert_same_f32(wide, (float)((pattern & 0x8000u) != 0 ? -value : value), pattern);
    assert_int_equal(qref_bf16_from_f32(wide), pattern);
    assert_int_equal(qref_bf16_from_f64((double)wide), pattern);
  }
}

/* The tie between two neighbours, 1 ulp of binary64 and of float32 to either side of it; the last pair is the largest
 * finite value and infinity. */
static void every_boundary(void **state) {
  (void)state;
  for (uint32_t pattern = 0; pattern < infinity_pattern; pattern++) {
    const double low = naive_narrow_value(pattern, FRACTION_BITS, MAXIMUM_EXPONENT);
    const double high = naive_narrow_value(pattern + 1, FRACTION_BITS, MAXIMUM_EXPONENT);
    const double tie = (low + high) / 2;
    const uint32_t even = pattern % 2 == 0 ? pattern : pattern + 1;
    assert_int_equal(qref_bf16_from_f64(tie), even);
    assert_int_equal(qref_bf16_from_f64(-tie), even | 0x8000u);
    assert_int_equal(qref_bf16_from_f64(nextafter(tie, 0.0)), pattern);
    assert_int_equal(qref_bf16_from_f64(nextafter(tie, (double)INFINITY)), pattern + 1);
    const float tie_f32 = (float)tie;
    if ((double)tie_f32 == tie) { /* always but below the float32 subnormals */
      assert_int_equal(qref_bf16_from_f32(tie_f32), even);
      assert_int_equal(qref_bf16_from_f32(-tie_f32), even | 0x8000u);
      assert_int_equal(qref_bf16_from_f32(nextafterf(tie_f32, 0.0f)), pattern);
      assert_int_equal(qref_bf16_from_f32(nextafterf(tie_f32, INFINITY)), pattern + 1);
    }
  }
}

/* Rounding to float32 on the way would turn these into ties. */
static void binary64_is_rounded_once(void **state) {
  (void)state;
  const double just_above_a_tie = 1.0 + ldexp(1.0, -FRACTION_BITS - 1) + 0x1p-50;
  assert_int_equal(qref_bf16_from_f64(just_above_a_tie), naive_narrow(1.0, FRACTION_BITS, MAXIMUM_EXPONENT) + 1);
  assert_int_equal(qref_bf16_from_f32((float)just_above_a_tie), naive_narrow(1.0, FRACTION_BITS, MAXIMUM_EXPONENT));
}

static void special_values(void **state) {
  (void)state;
  assert_int_equal(qref_bf16_from_f32(0.0f), 0x0000);
  assert_int_equal(qref_bf16_from_f32(-0.0f), 0x8000);
  assert_int_equal(qref_bf16_from_f32(INFINITY), 0x7f80u);
  assert_int_equal(qref_bf16_from_f32(-INFINITY), 0x7f80u | 0x8000u);
  assert_int_equal(qref_bf16_from_f64((double)INFINITY), 0x7f80u);
  assert_int_equal(qref_bf16_from_f64(-0x1p+1023), 0x7f80u | 0x8000u);
  assert_int_equal(qref_bf16_from_f64(-0x1p-1074), 0x8000);
  const uint32_t nans[] = {0x7fc00000u, 0xffc00000u, 0x7f800001u, 0xff812345u};
  for (size_t i = 0; i < sizeof nans / sizeof *nans; i++) {
    assert_int_equal(qref_bf16_from_f32(qref_f32_from_bits(nans[i])), 0x7fc0u);
    assert_int_equal(qref_bf16_from_f64((double)qref_f32_from_bits(nans[i])), 0x7fc0u);
  }
}

static void samples_of_all_float32(void **state) {
  (void)state;
  for (uint64_t bits = 0; bits <= UINT32_MAX; bits += 2003) {
    check_f32(qref_f32_from_bits((uint32_t)bits));
  }
  for (uint32_t high = 0; high < 0x10000u; high++) {
    const uint32_t lows[] = {0x0001u, 0x0fffu, 0x1000u, 0x1001u, 0x2fffu, 0x3000u, 0x7fffu, 0x8000u, 0x8001u, 0xffffu};
    for (size_t i = 0; i < sizeof lows / sizeof *lows; i++) {
      check_f32(qref_f32_from_bits(high << 16 | lows[i]));
    }
  }
}

static void samples_of_binary64(void **state) {
  (void)state;
  for (uint64_t i = 0; i < 200000; i++) {
    const uint64_t random = qref_random_bits(4, 1, i);
    const double significand = 1.0 + (double)(random >> 12) * 0x1p-52;
    const int exponent = (int)(random % 320u) - 160;
    check_f64(ldexp((random & 0x800u) != 0 ? -significand : significand, exponent));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_pattern_widens_and_comes_back),
      cmocka_unit_test(every_boundary),
      cmocka_unit_test(binary64_is_rounded_once),
      cmocka_unit_test(special_values),
      cmocka_unit_test(samples_of_all_float32),
      cmocka_unit_test(samples_of_binary64),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
