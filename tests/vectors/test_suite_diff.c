/* Two suites against each other. */
#include <math.h>

#include "tests/vectors/suite_support.h"

typedef struct differences {
  size_t count;
  qref_suite_difference list[64];
  char case_id[64][96], tensor[64][32];
} differences;

static void keep(void *context, const qref_suite_difference *difference) {
  differences *all = context;
  assert_in_range(all->count, 0, 63);
  all->list[all->count] = *difference;
  snprintf(all->case_id[all->count], sizeof all->case_id[0], "%s", difference->case_id);
  snprintf(all->tensor[all->count], sizeof all->tensor[0], "%s", difference->tensor);
  all->count++;
}

static differences compare(const char *a, const char *b, size_t *cases, uint64_t *elements) {
  differences all = {0};
  qref_error error = {""};
  if (qref_diff_suites(a, b, keep, &all, cases, elements, &error) != QREF_OK) {
    fail_msg("%s", error.message);
  }
  return all;
}

static void finds_one_byte(void **state) {
  (void)state;
  scratch s;
  scratch_begin(&s);
  char a[SUITE_PATH_SIZE];
  char b[SUITE_PATH_SIZE];
  char path[SUITE_PATH_SIZE];
  size_t cases = 0;
  uint64_t elements = 0;
  snprintf(a, sizeof a, "%s/a", s.directory);
  snprintf(b, sizeof b, "%s/b", s.directory);
  qref_gen_options options = small_suite();
  options.hex = false;
  qref_gen_report report;
  make_suite(a, &options, &report);
  copy_tree(a, b);
  assert_int_equal(compare(a, b, &cases, &elements).count, 0);
  assert_int_equal(cases, report.cases);
  assert_true(elements > 3 * 256);

  assert_true(snprintf(path, sizeof path, "%.200s/cases/requantize/all_codes/y.npy", b) > 0);
  flip_bit(path, 256 - 4, 1); /* element 4 */
  const differences all = compare(a, b, &cases, &elements);
  assert_int_equal(all.count, 1);
  assert_string_equal(all.case_id[0], "requantize/all_codes");
  assert_string_equal(all.tensor[0], "y");
  assert_int_equal(all.list[0].elements, 256);
  assert_int_equal(all.list[0].different, 1);
  assert_int_equal(all.list[0].first_index, 4);
  assert_int_equal(all.list[0].first_a ^ all.list[0].first_b, 2);
  assert_true(all.list[0].max_difference == 2.0);
  assert_true(all.list[0].mean_difference == 2.0 / 256.0);

  /* A NaN among the values before rounding. */
  copy_tree(a, b);
  assert_true(snprintf(path, sizeof path, "%.200s/cases/requantize/all_codes/before_rounding.npy", b) > 0);
  FILE *file = fopen(path, "r+b");
  assert_non_null(file);
  assert_int_equal(fseek(file, -8, SEEK_END), 0);
  fwrite("\0\0\xc0\x7f", 1, 4, file);
  fclose(file);
  const differences nan = compare(a, b, &cases, &elements);
  assert_int_equal(nan.count, 1);
  assert_true(isnan(nan.list[0].max_difference));
  assert_true(isnan(nan.list[0].mean_difference));
  assert_int_equal(nan.list[0].first_index, 254);
  assert_int_equal(nan.list[0].first_b, 0x7fc00000);
  scratch_end(&s);
}

static void finds_cases_and_attributes(void **state) {
  (void)state;
  scratch s;
  scratch_begin(&s);
  char a[SUITE_PATH_SIZE];
  char b[SUITE_PATH_SIZE];
  char manifest[SUITE_PATH_SIZE];
  size_t cases = 0;
  uint64_t elements = 0;
  snprintf(a, sizeof a, "%s/a", s.directory);
  snprintf(b, sizeof b, "%s/b", s.directory);
  qref_gen_options options = small_suite();
  options.hex = false;
  qref_gen_report report;
  make_suite(a, &options, &report);
  options.case_id = "requantize/uniform_00";
  make_suite(b, &options, NULL);
  const differences missing = compare(a, b, &cases, &elements);
  assert_int_equal(cases, 1);
  assert_int_equal(missing.count, report.cases - 1);
  for (size_t i = 0; i < missing.count; i++) {
    assert_true(missing.list[i].only_in_a);
    assert_string_equal(missing.tensor[i], "");
  }
  const differences added = compare(b, a, &cases, &elements);
  assert_int_equal(added.count, report.cases - 1);
  assert_true(added.list[0].only_in_b);

  copy_tree(a, b);
  assert_true(snprintf(manifest, sizeof manifest, "%.200s/manifest.json", b) > 0);
  edit(manifest, "\"id\":\"requantize/uniform_00\"", "\"wrapped\":0", "\"wrapped\":1");
  const differences counts = compare(a, b, &cases, &elements);
  assert_int_equal(counts.count, 1);
  assert_true(counts.list[0].attributes_differ);
  assert_non_null(strstr(counts.list[0].message, "wrapped: 0 against 1"));

  options = small_suite();
  options.hex = false;
  options.profile = qref_profile_builtin("quamba-saturating");
  run((const char *const[]){"rm", "-rf", b, NULL}, 0);
  make_suite(b, &options, NULL);
  const differences profiles = compare(a, b, &cases, &elements);
  assert_int_equal(profiles.count, report.cases); /* the profile, in every case; no tensor */
  assert_non_null(strstr(profiles.list[0].message, "profile"));
  scratch_end(&s);
}

static void needs_two_suites(void **state) {
  (void)state;
  size_t cases = 0;
  uint64_t elements = 0;
  qref_error error = {""};
  assert_int_equal(qref_diff_suites("/no/a", "/no/b", NULL, NULL, &cases, &elements, &error), QREF_ERROR_IO);
  assert_non_null(strstr(error.message, "/no/a"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(finds_one_byte),
      cmocka_unit_test(finds_cases_and_attributes),
      cmocka_unit_test(needs_two_suites),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
