#include "ref/base/decimal.h"

#include <float.h>
#include <math.h>

#include "tests/base/support.h"

static float from_bits(uint32_t bits) {
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

static uint32_t to_bits(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

static void known_texts(void **state) {
  (void)state;
  static const struct {
    float value;
    const char *text;
  } cases[] = {
      {0.0f, "0"},
      {-0.0f, "-0"},
      {1.0f, "1"},
      {2025.0f, "2025"},
      {0.1f, "0.1"},
      {1e-5f, "1e-05"},
      {16777216, "16777216"},
      {FLT_MAX, "3.4028235e+38"},
      {FLT_MIN, "1.1754944e-38"},
      {0x1p-149f, "1e-45"},
      {1.0f / 3.0f, "0.33333334"},
      {-1.5f, "-1.5"},
      {INFINITY, "inf"},
      {-INFINITY, "-inf"},
      {NAN, "nan"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    char text[QREF_DECIMAL_SIZE];
    qref_format_f32(cases[i].value, text);
    assert_string_equal(text, cases[i].text);
  }
  char text[QREF_DECIMAL_SIZE];
  qref_format_f64(0.1, text);
  assert_string_equal(text, "0.1");
  qref_format_f64(1.0 / 3.0, text);
  assert_string_equal(text, "0.3333333333333333");
  qref_format_f64(0x1p-1074, text);
  assert_string_equal(text, "5e-324");
  qref_format_f64(-DBL_MAX, text);
  assert_string_equal(text, "-1.7976931348623157e+308");
  qref_format_f64((double)INFINITY, text);
  assert_string_equal(text, "inf");
}

/* Random bit patterns and the neighbours of powers of two: the same bits come back, through binary64 too, and no
 * rounding to one digit less does that. */
static void check_f32(uint32_t bits) {
  float value = from_bits(bits);
  if (!isfinite(value)) {
    return;
  }
  char text[QREF_DECIMAL_SIZE];
  qref_format_f32(value, text);
  float back = 0;
  assert_true(qref_parse_f32(text, &back));
  assert_true(to_bits(back) == bits);
  assert_true(to_bits((float)strtod(text, NULL)) == bits);
  int digits = 0;
  for (const char *c = text; *c != '\0' && *c != 'e'; c++) {
    digits += (*c >= '1' && *c <= '9') || (*c == '0' && digits > 0);
  }
  if (strchr(text, '.') == NULL) { /* 1000 has one digit that counts */
    for (size_t i = strcspn(text, "e"); i > 1 && text[i - 1] == '0'; i--) {
      digits--;
    }
  }
  if (digits > 1) {
    char shorter[400];
    snprintf(shorter, sizeof shorter, "%.*g", digits - 1, (double)value);
    assert_true(strtof(shorter, NULL) != value);
  }
}

static void float32_round_trips(void **state) {
  (void)state;
  uint64_t random = 2;
  for (int i = 0; i < 100000; i++) {
    check_f32((uint32_t)next_random(&random));
  }
  for (uint32_t exponent = 0; exponent < 255; exponent++) {
    for (uint32_t step = 0; step < 5; step++) {
      check_f32((exponent << 23) + step);
      check_f32((exponent << 23) - step);
    }
  }
  for (uint32_t subnormal = 1; subnormal < 2000; subnormal++) {
    check_f32(subnormal);
  }
}

static void float64_round_trips(void **state) {
  (void)state;
  uint64_t random = 3;
  for (int i = 0; i < 50000; i++) {
    uint64_t bits = next_random(&random);
    double value;
    memcpy(&value, &bits, sizeof value);
    if (!isfinite(value)) {
      continue;
    }
    char text[QREF_DECIMAL_SIZE];
    qref_format_f64(value, text);
    double back = 0;
    assert_true(qref_parse_f64(text, &back));
    assert_memory_equal(&back, &value, sizeof value);
  }
}

static void parses_numbers_only(void **state) {
  (void)state;
  static const char *const good[] = {"1", "-1", "+1", "1.", ".5", "1e5", "1E-5", "1.25e+2", "000", "1e-9999"};
  static const char *const bad[] = {"",    " 1",    "1 ", "nan", "inf", "0x10", "1e",      "1e+",    ".",       "-",
                                    "1,5", "1.2.3", "e5", "--1", "1f",  "1\n",  "1e40000", "-1e400", "infinity"};
  for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
    float f = 0;
    double d = 0;
    assert_true(qref_parse_f32(good[i], &f));
    assert_true(qref_parse_f64(good[i], &d));
    assert_true(f == (float)strtod(good[i], NULL));
    assert_true(d == strtod(good[i], NULL));
  }
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    float f = 7;
    double d = 7;
    assert_false(qref_parse_f32(bad[i], &f));
    assert_false(qref_parse_f64(bad[i], &d));
    assert_true(f == 7.0f && d == 7.0);
  }
  float f = 0;
  assert_false(qref_parse_f32("3.5e38", &f)); /* fits binary64 only */
  char many[3000];
  memset(many, '9', sizeof many - 1);
  many[1] = '.';
  many[sizeof many - 1] = '\0';
  assert_true(qref_parse_f32(many, &f));
  assert_true(f == 10.0f);
}

/* Just below the midpoint 1 + 1.5 * 2^-23, by less than binary64 can tell: rounding through it would go up. */
static void float32_is_rounded_once(void **state) {
  (void)state;
  float value = 0;
  assert_true(qref_parse_f32("1.00000017881393432617187499", &value));
  assert_true(to_bits(value) == 0x3f800001u);
  assert_true(qref_parse_f32("1.00000017881393432617187501", &value));
  assert_true(to_bits(value) == 0x3f800002u);
}

static void unsigned_integers(void **state) {
  (void)state;
  uint64_t value = 7;
  assert_true(qref_parse_u64("18446744073709551615", &value));
  assert_true(value == UINT64_MAX);
  assert_true(qref_parse_u64("007", &value));
  assert_int_equal(value, 7);
  static const char *const bad[] = {
      "", "-1", "+1", " 1", "1 ", "1.0", "0x1", "18446744073709551616", "99999999999999999999"};
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    assert_false(qref_parse_u64(bad[i], &value));
    assert_int_equal(value, 7);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(known_texts),
      cmocka_unit_test(float32_round_trips),
      cmocka_unit_test(float64_round_trips),
      cmocka_unit_test(parses_numbers_only),
      cmocka_unit_test(float32_is_rounded_once),
      cmocka_unit_test(unsigned_integers),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
