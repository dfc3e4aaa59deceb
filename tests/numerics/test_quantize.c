/* Rounding to int8 with both kinds of overflow, what is counted, and the two forms of a scale. */
#include <math.h>

#include "tests/numerics/assert_float.h"

static const qref_rounding_rule saturate = {QREF_ROUND_HALF_EVEN, QREF_OVERFLOW_SATURATE, 0};
static const qref_rounding_rule wrap = {QREF_ROUND_HALF_EVEN, QREF_OVERFLOW_WRAP, 0};

static void check(const qref_rounding_rule *rule, float v, int expected, uint64_t saturated, uint64_t wrapped,
                  uint64_t not_a_number) {
  qref_counts counts = {0};
  const int got = qref_round_to_int8(v, rule, 0, &counts);
  if (got != expected || counts.saturated != saturated || counts.wrapped != wrapped ||
      counts.not_a_number != not_a_number || counts.nonpositive_rows != 0 || counts.accumulator_overflows != 0) {
    fail_msg("at %a: got %d, expected %d; saturated %d, wrapped %d, not a number %d", (double)v, got, expected,
             (int)counts.saturated, (int)counts.wrapped, (int)counts.not_a_number);
  }
  assert_int_equal(qref_round_to_int8(v, rule, 0, NULL), expected);
}

static void saturation(void **state) {
  (void)state;
  check(&saturate, 0.0f, 0, 0, 0, 0);
  check(&saturate, -0.0f, 0, 0, 0, 0);
  check(&saturate, 127.0f, 127, 0, 0, 0);
  check(&saturate, nextafterf(127.5f, 0.0f), 127, 0, 0, 0);
  check(&saturate, 127.5f, 127, 1, 0, 0); /* rounds to 128 */
  check(&saturate, 128.0f, 127, 1, 0, 0);
  check(&saturate, -128.0f, -128, 0, 0, 0);
  check(&saturate, -128.5f, -128, 0, 0, 0); /* rounds to -128: nothing is clamped */
  check(&saturate, nextafterf(-128.5f, -200.0f), -128, 1, 0, 0);
  check(&saturate, -129.0f, -128, 1, 0, 0);
  check(&saturate, 0x1.fffffep+127f, 127, 1, 0, 0);
  check(&saturate, -0x1.fffffep+127f, -128, 1, 0, 0);
  check(&saturate, INFINITY, 127, 1, 0, 0);
  check(&saturate, -INFINITY, -128, 1, 0, 0);
}

static void wrapping(void **state) {
  (void)state;
  check(&wrap, 127.0f, 127, 0, 0, 0);
  check(&wrap, -128.0f, -128, 0, 0, 0);
  check(&wrap, 128.0f, -128, 0, 1, 0);
  check(&wrap, 127.5f, -128, 0, 1, 0);
  check(&wrap, -129.0f, 127, 0, 1, 0);
  check(&wrap, 255.0f, -1, 0, 1, 0);
  check(&wrap, 256.0f, 0, 0, 1, 0);
  check(&wrap, -256.0f, 0, 0, 1, 0);
  check(&wrap, 300.0f, 44, 0, 1, 0);
  check(&wrap, -300.0f, -44, 0, 1, 0);
  check(&wrap, 16777215.0f, -1, 0, 1, 0);     /* 2^24 - 1 */
  check(&wrap, 2147483520.0f, -128, 0, 1, 0); /* 2^31 - 128 */
  check(&wrap, 2147483648.0f, 0, 0, 1, 0);    /* 2^31 */
  check(&wrap, -2147483648.0f, 0, 0, 1, 0);   /* -2^31 */
  check(&wrap, -2147483904.0f, 0, 0, 1, 0);   /* -2^31 - 256 */
  check(&wrap, 0x1.fffffep+127f, 0, 0, 1, 0);
  check(&wrap, INFINITY, 0, 0, 1, 0);
  check(&wrap, -INFINITY, 0, 0, 1, 0);
}

static void not_a_number(void **state) {
  (void)state;
  check(&saturate, qref_f32_from_bits(0x7fc00000u), 0, 0, 0, 1);
  check(&wrap, qref_f32_from_bits(0xff800001u), 0, 0, 0, 1);
}

/* Modulo in binary64, where fmod is exact. */
static void random_values_against_fmod_and_clamp(void **state) {
  (void)state;
  for (uint64_t i = 0; i < 300000; i++) {
    const uint64_t random = qref_random_bits(1, 1, i);
    const float v =
        (i & 1u) != 0 ? qref_f32_from_bits((uint32_t)random) : ((float)(random >> 40) - 0x1p+23f) * 0x1p-13f;
    if (v != v || v - v != 0.0f) {
      continue;
    }
    const double rounded = rint((double)v);
    const bool fits = rounded >= -128.0 && rounded <= 127.0;
    check(&saturate, v, (int)fmin(fmax(rounded, -128.0), 127.0), !fits, 0, 0);
    double low = fmod(rounded, 256.0);
    low = low > 127.0 ? low - 256.0 : low < -128.0 ? low + 256.0 : low;
    check(&wrap, v, (int)low, 0, !fits, 0);
  }
}

static void counts_add_up(void **state) {
  (void)state;
  qref_counts counts = {.saturated = 5};
  qref_round_to_int8(1000.0f, &saturate, 0, &counts);
  qref_round_to_int8(-1000.0f, &saturate, 0, &counts);
  qref_round_to_int8(1.0f, &saturate, 0, &counts);
  assert_int_equal(counts.saturated, 7);
}

static void every_rounding_reaches_int8(void **state) {
  (void)state;
  const int expected[] = {-3, -2, -2, -2, -3}; /* half_away, half_even, half_up, toward_zero, floor of -2.5 */
  for (int rounding = 0; rounding < 5; rounding++) {
    const qref_rounding_rule rule = {(qref_rounding)rounding, QREF_OVERFLOW_SATURATE, 0};
    check(&rule, -2.5f, expected[rounding], 0, 0, 0);
  }
}

static void stochastic_uses_seed_and_index(void **state) {
  (void)state;
  bool differs_by_seed = false;
  bool differs_by_index = false;
  for (uint64_t index = 0; index < 64; index++) {
    const qref_rounding_rule one = {QREF_ROUND_STOCHASTIC, QREF_OVERFLOW_SATURATE, 1};
    const qref_rounding_rule two = {QREF_ROUND_STOCHASTIC, QREF_OVERFLOW_SATURATE, 2};
    const int value = qref_round_to_int8(10.5f, &one, index, NULL);
    assert_true(value == 10 || value == 11);
    assert_int_equal(value, (int)qref_round_f32(10.5f, QREF_ROUND_STOCHASTIC, 1, index));
    differs_by_seed = differs_by_seed || value != qref_round_to_int8(10.5f, &two, index, NULL);
    differs_by_index = differs_by_index || value != qref_round_to_int8(10.5f, &one, 0, NULL);
  }
  assert_true(differs_by_seed);
  assert_true(differs_by_index);
}

/* A quotient or product of float32 rounded through binary64 is the same as rounded once. */
static void both_forms_of_a_scale(void **state) {
  (void)state;
  size_t different = 0;
  for (uint64_t i = 0; i < 100000; i++) {
    const uint64_t random = qref_random_bits(2, 1, i);
    const float v = ((float)(random >> 40) - 0x1p+23f) * 0x1p-16f;
    const float scale = ((float)((random & 0xffffffu) + 1u)) * 0x1p-20f;
    const float quotient = (float)((double)v / (double)scale);
    const float inverse = (float)(1.0 / (double)scale);
    const float product = (float)((double)v * (double)inverse);
    assert_same_f32(qref_apply_scale(v, scale, QREF_SCALE_DIVISOR), quotient, v);
    assert_same_f32(qref_apply_scale(v, scale, QREF_SCALE_MULTIPLIER), product, v);
    different += quotient != product;
  }
  assert_true(different > 1000);
}

static void a_scale_of_zero_gives_the_canonical_nan(void **state) {
  (void)state;
  assert_int_equal(qref_bits_from_f32(qref_apply_scale(0.0f, 0.0f, QREF_SCALE_DIVISOR)), 0x7fc00000u);
  assert_int_equal(qref_bits_from_f32(qref_apply_scale(0.0f, 0.0f, QREF_SCALE_MULTIPLIER)), 0x7fc00000u);
  assert_int_equal(qref_bits_from_f32(qref_apply_scale(INFINITY, -INFINITY, QREF_SCALE_DIVISOR)), 0x7fc00000u);
}

static void quantize_is_scale_then_round(void **state) {
  (void)state;
  for (uint64_t i = 0; i < 100000; i++) {
    const uint64_t random = qref_random_bits(3, 1, i);
    const float v = ((float)(random >> 40) - 0x1p+23f) * 0x1p-16f;
    const float scale = ((float)((random & 0xffu) + 1u)) * 0x1p-7f;
    const qref_quantize_rule divisor = {QREF_SCALE_DIVISOR, {QREF_ROUND_HALF_AWAY, QREF_OVERFLOW_SATURATE, 0}};
    const double rounded = round((double)(float)((double)v / (double)scale));
    assert_int_equal(qref_quantize(v, scale, &divisor, 0, NULL), (int)fmin(fmax(rounded, -128.0), 127.0));
    const qref_quantize_rule multiplier = {QREF_SCALE_MULTIPLIER, {QREF_ROUND_FLOOR, QREF_OVERFLOW_SATURATE, 0}};
    const float inverse = (float)(1.0 / (double)scale);
    const double floored = floor((double)(float)((double)v * (double)inverse));
    assert_int_equal(qref_quantize(v, scale, &multiplier, 0, NULL), (int)fmin(fmax(floored, -128.0), 127.0));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(saturation),
      cmocka_unit_test(wrapping),
      cmocka_unit_test(not_a_number),
      cmocka_unit_test(random_values_against_fmod_and_clamp),
      cmocka_unit_test(counts_add_up),
      cmocka_unit_test(every_rounding_reaches_int8),
      cmocka_unit_test(stochastic_uses_seed_and_index),
      cmocka_unit_test(both_forms_of_a_scale),
      cmocka_unit_test(a_scale_of_zero_gives_the_canonical_nan),
      cmocka_unit_test(quantize_is_scale_then_round),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
