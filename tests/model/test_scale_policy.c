/* Scale policies: notation, and factors computed by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <float.h>
#include <math.h>
#include <string.h>

#include <qref/model.h>

static qref_scale_policy parsed(const char *text) {
  qref_error error;
  qref_scale_policy policy;
  if (qref_scale_policy_parse(text, &policy, &error) != QREF_OK) {
    fail_msg("%s", error.message);
  }
  return policy;
}

static void notation(void **state) {
  (void)state;
  assert_int_equal(parsed("2025").kind, QREF_SCALE_POLICY_FIXED);
  assert_true(parsed("2025").factor == 2025.0f);
  assert_true(parsed("fixed:0.5").factor == 0.5f);
  assert_true(parsed("1e3").factor == 1000.0f);
  assert_int_equal(parsed("absmax:8").kind, QREF_SCALE_POLICY_ABSMAX);
  assert_int_equal(parsed("absmax:24").bits, 24);
  assert_int_equal(parsed("percentile:99.9:8").kind, QREF_SCALE_POLICY_PERCENTILE);
  assert_true(parsed("percentile:99.9:8").percentile == 99.9);
  assert_int_equal(parsed("percentile:100:2").bits, 2);
}

static void bad_notation(void **state) {
  (void)state;
  static const char *const texts[] = {"",
                                      "0",
                                      "-1",
                                      "nan",
                                      "inf",
                                      "2025x",
                                      " 2025",
                                      "fixed:",
                                      "fixed:0",
                                      "fixed:nan",
                                      "absmax",
                                      "absmax:",
                                      "absmax:1",
                                      "absmax:25",
                                      "absmax:8:8",
                                      "absmax:-8",
                                      "absmax:8.5",
                                      "percentile",
                                      "percentile:8",
                                      "percentile:0:8",
                                      "percentile:101:8",
                                      "percentile:99.9:",
                                      "percentile:99.9:1",
                                      "percentile:nan:8",
                                      "median:8",
                                      "1e60",
                                      "1e-60",
                                      "absmax:99999999999999999999"};
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    qref_error error = {.message = ""};
    qref_scale_policy policy;
    if (qref_scale_policy_parse(texts[i], &policy, &error) != QREF_ERROR_ARGUMENT ||
        strstr(error.message, texts[i]) == NULL) {
      fail_msg("'%s': '%s'", texts[i], error.message);
    }
  }
  char huge[2000];
  memset(huge, '1', sizeof huge - 1);
  huge[sizeof huge - 1] = '\0';
  qref_scale_policy policy;
  assert_int_equal(qref_scale_policy_parse(huge, &policy, NULL), QREF_ERROR_ARGUMENT);
}

static float factor_of(const char *text, const float *y, size_t count, float out_scale) {
  qref_error error;
  const qref_scale_policy policy = parsed(text);
  float factor = -1.0f;
  if (qref_scale_policy_factor(&policy, y, count, out_scale, &factor, &error) != QREF_OK) {
    fail_msg("%s", error.message);
  }
  return factor;
}

static void factors(void **state) {
  (void)state;
  const float y[] = {0.5f, -127.0f, 3.0f, 100.0f};
  const float zeros[3] = {0.0f, -0.0f, 0.0f};
  assert_true(factor_of("fixed:2025", y, 4, 0.5f) == 2025.0f);
  /* |y| up to 127 in 8 bits: steps of 1, a scale of 0.5 is half a step */
  assert_true(factor_of("absmax:8", y, 4, 0.5f) == 0.5f);
  assert_true(factor_of("absmax:8", y, 4, 2.0f) == 2.0f);
  /* in 2 bits there is one step */
  assert_true(factor_of("absmax:2", y, 4, 254.0f) == 2.0f);
  /* the median of 0.5, 3, 100, 127 is 51.5, half the way between the middle two: 63.5 * 0.8110... */
  assert_true(factor_of("percentile:50:2", y, 4, 51.5f) == 1.0f);
  assert_true(factor_of("percentile:100:8", y, 4, 0.5f) == 0.5f);
  assert_true(factor_of("absmax:8", zeros, 3, 0.25f) == 1.0f);
  assert_true(factor_of("percentile:10:8", zeros, 3, 0.25f) == 1.0f);
}

/* The grid covers the largest value, and the next finer one would not (by much): for every width, at magnitudes from
 * subnormal to huge. */
static void grid_covers(void **state) {
  (void)state;
  static const float magnitudes[] = {1e-30f, 3.3e-7f, 0.1f, 1.0f, 1.0000001f, 12.34567f, 65504.0f, 1e20f};
  static const float scales[] = {1e-6f, 0.0123f, 0.5f, 3.0f};
  for (uint32_t bits = 2; bits <= 24; bits++) {
    for (size_t i = 0; i < sizeof magnitudes / sizeof magnitudes[0]; i++) {
      for (size_t k = 0; k < sizeof scales / sizeof scales[0]; k++) {
        const qref_scale_policy policy = {.kind = QREF_SCALE_POLICY_ABSMAX, .bits = bits};
        const float last = (float)((1u << (bits - 1)) - 1u);
        float factor;
        assert_int_equal(qref_scale_policy_factor(&policy, &magnitudes[i], 1, scales[k], &factor, NULL), QREF_OK);
        const float steps = magnitudes[i] / (scales[k] / factor);
        assert_true(qref_round_f32(steps, QREF_ROUND_HALF_EVEN, 0, 0) <= last);
        assert_true(steps >= last * 0.999999f - 1.0f);
      }
    }
  }
  /* values too small for any grid still get a finite factor and a positive step
   */
  const float tiny = 1e-45f;
  const qref_scale_policy policy = {.kind = QREF_SCALE_POLICY_ABSMAX, .bits = 24};
  float factor;
  assert_int_equal(qref_scale_policy_factor(&policy, &tiny, 1, 100.0f, &factor, NULL), QREF_OK);
  assert_true(isfinite(factor) && 100.0f / factor > 0.0f);
}

static void refuses_bad_calls(void **state) {
  (void)state;
  const qref_scale_policy policy = {.kind = QREF_SCALE_POLICY_ABSMAX, .bits = 8};
  const float not_finite[2] = {1.0f, NAN};
  float factor;
  assert_int_equal(qref_scale_policy_factor(&policy, not_finite, 2, 1.0f, &factor, NULL), QREF_ERROR_ARGUMENT);
  assert_int_equal(qref_scale_policy_factor(&policy, not_finite, 0, 1.0f, &factor, NULL), QREF_ERROR_ARGUMENT);
  assert_int_equal(qref_scale_policy_factor(&policy, not_finite, 1, 0.0f, &factor, NULL), QREF_ERROR_ARGUMENT);
  assert_int_equal(qref_scale_policy_factor(&policy, NULL, 1, 1.0f, &factor, NULL), QREF_ERROR_ARGUMENT);
  assert_int_equal(qref_scale_policy_factor(&(qref_scale_policy){.kind = QREF_SCALE_POLICY_FIXED}, not_finite, 1, 1.0f,
                                            &factor, NULL),
                   QREF_ERROR_ARGUMENT);
  assert_int_equal(qref_scale_policy_parse(NULL, NULL, NULL), QREF_ERROR_ARGUMENT);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(notation),    cmocka_unit_test(bad_notation),      cmocka_unit_test(factors),
      cmocka_unit_test(grid_covers), cmocka_unit_test(refuses_bad_calls),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
