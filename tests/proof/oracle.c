#include "tests/proof/oracle.h"

#include <math.h>
#include <qref/numerics.h>

/* The MPFR functions may be declared as macros. */
static int mpfr_exp_of(mpfr_t result, const mpfr_t x, mpfr_rnd_t rounding) {
  return mpfr_exp(result, x, rounding);
}

static int mpfr_log1p_of(mpfr_t result, const mpfr_t x, mpfr_rnd_t rounding) {
  return mpfr_log1p(result, x, rounding);
}

static int mpfr_log_of(mpfr_t result, const mpfr_t x, mpfr_rnd_t rounding) {
  return mpfr_log(result, x, rounding);
}

const proof_function proof_functions[PROOF_FUNCTION_COUNT] = {
    [PROOF_EXP] = {"exp", qref_exp_f32, exp, mpfr_exp_of},
    [PROOF_LOG1P] = {"log1p", qref_log1p_f32, log1p, mpfr_log1p_of},
    [PROOF_LOG] = {"log", qref_log_f32, log, mpfr_log_of},
};

enum { F32_PRECISION = 24, WIDE_PRECISION = 200 };

void oracle_begin_thread(void) {
  /* MPFR's significands lie in [1/2, 1): 2^-149 is 0.5 * 2^-148. */
  mpfr_set_emin(-148);
  mpfr_set_emax(128);
}

static float rounded(mpfr_t result, int ternary, mpfr_rnd_t rounding) {
  ternary = mpfr_check_range(result, ternary, rounding);
  mpfr_subnormalize(result, ternary, rounding);
  return mpfr_nan_p(result) ? qref_f32_from_bits(0x7fc00000u) : mpfr_get_flt(result, rounding);
}

float oracle_f32_of_result(mpfr_t result, int ternary) {
  return rounded(result, ternary, MPFR_RNDN);
}

static float directed(const proof_function *function, float x, mpfr_rnd_t rounding) {
  mpfr_t argument, result;
  mpfr_init2(argument, F32_PRECISION);
  mpfr_init2(result, F32_PRECISION);
  mpfr_set_flt(argument, x, MPFR_RNDN);
  const float value = rounded(result, function->mpfr(result, argument, rounding), rounding);
  mpfr_clear(argument);
  mpfr_clear(result);
  return value;
}

float oracle_f32(const proof_function *function, float x) {
  return directed(function, x, MPFR_RNDN);
}

double oracle_distance_to_midpoint(const proof_function *function, float x) {
  const double below = (double)directed(function, x, MPFR_RNDD);
  const double above = (double)directed(function, x, MPFR_RNDU);
  mpfr_t value;
  mpfr_init2(value, WIDE_PRECISION);
  mpfr_set_flt(value, x, MPFR_RNDN);
  function->mpfr(value, value, MPFR_RNDN);
  mpfr_sub_d(value, value, below + (above - below) / 2, MPFR_RNDN); /* the midpoint is a binary64 */
  mpfr_div_d(value, value, above - below, MPFR_RNDN);
  const double distance = mpfr_get_d(value, MPFR_RNDN);
  mpfr_clear(value);
  return distance < 0 ? -distance : distance;
}
