/* Zeros, infinities, NaN, and the arguments at which a function overflows or vanishes. tests/proof checks all the
 * others. */
#include <math.h>

#include "tests/numerics/assert_float.h"

static void bit_patterns(void **state) {
  (void)state;
  assert_int_equal(qref_bits_from_f32(1.0f), 0x3f800000u);
  assert_int_equal(qref_bits_from_f32(-0.0f), 0x80000000u);
  assert_same_f32(qref_f32_from_bits(0xc0200000u), -2.5f, 0);
}

static void nan_is_always_the_canonical_one(void **state) {
  (void)state;
  float (*const functions[])(float) = {qref_exp_f32,
                                       qref_log1p_f32,
                                       qref_log_f32,
                                       qref_silu_f32,
                                       qref_sigmoid_f32,
                                       qref_softplus_f32,
                                       qref_softplus_log_exp_plus_1_f32};
  const uint32_t nans[] = {0x7fc00000u, 0xffc00000u, 0x7f800001u, 0xff812345u, 0xffffffffu};
  for (size_t i = 0; i < sizeof nans / sizeof *nans; i++) {
    const float nan = qref_f32_from_bits(nans[i]);
    for (size_t f = 0; f < sizeof functions / sizeof *functions; f++) {
      assert_int_equal(qref_bits_from_f32(functions[f](nan)), 0x7fc00000u);
    }
    assert_int_equal(qref_bits_from_f32(qref_fma_f32(nan, 1.0f, 1.0f)), 0x7fc00000u);
    assert_int_equal(qref_bits_from_f32(qref_fma_f32(1.0f, nan, 1.0f)), 0x7fc00000u);
    assert_int_equal(qref_bits_from_f32(qref_fma_f32(1.0f, 1.0f, nan)), 0x7fc00000u);
    assert_int_equal(qref_bits_from_f32(qref_multiply_add_f32(nan, 1.0f, 1.0f, QREF_MULTIPLY_ADD_SEPARATE)),
                     0x7fc00000u);
  }
  assert_int_equal(qref_bits_from_f32(qref_log_f32(-1.0f)), 0x7fc00000u);
  assert_int_equal(qref_bits_from_f32(qref_log_f32(-INFINITY)), 0x7fc00000u);
  assert_int_equal(qref_bits_from_f32(qref_log1p_f32(-1.5f)), 0x7fc00000u);
  assert_int_equal(qref_bits_from_f32(qref_log1p_f32(-INFINITY)), 0x7fc00000u);
  assert_int_equal(qref_bits_from_f32(qref_fma_f32(INFINITY, 0.0f, 1.0f)), 0x7fc00000u);
  assert_int_equal(qref_bits_from_f32(qref_fma_f32(INFINITY, 1.0f, -INFINITY)), 0x7fc00000u);
  /* -inf / (1 + inf): the formula, not its limit. */
  assert_int_equal(qref_bits_from_f32(qref_silu_f32(-INFINITY)), 0x7fc00000u);
}

static void exp_at_its_ends(void **state) {
  (void)state;
  assert_same_f32(qref_exp_f32(0.0f), 1.0f, 0);
  assert_same_f32(qref_exp_f32(-0.0f), 1.0f, 0);
  assert_same_f32(qref_exp_f32(INFINITY), INFINITY, 0);
  assert_same_f32(qref_exp_f32(-INFINITY), 0.0f, 0);
  /* ln(2^128 - 2^103) = 88.72283911...; the float32 to either side */
  assert_true(qref_exp_f32(0x1.62e42ep+6f) < INFINITY);
  assert_same_f32(qref_exp_f32(0x1.62e43p+6f), INFINITY, 0);
  /* ln(2^-150) = -103.97207708... */
  assert_same_f32(qref_exp_f32(-0x1.9fe368p+6f), 0x1p-149f, 0);
  assert_same_f32(qref_exp_f32(-0x1.9fe36ap+6f), 0.0f, 0);
  assert_same_f32(qref_exp_f32(0x1p-149f), 1.0f, 0);
}

static void logarithms_at_their_ends(void **state) {
  (void)state;
  assert_same_f32(qref_log_f32(1.0f), 0.0f, 0);
  assert_same_f32(qref_log_f32(0.0f), -INFINITY, 0);
  assert_same_f32(qref_log_f32(-0.0f), -INFINITY, 0);
  assert_same_f32(qref_log_f32(INFINITY), INFINITY, 0);
  assert_same_f32(qref_log_f32(0x1p-149f), -0x1.9d1dap+6f, 0); /* -149 ln(2) = -103.278929903... */
  assert_same_f32(qref_log1p_f32(0.0f), 0.0f, 0);
  assert_same_f32(qref_log1p_f32(-0.0f), -0.0f, 0);
  assert_same_f32(qref_log1p_f32(-1.0f), -INFINITY, 0);
  assert_same_f32(qref_log1p_f32(INFINITY), INFINITY, 0);
  assert_same_f32(qref_log1p_f32(0x1p-149f), 0x1p-149f, 0);
  assert_same_f32(qref_log1p_f32(-0x1p-149f), -0x1p-149f, 0);
}

static void composed_functions_at_their_ends(void **state) {
  (void)state;
  assert_same_f32(qref_sigmoid_f32(INFINITY), 1.0f, 0);
  assert_same_f32(qref_sigmoid_f32(-INFINITY), 0.0f, 0);
  assert_same_f32(qref_sigmoid_f32(0.0f), 0.5f, 0);
  assert_same_f32(qref_silu_f32(INFINITY), INFINITY, 0);
  assert_same_f32(qref_silu_f32(0.0f), 0.0f, 0);
  assert_same_f32(qref_silu_f32(-0.0f), -0.0f, 0);
  assert_same_f32(qref_silu_f32(-89.0f), -0.0f, 0); /* exp(89) is infinite */
  assert_same_f32(qref_softplus_f32(INFINITY), INFINITY, 0);
  assert_same_f32(qref_softplus_f32(-INFINITY), 0.0f, 0);
  assert_same_f32(qref_softplus_f32(0x1.400002p+4f), 0x1.400002p+4f, 0); /* the float32 after 20: x itself */
  assert_same_f32(qref_softplus_log_exp_plus_1_f32(0x1.400002p+4f), 0x1.400002p+4f, 0);
  /* exp(-20) = 2.06e-9 vanishes beside 1: the two forms differ. */
  assert_same_f32(qref_softplus_log_exp_plus_1_f32(-20.0f), 0.0f, 0);
  assert_true(qref_softplus_f32(-20.0f) > 2.06e-9f);
}

/* (1 + 2^-23)(1 - 2^-23) = 1 - 2^-46, which rounds to 1. A compiler that fuses on its own makes the two forms equal. */
static void nothing_is_fused_unless_asked_for(void **state) {
  (void)state;
  const float a = 0x1.000002p+0f;
  const float b = 0x1.fffffcp-1f;
  assert_same_f32(qref_multiply_add_f32(a, b, -1.0f, QREF_MULTIPLY_ADD_FUSED), -0x1p-46f, 0);
  assert_same_f32(qref_multiply_add_f32(a, b, -1.0f, QREF_MULTIPLY_ADD_SEPARATE), 0.0f, 0);
}

static void fma_keeps_the_sign_of_zero(void **state) {
  (void)state;
  assert_same_f32(qref_fma_f32(0.0f, -1.0f, -0.0f), -0.0f, 0);
  assert_same_f32(qref_fma_f32(0.0f, -1.0f, 0.0f), 0.0f, 0);
  assert_same_f32(qref_fma_f32(2.0f, 3.0f, -6.0f), 0.0f, 0);
  assert_same_f32(qref_fma_f32(-0x1p-100f, 0x1p-100f, 0.0f), -0.0f, 0);            /* underflows, not exact */
  assert_same_f32(qref_fma_f32(0x1p+127f, 2.0f, -0x1.fffffep+127f), 0x1p+104f, 0); /* the product alone overflows */
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(bit_patterns),
      cmocka_unit_test(nan_is_always_the_canonical_one),
      cmocka_unit_test(exp_at_its_ends),
      cmocka_unit_test(logarithms_at_their_ends),
      cmocka_unit_test(composed_functions_at_their_ends),
      cmocka_unit_test(nothing_is_fused_unless_asked_for),
      cmocka_unit_test(fma_keeps_the_sign_of_zero),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
