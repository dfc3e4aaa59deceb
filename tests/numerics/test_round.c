/* Every rounding against the C library's exact functions in binary64, and the stochastic one against its definition. */
#include <math.h>

#include "tests/numerics/assert_float.h"

/* v + 0.5 is exact in binary64 for |v| >= 2^-28 and below 2^29; smaller it stays between 0 and 1 all the same, larger v
 * is an integer that it leaves alone. */
static float naive(float v, qref_rounding rounding) {
  const double wide = (double)v;
  double rounded = 0.0;
  switch (rounding) {
    case QREF_ROUND_HALF_AWAY:
      rounded = round(wide);
      break;
    case QREF_ROUND_HALF_EVEN:
      rounded = rint(wide);
      break;
    case QREF_ROUND_HALF_UP:
      rounded = copysign(floor(wide + 0.5), wide);
      break;
    case QREF_ROUND_TOWARD_ZERO:
      rounded = trunc(wide);
      break;
    case QREF_ROUND_FLOOR:
      rounded = floor(wide);
      break;
    case QREF_ROUND_STOCHASTIC:
      fail_msg("has no naive form");
  }
  return (float)rounded;
}

static void check(float v) {
  for (int rounding = QREF_ROUND_HALF_AWAY; rounding <= QREF_ROUND_FLOOR; rounding++) {
    assert_same_f32(qref_round_f32(v, (qref_rounding)rounding, 0, 0), naive(v, (qref_rounding)rounding), v);
  }
}

static void check_both_signs(float v) {
  check(v);
  check(-v);
}

/* rows: half_away, half_even, half_up, toward_zero, floor */
static void known_values(void **state) {
  (void)state;
  const struct {
    float v;
    float expected[5];
  } cases[] = {
      {0.5f, {1.0f, 0.0f, 1.0f, 0.0f, 0.0f}},
      {-0.5f, {-1.0f, -0.0f, -0.0f, -0.0f, -1.0f}},
      {1.5f, {2.0f, 2.0f, 2.0f, 1.0f, 1.0f}},
      {-1.5f, {-2.0f, -2.0f, -1.0f, -1.0f, -2.0f}},
      {2.5f, {3.0f, 2.0f, 3.0f, 2.0f, 2.0f}},
      {-2.5f, {-3.0f, -2.0f, -2.0f, -2.0f, -3.0f}},
      {0x1.fffffep-2f, {0.0f, 0.0f, 0.0f, 0.0f, 0.0f}}, /* 0.49999997: adding 0.5 in float32 would give 1 */
      {-0x1.fffffep-2f, {-0.0f, -0.0f, -0.0f, -0.0f, -1.0f}},
      {0x1.000002p-1f, {1.0f, 1.0f, 1.0f, 0.0f, 0.0f}},
      {-0x1.000002p-1f, {-1.0f, -1.0f, -1.0f, -0.0f, -1.0f}},
      {-0.3f, {-0.0f, -0.0f, -0.0f, -0.0f, -1.0f}},
      {0.0f, {0.0f, 0.0f, 0.0f, 0.0f, 0.0f}},
      {-0.0f, {-0.0f, -0.0f, -0.0f, -0.0f, -0.0f}},
      {0x1p-149f, {0.0f, 0.0f, 0.0f, 0.0f, 0.0f}},
      {-0x1p-149f, {-0.0f, -0.0f, -0.0f, -0.0f, -1.0f}},
      {8388607.5f, {8388608.0f, 8388608.0f, 8388608.0f, 8388607.0f, 8388607.0f}},
      {-8388607.5f, {-8388608.0f, -8388608.0f, -8388607.0f, -8388607.0f, -8388608.0f}},
      {8388606.5f, {8388607.0f, 8388606.0f, 8388607.0f, 8388606.0f, 8388606.0f}},
      {8388609.0f, {8388609.0f, 8388609.0f, 8388609.0f, 8388609.0f, 8388609.0f}}, /* 2^23 + 1: adding 0.5 rounds */
      {0x1.fffffep+127f, {0x1.fffffep+127f, 0x1.fffffep+127f, 0x1.fffffep+127f, 0x1.fffffep+127f, 0x1.fffffep+127f}},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    for (int rounding = 0; rounding < 5; rounding++) {
      assert_same_f32(qref_round_f32(cases[i].v, (qref_rounding)rounding, 0, 0), cases[i].expected[rounding],
                      cases[i].v);
    }
  }
}

static void halves_and_their_neighbours(void **state) {
  (void)state;
  for (int32_t n = 0; n <= 70000; n++) {
    const float half = (float)n + 0.5f;
    check_both_signs(half);
    check_both_signs(nextafterf(half, 0.0f));
    check_both_signs(nextafterf(half, INFINITY));
    check_both_signs((float)n);
    check_both_signs(nextafterf((float)n, INFINITY));
  }
}

static void around_the_powers_of_2(void **state) {
  (void)state;
  for (int exponent = -149; exponent <= 127; exponent++) {
    const uint32_t bits = qref_bits_from_f32(ldexpf(1.0f, exponent));
    for (uint32_t step = 0; step < 8; step++) {
      check_both_signs(qref_f32_from_bits(bits + step));
      check_both_signs(qref_f32_from_bits(bits >= step ? bits - step : 0));
    }
  }
}

static void an_even_sample_of_all_patterns(void **state) {
  (void)state;
  for (uint64_t bits = 0; bits <= UINT32_MAX; bits += 1009) {
    const float v = qref_f32_from_bits((uint32_t)bits);
    if (v == v) {
      check(v);
    }
  }
}

static void infinities_stay_and_nan_is_canonical(void **state) {
  (void)state;
  for (int rounding = QREF_ROUND_HALF_AWAY; rounding <= QREF_ROUND_STOCHASTIC; rounding++) {
    assert_same_f32(qref_round_f32(INFINITY, (qref_rounding)rounding, 1, 1), INFINITY, rounding);
    assert_same_f32(qref_round_f32(-INFINITY, (qref_rounding)rounding, 1, 1), -INFINITY, rounding);
    const uint32_t patterns[] = {0x7fc00000u, 0xffc00000u, 0x7f800001u, 0xffffffffu};
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
      const float rounded = qref_round_f32(qref_f32_from_bits(patterns[i]), (qref_rounding)rounding, 1, 1);
      assert_int_equal(qref_bits_from_f32(rounded), 0x7fc00000u);
    }
  }
}

/* floor(v), plus 1 if u < v - floor(v), u being the top 24 bits scaled to [0, 1). v - floor(v) is exact in binary64 for
 * |v| >= 2^-28. */
static void stochastic_follows_its_definition(void **state) {
  (void)state;
  const uint64_t seed = 42;
  uint64_t ups = 0;
  for (uint64_t index = 0; index < 200000; index++) {
    const uint64_t source = qref_random_bits(7, 7, index);
    const float v = ((float)(source >> 40) - 0x1p+23f) * 0x1p-16f; /* -128 .. 128 in steps of 2^-16 */
    const double u = (double)(qref_random_bits(seed, 0, index) >> 40) * 0x1p-24;
    const double below = floor((double)v);
    const double expected = below + (u < (double)v - below ? 1.0 : 0.0);
    ups += expected > below;
    assert_same_f32(qref_round_f32(v, QREF_ROUND_STOCHASTIC, seed, index), (float)copysign(expected, (double)v), v);
  }
  assert_true(ups > 90000 && ups < 110000);
}

static void stochastic_is_unbiased(void **state) {
  (void)state;
  const float values[] = {0.25f, -0.25f, 3.125f, -7.9f, 100.5f};
  for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
    double sum = 0.0;
    const uint64_t count = 100000;
    for (uint64_t index = 0; index < count; index++) {
      sum += (double)qref_round_f32(values[i], QREF_ROUND_STOCHASTIC, 3, index);
    }
    /* The standard deviation of the mean is at most 0.5 / sqrt(count) = 0.0016. */
    assert_true(fabs(sum / (double)count - (double)values[i]) < 0.008);
  }
}

static void stochastic_at_the_ends_of_the_fraction(void **state) {
  (void)state;
  for (uint64_t index = 0; index < 10000; index++) {
    /* Integers never move. */
    assert_same_f32(qref_round_f32(5.0f, QREF_ROUND_STOCHASTIC, 1, index), 5.0f, index);
    assert_same_f32(qref_round_f32(-5.0f, QREF_ROUND_STOCHASTIC, 1, index), -5.0f, index);
    assert_same_f32(qref_round_f32(0.0f, QREF_ROUND_STOCHASTIC, 1, index), 0.0f, index);
    /* 1 - 2^-149 exceeds every u, the largest being 1 - 2^-24; forming it in binary64 would give 1. */
    assert_same_f32(qref_round_f32(-0x1p-149f, QREF_ROUND_STOCHASTIC, 1, index), -0.0f, index);
    assert_same_f32(qref_round_f32(-0x1p-25f, QREF_ROUND_STOCHASTIC, 1, index), -0.0f, index);
    /* 2^-149 exceeds u = 0 alone. */
    const float expected = qref_random_bits(1, 0, index) >> 40 == 0 ? 1.0f : 0.0f;
    assert_same_f32(qref_round_f32(0x1p-149f, QREF_ROUND_STOCHASTIC, 1, index), expected, index);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(known_values),
      cmocka_unit_test(halves_and_their_neighbours),
      cmocka_unit_test(around_the_powers_of_2),
      cmocka_unit_test(an_even_sample_of_all_patterns),
      cmocka_unit_test(infinities_stay_and_nan_is_canonical),
      cmocka_unit_test(stochastic_follows_its_definition),
      cmocka_unit_test(stochastic_is_unbiased),
      cmocka_unit_test(stochastic_at_the_ends_of_the_fraction),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
