/* The DPI-C entry points: operands, enumerations, packing and defined results for what is out of range. Expected values
 * are worked out by hand from SPEC; the numerics themselves are tested in tests/numerics. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <qref/dpi.h>

enum { SATURATE = 0, WRAP = 1 };
enum { HALF_AWAY, HALF_EVEN, HALF_UP, TOWARD_ZERO, FLOOR, STOCHASTIC };
#define NAN_BITS 0x7fc00000u

static void accumulate_takes_int8_operands_with_or_without_sign(void **state) {
  (void)state;
  assert_int_equal(qref_dpi_accumulate(10, -3, 5, 32, SATURATE), -5);
  assert_int_equal(qref_dpi_accumulate(10, 0xfd, 5, 32, SATURATE), -5);
  assert_int_equal(qref_dpi_accumulate(0, 0x80, 0x80, 32, WRAP), 16384);
  assert_int_equal(qref_dpi_accumulate(0, -128, 127, 16, WRAP), -16256);
}

static void accumulate_narrows(void **state) {
  (void)state;
  assert_int_equal(qref_dpi_accumulate(32767, 1, 1, 16, SATURATE), 32767);
  assert_int_equal(qref_dpi_accumulate(32767, 1, 1, 16, WRAP), -32768);
  assert_int_equal(qref_dpi_accumulate(-65536, 1, -1, 17, SATURATE), -65536);
  assert_int_equal(qref_dpi_accumulate(-65536, 1, -1, 17, WRAP), 65535);
  assert_int_equal(qref_dpi_accumulate(INT32_MAX, 1, 1, 32, WRAP), INT32_MIN);
  assert_int_equal(qref_dpi_accumulate_overflows(32767, 1, 1, 16), 1);
  assert_int_equal(qref_dpi_accumulate_overflows(32767, 1, 1, 17), 0);
  assert_int_equal(qref_dpi_accumulate_overflows(-32768, 1, -1, 16), 1);
}

static void dot_steps_lane_by_lane(void **state) {
  (void)state;
  /* lanes, 0 first: 1*10 + 2*20 + (-3)*30 = -40 */
  assert_int_equal(qref_dpi_dot_i8(0, 0xfd0201, 0x1e140a, 3, 32, SATURATE), -40);
  assert_int_equal(qref_dpi_dot_i8(7, 0xfd0201, 0x1e140a, 2, 32, SATURATE), 57);
  assert_int_equal(qref_dpi_dot_i8(7, 0xfd0201, 0x1e140a, 0, 32, SATURATE), 7);
  /* the last of 8 lanes is the top byte: -128 * -128 */
  assert_int_equal(qref_dpi_dot_i8(0, 0x8000000000000000u, 0x8000000000000000u, 8, 32, SATURATE), 16384);
  /* saturation in the middle is not undone: 32767 + 100 -> 32767, - 100 -> 32667 */
  assert_int_equal(qref_dpi_dot_i8(32767, 0xf60a, 0x0a0a, 2, 16, SATURATE), 32667);
  assert_int_equal(qref_dpi_dot_i8(32767, 0xf60a, 0x0a0a, 2, 16, WRAP), 32767);
}

static void stores_of_int32(void **state) {
  (void)state;
  static const struct {
    int value, saturated, wrapped;
  } cases[] = {
      {0, 0, 0},
      {127, 127, 127},
      {128, 127, -128},
      {-128, -128, -128},
      {-129, -128, 127},
      {255, 127, -1},
      {256, 127, 0},
      {INT32_MAX, 127, -1},
      {INT32_MIN, -128, 0},
      {0x1000001, 127, 1}, /* not a float32 */
      {-0x1000001, -128, -1},
      {0x7fffff80, 127, -128},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    assert_int_equal(qref_dpi_saturate_i8(cases[i].value), cases[i].saturated);
    assert_int_equal(qref_dpi_wrap_i8(cases[i].value), cases[i].wrapped);
  }
}

static void rounding_modes(void **state) {
  (void)state;
  const unsigned int minus_2_5 = 0xc0200000u;
  static const int expected[] = {-3, -2, -2, -2, -3};
  for (int rounding = HALF_AWAY; rounding <= FLOOR; rounding++) {
    assert_int_equal(qref_dpi_round_to_int8(minus_2_5, rounding, SATURATE), expected[rounding]);
  }
  const unsigned int f200 = 0x43480000u;
  assert_int_equal(qref_dpi_round_to_int8(f200, HALF_EVEN, SATURATE), 127);
  assert_int_equal(qref_dpi_round_to_int8(f200, HALF_EVEN, WRAP), -56);
  assert_int_equal(qref_dpi_round_to_int8(NAN_BITS, HALF_EVEN, WRAP), 0);
  /* an integer needs no luck, and 2.5 becomes 2 or 3, each about half of the time */
  int up = 0;
  for (unsigned int i = 0; i < 1000; i++) {
    assert_int_equal(qref_dpi_round_to_int8_stochastic(0xc0000000u, SATURATE, 1, i), -2);
    const int q = qref_dpi_round_to_int8_stochastic(0x40200000u, SATURATE, 1, i);
    assert_true(q == 2 || q == 3);
    up += q - 2;
  }
  assert_in_range(up, 400, 600);
}

static void requantize_forms(void **state) {
  (void)state;
  const unsigned int f0_5 = 0x3f000000u, f0_25 = 0x3e800000u, f1 = 0x3f800000u, f2 = 0x40000000u;
  /* 20 * 0.5 * 0.25 = 2.5 */
  for (int form = QREF_DPI_LINEAR_TENSOR; form <= QREF_DPI_LINEAR_PER_CHANNEL; form++) {
    const unsigned int t = qref_dpi_linear_before_rounding(20, f0_5, f0_25, form);
    assert_int_equal(t, form == QREF_DPI_LINEAR_ROW ? 0x41200000u : 0x40200000u);
  }
  assert_int_equal(qref_dpi_requantize_linear(20, f0_5, f0_25, QREF_DPI_LINEAR_TENSOR, HALF_EVEN, SATURATE), 2);
  assert_int_equal(qref_dpi_requantize_linear(20, f0_5, f0_25, QREF_DPI_LINEAR_PER_CHANNEL, HALF_AWAY, SATURATE), 3);
  assert_int_equal(qref_dpi_requantize_linear(20, f0_5, f0_25, QREF_DPI_LINEAR_ROW, HALF_EVEN, SATURATE), 10);
  assert_int_equal(qref_dpi_requantize_linear(-1000, f0_5, f0_5, QREF_DPI_LINEAR_TENSOR, HALF_EVEN, SATURATE), -128);
  assert_int_equal(qref_dpi_requantize_linear(-1000, f0_5, f0_5, QREF_DPI_LINEAR_TENSOR, HALF_EVEN, WRAP), 6);
  /* The order of the products shows where one of them overflows. */
  const unsigned int f2e127 = 0x7f000000u;
  assert_int_equal(qref_dpi_linear_before_rounding(4, f2e127, f0_25, QREF_DPI_LINEAR_TENSOR), 0x7f800000u);
  assert_int_equal(qref_dpi_linear_before_rounding(2, f2e127, f0_25, QREF_DPI_LINEAR_PER_CHANNEL), 0x7e800000u);
  /* an accumulator past 2^24 rounds to even: 16777217 -> 16777216 */
  assert_int_equal(qref_dpi_f32_from_i32(16777217), 0x4b800000u);
  /* 5 * 0.5 + 1 = 3.5; fused: (2^24 + 2) * (1 + 2^-23) + -(2^24 + 4) = 2^-22 rounded once */
  assert_int_equal(qref_dpi_conv1d_before_activation(5, f0_5, f1), 0x40600000u);
  assert_int_equal(qref_dpi_conv1d_before_activation(16777218, 0x3f800001u, 0xcb800002u), 0x34800000u);
  assert_int_equal(qref_dpi_requantize_conv1d(5, f0_5, f1, f1, 0, HALF_AWAY, SATURATE), 4);
  assert_int_equal(qref_dpi_requantize_conv1d(5, f0_5, f1, f2, 0, HALF_AWAY, SATURATE), 2); /* 1.75 */
  /* silu(3.5) = 3.3977..., / 0.25 = 13.59 */
  assert_int_equal(qref_dpi_requantize_conv1d(5, f0_5, f1, f0_25, 1, HALF_AWAY, SATURATE), 14);
  assert_int_equal(qref_dpi_apply_scale(f1, f0_25, 0), 0x40800000u);
  /* 5 / 3 as a quotient, and times the reciprocal rounded first */
  assert_int_equal(qref_dpi_apply_scale(0x40a00000u, 0x40400000u, 0), 0x3fd55555u);
  assert_int_equal(qref_dpi_apply_scale(0x40a00000u, 0x40400000u, 1), 0x3fd55556u);
}

static void float_functions(void **state) {
  (void)state;
  const unsigned int zero = 0, minus_zero = 0x80000000u, f1 = 0x3f800000u, infinity = 0x7f800000u;
  assert_int_equal(qref_dpi_add_f32(f1, f1), 0x40000000u);
  assert_int_equal(qref_dpi_add_f32(minus_zero, minus_zero), minus_zero);
  assert_int_equal(qref_dpi_add_f32(infinity, 0xff800000u), NAN_BITS);
  assert_int_equal(qref_dpi_mul_f32(minus_zero, f1), minus_zero);
  assert_int_equal(qref_dpi_mul_f32(zero, f1), zero);
  assert_int_equal(qref_dpi_mul_f32(infinity, zero), NAN_BITS);
  /* (1 + 2^-23)^2 = 1 + 2^-22 + 2^-46 */
  assert_int_equal(qref_dpi_mul_f32(0x3f800001u, 0x3f800001u), 0x3f800002u);
  assert_int_equal(qref_dpi_fma_f32(0x3f800001u, 0x3f800001u, 0xbf800002u), 0x28800000u);
  assert_int_equal(qref_dpi_exp_f32(zero), f1);
  assert_int_equal(qref_dpi_exp_f32(f1), 0x402df854u);
  assert_int_equal(qref_dpi_log_f32(f1), zero);
  assert_int_equal(qref_dpi_log1p_f32(f1), 0x3f317218u);
  assert_int_equal(qref_dpi_silu_f32(zero), zero);
  assert_int_equal(qref_dpi_silu_f32(0xff800000u), NAN_BITS);
  assert_int_equal(qref_dpi_sigmoid_f32(zero), 0x3f000000u);
  assert_int_equal(qref_dpi_softplus_f32(zero), 0x3f317218u);
  assert_int_equal(qref_dpi_softplus_f32(0x41a80000u), 0x41a80000u); /* 21, past the threshold */
  assert_int_equal(qref_dpi_softplus_log_exp_plus_1_f32(zero), 0x3f317218u);
}

static void float16(void **state) {
  (void)state;
  assert_int_equal(qref_dpi_f16_from_f32(0xbf800000u), 0xbc00);
  assert_int_equal(qref_dpi_f16_from_f32(0x477ff000u), 0x7c00); /* 65520: halfway to what does not fit */
  assert_int_equal(qref_dpi_f32_from_f16(0xbc00), 0xbf800000u);
  assert_int_equal(qref_dpi_f32_from_f16((int)0xffffbc00u), 0xbf800000u); /* as an SV shortint would pass it */
  assert_int_equal(qref_dpi_f32_from_f16(0x0001), 0x33800000u);
}

static void random_bits_are_philox(void **state) {
  (void)state;
  /* Known answer of Philox4x32-10 with counter and key 0: 6627e8d5 e169c58d ... */
  assert_true(qref_dpi_random_bits(0, 0, 0) == 0xe169c58d6627e8d5u);
}

static void out_of_range_gives_the_documented_result(void **state) {
  (void)state;
  const int invalid = QREF_DPI_INVALID;
  for (int overflow = -1; overflow <= 2; overflow += 3) {
    assert_int_equal(qref_dpi_accumulate(0, 1, 1, 32, overflow), invalid);
    assert_int_equal(qref_dpi_dot_i8(0, 1, 1, 1, 32, overflow), invalid);
    assert_int_equal(qref_dpi_round_to_int8(0, HALF_EVEN, overflow), invalid);
    assert_int_equal(qref_dpi_round_to_int8_stochastic(0, overflow, 0, 0), invalid);
    assert_int_equal(qref_dpi_requantize_linear(0, 0, 0, 0, HALF_EVEN, overflow), invalid);
    assert_int_equal(qref_dpi_requantize_conv1d(0, 0, 0, 0x3f800000u, 0, HALF_EVEN, overflow), invalid);
  }
  for (int bits = 15; bits <= 33; bits += 18) {
    assert_int_equal(qref_dpi_accumulate(0, 1, 1, bits, SATURATE), invalid);
    assert_int_equal(qref_dpi_accumulate_overflows(0, 1, 1, bits), invalid);
    assert_int_equal(qref_dpi_dot_i8(0, 1, 1, 1, bits, SATURATE), invalid);
  }
  assert_int_equal(qref_dpi_accumulate(32768, 1, 1, 16, SATURATE), invalid);
  assert_int_equal(qref_dpi_accumulate_overflows(-32769, 1, 1, 16), invalid);
  assert_int_equal(qref_dpi_dot_i8(0, 1, 1, -1, 32, SATURATE), invalid);
  assert_int_equal(qref_dpi_dot_i8(0, 1, 1, 9, 32, SATURATE), invalid);
  for (int rounding = -1; rounding <= STOCHASTIC; rounding += 6) {
    assert_int_equal(qref_dpi_round_to_int8(0, rounding, SATURATE), invalid);
    assert_int_equal(qref_dpi_requantize_linear(0, 0, 0, 0, rounding, SATURATE), invalid);
    assert_int_equal(qref_dpi_requantize_conv1d(0, 0, 0, 0x3f800000u, 0, rounding, SATURATE), invalid);
  }
  assert_int_equal(qref_dpi_requantize_conv1d(0, 0, 0, 0x3f800000u, 2, HALF_EVEN, SATURATE), invalid);
  for (int form = -1; form <= 3; form += 4) {
    assert_int_equal(qref_dpi_linear_before_rounding(0, 0, 0, form), NAN_BITS);
    assert_int_equal(qref_dpi_requantize_linear(0, 0, 0, form, HALF_EVEN, SATURATE), invalid);
  }
  assert_int_equal(qref_dpi_apply_scale(0, 0x3f800000u, -1), NAN_BITS);
  assert_int_equal(qref_dpi_apply_scale(0, 0x3f800000u, 2), NAN_BITS);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(accumulate_takes_int8_operands_with_or_without_sign),
      cmocka_unit_test(accumulate_narrows),
      cmocka_unit_test(dot_steps_lane_by_lane),
      cmocka_unit_test(stores_of_int32),
      cmocka_unit_test(rounding_modes),
      cmocka_unit_test(requantize_forms),
      cmocka_unit_test(float_functions),
      cmocka_unit_test(float16),
      cmocka_unit_test(random_bits_are_philox),
      cmocka_unit_test(out_of_range_gives_the_documented_result),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
