/* What prove_functions does not reach, against MPFR: the arguments that are hardest to round, the accurate evaluations
 * behind the fast ones, fma in both implementations, and the composed functions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <qref/numerics.h>

#include "ref/numerics/exp_core.h"
#include "ref/numerics/fma_portable.h"
#include "ref/numerics/log_core.h"
#include "tests/proof/hard_cases.h"
#include "tests/proof/oracle.h"

enum { RANDOM_STREAM = 1 };

static void assert_same(float got, float expected, float x) {
  if (qref_bits_from_f32(got) != qref_bits_from_f32(expected)) {
    fail_msg("at %a: got %a (0x%08x), expected %a (0x%08x)", (double)x, (double)got, qref_bits_from_f32(got),
             (double)expected, qref_bits_from_f32(expected));
  }
}

/* ---- the hardest arguments ---- */

static void check_hard_cases(const proof_function *function, const uint32_t *cases) {
  for (size_t i = 0; i < HARD_CASES_PER_FUNCTION; i++) {
    const float x = qref_f32_from_bits(cases[i]);
    assert_true(oracle_distance_to_midpoint(function, x) < 0x1p-25);
    assert_same(function->qref(x), oracle_f32(function, x), x);
  }
}

static void hard_cases_are_rounded_correctly(void **state) {
  (void)state;
  check_hard_cases(&proof_functions[PROOF_EXP], hard_cases_exp);
  check_hard_cases(&proof_functions[PROOF_LOG1P], hard_cases_log1p);
  check_hard_cases(&proof_functions[PROOF_LOG], hard_cases_log);
}

/* ---- the accurate evaluations ---- */

static qref_double_double accurate_log(float x) {
  return qref_log_accurate((double)x, 0.0);
}

/* The relative error of the two-word result, which the rare undecided arguments alone would hardly test. */
static double relative_error(const proof_function *function, float x, qref_double_double got) {
  mpfr_t exact, error;
  mpfr_init2(exact, 300);
  mpfr_init2(error, 300);
  mpfr_set_flt(exact, x, MPFR_RNDN);
  function->mpfr(exact, exact, MPFR_RNDN);
  mpfr_set_d(error, got.high, MPFR_RNDN);
  mpfr_add_d(error, error, got.low, MPFR_RNDN);
  mpfr_sub(error, error, exact, MPFR_RNDN);
  mpfr_div(error, error, exact, MPFR_RNDN);
  const double value = mpfr_get_d(error, MPFR_RNDN);
  mpfr_clear(exact);
  mpfr_clear(error);
  return value < 0 ? -value : value;
}

static void check_accurate(const proof_function *function, qref_double_double (*accurate)(float), float lowest,
                           float highest) {
  /* The error and its words reach below float32. */
  mpfr_set_emin(-2000);
  mpfr_set_emax(2000);
  double largest = 0.0;
  size_t checked = 0;
  for (uint64_t i = 0; i < 1u << 18; i++) {
    const float x = qref_f32_from_bits((uint32_t)qref_random_bits(20, RANDOM_STREAM, i));
    if (!(x >= lowest && x <= highest) || x == 0.0f) {
      continue;
    }
    const double error = relative_error(function, x, accurate(x));
    largest = error > largest ? error : largest;
    checked++;
  }
  oracle_begin_thread();
  print_message("%s: largest relative error of the accurate evaluation %.3g over %zu arguments\n", function->name,
                largest, checked);
  assert_true(checked > 50000);
  assert_true(largest < 0x1p-95);
}

static void accurate_exp_has_95_bits(void **state) {
  (void)state;
  check_accurate(&proof_functions[PROOF_EXP], qref_exp_accurate, -103.97f, 88.72f);
}

static void accurate_log1p_has_95_bits(void **state) {
  (void)state;
  check_accurate(&proof_functions[PROOF_LOG1P], qref_log1p_accurate, -0x1.fffffep-1f, 0x1.fffffep+127f);
}

static void accurate_log_has_95_bits(void **state) {
  (void)state;
  check_accurate(&proof_functions[PROOF_LOG], accurate_log, 0x1p-149f, 0x1.fffffep+127f);
}

/* Arguments around 1 and in the decades that the scan uses; random bit patterns seldom fall there. */
static void accurate_evaluations_round_correctly_around_1(void **state) {
  (void)state;
  for (uint64_t i = 0; i < 1u << 15; i++) {
    const uint64_t random = qref_random_bits(21, RANDOM_STREAM, i);
    const float magnitude = qref_f32_from_bits((uint32_t)random % (140u << 23 | 1u));
    const float x = (random >> 63) != 0 ? -magnitude : magnitude;
    if (x > -100.0f && x < 88.0f) {
      assert_same(qref_f32_from_double_double(qref_exp_accurate(x)), oracle_f32(&proof_functions[PROOF_EXP], x), x);
    }
    if (x > -1.0f && x != 0.0f) {
      assert_same(qref_f32_from_double_double(qref_log1p_accurate(x)), oracle_f32(&proof_functions[PROOF_LOG1P], x), x);
    }
    const float near_1 = qref_f32_from_bits(0x3f800000u + (uint32_t)(random % 0x200001u) - 0x100000u);
    if (near_1 != 1.0f) {
      assert_same(qref_f32_from_double_double(accurate_log(near_1)), oracle_f32(&proof_functions[PROOF_LOG], near_1),
                  near_1);
    }
  }
}

/* ---- fma ---- */

static float oracle_fma(float a, float b, float c) {
  mpfr_t x, y, z, result;
  mpfr_inits2(24, x, y, z, result, (mpfr_ptr)NULL);
  mpfr_set_flt(x, a, MPFR_RNDN);
  mpfr_set_flt(y, b, MPFR_RNDN);
  mpfr_set_flt(z, c, MPFR_RNDN);
  const int ternary = mpfr_fma(result, x, y, z, MPFR_RNDN);
  const float value = oracle_f32_of_result(result, ternary);
  mpfr_clears(x, y, z, result, (mpfr_ptr)NULL);
  return value;
}

static void check_fma(float a, float b, float c) {
  const float expected = oracle_fma(a, b, c);
  const float portable = qref_fma_f32_portable(a, b, c);
  const float built = qref_fma_f32(a, b, c);
  if (qref_bits_from_f32(portable) != qref_bits_from_f32(expected) ||
      qref_bits_from_f32(built) != qref_bits_from_f32(expected)) {
    fail_msg("fma(%a, %a, %a): portable %a, built %a, expected %a", (double)a, (double)b, (double)c, (double)portable,
             (double)built, (double)expected);
  }
}

static void fma_is_rounded_once_at_boundaries(void **state) {
  (void)state;
  const float magnitudes[] = {0.0f,
                              0x1p-149f,
                              0x1.8p-148f,
                              0x1p-127f,
                              0x1.fffffcp-127f,
                              0x1p-126f,
                              0x1.000002p-126f,
                              0x1p-75f,
                              0x1.000002p-75f,
                              0x1.fffffep-75f,
                              0x1p-74f,
                              0x1.fffffep-64f,
                              0x1p-25f,
                              0x1p-24f,
                              0x1p-23f,
                              0.5f,
                              0x1.fffffep-1f,
                              1.0f,
                              0x1.000002p+0f,
                              0x1.000004p+0f,
                              0x1.8p+0f,
                              0x1.fffffep+0f,
                              3.0f,
                              0x1p+23f,
                              0x1.000002p+24f,
                              0x1.fffffep+63f,
                              0x1p+64f,
                              0x1.000002p+64f,
                              0x1p+103f,
                              0x1.fffffep+127f,
                              qref_f32_from_bits(0x7f800000u),
                              qref_f32_from_bits(0x7fc00000u)};
  enum { COUNT = sizeof magnitudes / sizeof *magnitudes };
  for (size_t i = 0; i < COUNT * COUNT * COUNT * 8; i++) {
    const float a = magnitudes[i / 8 % COUNT];
    const float b = magnitudes[i / 8 / COUNT % COUNT];
    const float c = magnitudes[i / 8 / COUNT / COUNT];
    check_fma((i & 1u) != 0 ? -a : a, (i & 2u) != 0 ? -b : b, (i & 4u) != 0 ? -c : c);
  }
}

static void fma_is_rounded_once_at_random(void **state) {
  (void)state;
  for (uint64_t i = 0; i < 100000; i++) {
    const uint64_t low = qref_random_bits(22, RANDOM_STREAM, 2 * i);
    const uint64_t high = qref_random_bits(22, RANDOM_STREAM, 2 * i + 1);
    const float a = qref_f32_from_bits((uint32_t)low);
    const float b = qref_f32_from_bits((uint32_t)(low >> 32));
    check_fma(a, b, qref_f32_from_bits((uint32_t)high));
    /* An addend within a few binades of minus the product: cancellation, and ties that the product's tail breaks. */
    const float product = a * b;
    const uint32_t near_bits = (qref_bits_from_f32(product) ^ 0x80000000u) + ((uint32_t)(high >> 32) % 5u - 2u) +
                               (((uint32_t)(high >> 40) % 51u) << 23) - (25u << 23);
    check_fma(a, b, qref_f32_from_bits(near_bits));
    check_fma(a, b, -product);
    /* A product of few bits, so that exact ties occur. */
    const float short_a = qref_f32_from_bits((uint32_t)low & 0xfffc0000u);
    const float short_b = qref_f32_from_bits((uint32_t)(low >> 32) & 0xffff0000u);
    const uint32_t scaled = (qref_bits_from_f32(short_a * short_b) & 0x7f800000u) + (24u << 23);
    check_fma(short_a, short_b, qref_f32_from_bits(scaled | ((uint32_t)high & 0x807fffffu)));
  }
}

/* ---- composed functions: MPFR operations of 24 bits, each rounded ---- */

typedef int (*binary_operation)(mpfr_t, const mpfr_t, const mpfr_t, mpfr_rnd_t);

static int add_of(mpfr_t result, const mpfr_t a, const mpfr_t b, mpfr_rnd_t rounding) {
  return mpfr_add(result, a, b, rounding);
}

static int divide_of(mpfr_t result, const mpfr_t a, const mpfr_t b, mpfr_rnd_t rounding) {
  return mpfr_div(result, a, b, rounding);
}

static float oracle_operation(binary_operation operation, float a, float b) {
  mpfr_t x, y, result;
  mpfr_inits2(24, x, y, result, (mpfr_ptr)NULL);
  mpfr_set_flt(x, a, MPFR_RNDN);
  mpfr_set_flt(y, b, MPFR_RNDN);
  const int ternary = operation(result, x, y, MPFR_RNDN);
  const float value = oracle_f32_of_result(result, ternary);
  mpfr_clears(x, y, result, (mpfr_ptr)NULL);
  return value;
}

static void check_composed(float x) {
  const proof_function *exp_function = &proof_functions[PROOF_EXP];
  const float one_plus = oracle_operation(add_of, 1.0f, oracle_f32(exp_function, -x));
  assert_same(qref_silu_f32(x), oracle_operation(divide_of, x, one_plus), x);
  assert_same(qref_sigmoid_f32(x), oracle_operation(divide_of, 1.0f, one_plus), x);

  const float nan_or_x = x == x ? x : qref_f32_from_bits(0x7fc00000u);
  const float exp_x = oracle_f32(exp_function, x);
  assert_same(qref_softplus_f32(x), x <= 20.0f ? oracle_f32(&proof_functions[PROOF_LOG1P], exp_x) : nan_or_x, x);
  const float exp_plus_1 = oracle_operation(add_of, exp_x, 1.0f);
  assert_same(qref_softplus_log_exp_plus_1_f32(x),
              x <= 20.0f ? oracle_f32(&proof_functions[PROOF_LOG], exp_plus_1) : nan_or_x, x);
}

static void composed_functions_round_every_operation(void **state) {
  (void)state;
  for (uint64_t i = 0; i < 100000; i++) {
    const uint64_t random = qref_random_bits(23, RANDOM_STREAM, i);
    check_composed(qref_f32_from_bits((uint32_t)random));
    check_composed(((float)(random >> 40) - 0x1p+23f) * 0x1p-16f); /* -128 .. 128 */
  }
  const uint32_t special[] = {0x00000000u, 0x7f800000u, 0x7fc00000u, 0x7f800001u, 0x41a00000u, 0x41a00001u,
                              0x419fffffu, 0x7f7fffffu, 0x00000001u, 0x42b17217u, 0x42b17218u};
  for (size_t i = 0; i < sizeof special / sizeof *special; i++) {
    check_composed(qref_f32_from_bits(special[i]));
    check_composed(qref_f32_from_bits(special[i] | 0x80000000u));
  }
}

static int begin(void **state) {
  (void)state;
  oracle_begin_thread();
  return 0;
}

static int end(void **state) {
  (void)state;
  mpfr_free_cache();
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(hard_cases_are_rounded_correctly),
      cmocka_unit_test(accurate_exp_has_95_bits),
      cmocka_unit_test(accurate_log1p_has_95_bits),
      cmocka_unit_test(accurate_log_has_95_bits),
      cmocka_unit_test(accurate_evaluations_round_correctly_around_1),
      cmocka_unit_test(fma_is_rounded_once_at_boundaries),
      cmocka_unit_test(fma_is_rounded_once_at_random),
      cmocka_unit_test(composed_functions_round_every_operation),
  };
  return cmocka_run_group_tests(tests, begin, end);
}
