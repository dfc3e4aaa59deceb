/* Numbers as text under locales whose decimal point is another: a comma, and the two bytes of the Arabic one. The
 * locales are compiled into a scratch directory by localedef; without it the tests are skipped. */
#include <locale.h>
#include <qref/profile.h>

#include "ref/base/decimal.h"
#include "ref/base/json.h"
#include "tests/base/support.h"

static bool enter(scratch *s, const char *name) {
  scratch_begin(s);
  char directory[96];
  snprintf(directory, sizeof directory, "%s/%s.UTF-8", s->directory, name);
  const char *const compile[] = {"localedef", "-c", "-i", name, "-f", "UTF-8", directory, NULL};
  bool compiled = run_program(compile, "/dev/null") <= 1; /* 1: with warnings */
  char locale[64];
  snprintf(locale, sizeof locale, "%s.UTF-8", name);
  setenv("LOCPATH", s->directory, 1);
  return compiled && setlocale(LC_ALL, locale) != NULL;
}

static void leave(scratch *s) {
  setlocale(LC_ALL, "C");
  unsetenv("LOCPATH");
  scratch_end(s);
}

static void check_decimals(void) {
  char text[QREF_DECIMAL_SIZE];
  qref_format_f32(0.1f, text);
  assert_string_equal(text, "0.1");
  qref_format_f32(-1.1754944e-38f, text);
  assert_string_equal(text, "-1.1754944e-38");
  qref_format_f32(1234567.0f, text);
  assert_string_equal(text, "1234567");
  qref_format_f64(0.1, text);
  assert_string_equal(text, "0.1");
  float f = 0;
  assert_true(qref_parse_f32("1.5", &f));
  assert_true(f == 1.5f);
  assert_false(qref_parse_f32("1,5", &f));
  double d = 0;
  assert_true(qref_parse_f64("-2.25e1", &d));
  assert_true(d == -22.5);
}

static void check_json(void) {
  qref_error error;
  cJSON *json = NULL;
  const char text[] = "{\"a\":0.5,\"b\":1e-05,\"c\":[1.25]}";
  assert_int_equal(qref_json_parse(text, strlen(text), "text", &json, &error), QREF_OK);
  float value = 0;
  assert_int_equal(qref_json_f32(json, "a", "text", &value, &error), QREF_OK);
  assert_true(value == 0.5f);
  assert_int_equal(qref_json_f32(json, "b", "text", &value, &error), QREF_OK);
  assert_true(value == 1e-5f);
  assert_true(qref_json_add_f32(json, "d", 0.75f));
  char *printed = cJSON_PrintUnformatted(cJSON_GetObjectItemCaseSensitive(json, "d"));
  assert_string_equal(printed, "0.75");
  cJSON_free(printed);
  cJSON_Delete(json);
}

static void check_profile(scratch *s, const char *expected_hash) {
  write_text(scratch_file(s, "profile.json"), "{\"selective_scan\":{\"state_prescale\":0.5}}");
  qref_profile profile;
  qref_error error;
  char hash[65];
  assert_int_equal(qref_profile_load(s->path, &profile, &error), QREF_OK);
  assert_true(profile.selective_scan.state_prescale == 0.5f);
  assert_int_equal(qref_profile_hash(&profile, hash, &error), QREF_OK);
  assert_string_equal(hash, expected_hash);
}

static void check_locale(const char *name, const char *point) {
  qref_profile profile = *qref_profile_builtin("quamba");
  profile.selective_scan.state_prescale = 0.5f;
  qref_error error;
  char hash[65];
  assert_int_equal(qref_profile_hash(&profile, hash, &error), QREF_OK); /* in the C locale */
  scratch s;
  if (!enter(&s, name)) {
    leave(&s);
    print_message("skipped: localedef cannot make the locale %s (Debian: package locales)\n", name);
    skip();
  }
  assert_string_equal(localeconv()->decimal_point, point);
  check_decimals();
  check_json();
  check_profile(&s, hash);
  leave(&s);
}

static void decimal_comma(void **state) {
  (void)state;
  check_locale("de_DE", ",");
}

static void decimal_point_of_two_bytes(void **state) {
  (void)state;
  check_locale("ps_AF", "\xd9\xab");
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(decimal_comma), cmocka_unit_test(decimal_point_of_two_bytes)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
