/* Shards: together they are the bytes of one run, and nothing else passes for a set of them. */
#include "tests/vectors/suite_support.h"

enum { SHARDS = 3 };

typedef struct shards {
  scratch s;
  char whole[SUITE_PATH_SIZE], merged[SUITE_PATH_SIZE];
  char path[SHARDS][SUITE_PATH_SIZE];
  const char *list[SHARDS];
} shards;

static void make_shard(const char *path, size_t index, size_t count, qref_gen_options options) {
  options.shard_index = index;
  options.shard_count = count;
  make_suite(path, &options, NULL);
}

static void begin(shards *t) {
  scratch_begin(&t->s);
  const qref_gen_options options = small_suite();
  snprintf(t->whole, sizeof t->whole, "%s/whole", t->s.directory);
  snprintf(t->merged, sizeof t->merged, "%s/merged", t->s.directory);
  make_suite(t->whole, &options, NULL);
  for (size_t i = 0; i < SHARDS; i++) {
    snprintf(t->path[i], sizeof t->path[i], "%s/shard%zu", t->s.directory, i + 1);
    make_shard(t->path[i], i + 1, SHARDS, options);
    t->list[i] = t->path[i];
  }
}

static void expect_refusal(shards *t, const char *const *list, size_t count, const char *expected) {
  qref_gen_report report;
  qref_error error = {""};
  const qref_status status = qref_merge(t->merged, list, count, &report, &error);
  qref_gen_report_free(&report);
  if (status == QREF_OK || strstr(error.message, expected) == NULL) {
    fail_msg("expected '%s', found '%s'", expected, error.message);
  }
  run((const char *const[]){"test", "!", "-e", t->merged, NULL}, 0);
}

static void gives_the_bytes_of_one_run(void **state) {
  (void)state;
  shards t;
  begin(&t);
  const char *const mixed_order[SHARDS] = {t.path[2], t.path[0], t.path[1]};
  qref_gen_report report;
  qref_error error = {""};
  if (qref_merge(t.merged, mixed_order, SHARDS, &report, &error) != QREF_OK) {
    fail_msg("%s", error.message);
  }
  assert_int_equal(report.holes, 0);
  assert_true(report.coverage_count > 0);
  qref_gen_report_free(&report);
  assert_true(same_tree(t.whole, t.merged));
  scratch_end(&t.s);
}

/* More shards than a chain has steps of one kind, and no coverage. */
static void merges_a_block(void **state) {
  (void)state;
  scratch s;
  scratch_begin(&s);
  const qref_gen_options options = {.suite = "block", .seed = 7, .npy = true, .threads = 2};
  char whole[SUITE_PATH_SIZE];
  char merged[SUITE_PATH_SIZE];
  char path[7][SUITE_PATH_SIZE];
  const char *list[7];
  snprintf(whole, sizeof whole, "%s/whole", s.directory);
  snprintf(merged, sizeof merged, "%s/merged", s.directory);
  make_suite(whole, &options, NULL);
  for (size_t i = 0; i < 7; i++) {
    snprintf(path[i], sizeof path[i], "%s/shard%zu", s.directory, i + 1);
    make_shard(path[i], i + 1, 7, options);
    list[i] = path[i];
    const verified v = verify(path[i]);
    assert_int_equal(v.status, QREF_OK);
    assert_int_equal(v.report.failed, 0);
  }
  qref_gen_report report;
  qref_error error = {""};
  assert_int_equal(qref_merge(merged, list, 7, &report, &error), QREF_OK);
  qref_gen_report_free(&report);
  assert_true(same_tree(whole, merged));
  scratch_end(&s);
}

static void refuses_other_sets(void **state) {
  (void)state;
  shards t;
  begin(&t);
  expect_refusal(&t, t.list, 2, "expected all 3 shards, found 2");
  const char *const twice[SHARDS] = {t.path[0], t.path[1], t.path[1]};
  expect_refusal(&t, twice, SHARDS, "expected once");
  const char *const whole[1] = {t.whole};
  expect_refusal(&t, whole, 1, "found a whole suite");
  const char *const missing[SHARDS] = {t.path[0], t.path[1], "/no/such/shard"};
  expect_refusal(&t, missing, SHARDS, "/no/such/shard");

  char other[SUITE_PATH_SIZE];
  snprintf(other, sizeof other, "%s/other", t.s.directory);
  const char *const mixed[SHARDS] = {t.path[0], t.path[1], other};
  qref_gen_options options = small_suite();
  options.seed++;
  make_shard(other, 3, SHARDS, options);
  expect_refusal(&t, mixed, SHARDS, "field 'seed': expected the same");
  run((const char *const[]){"rm", "-rf", other, NULL}, 0);
  options = small_suite();
  options.hex = false;
  make_shard(other, 3, SHARDS, options);
  expect_refusal(&t, mixed, SHARDS, "field 'formats': expected the same");
  run((const char *const[]){"rm", "-rf", other, NULL}, 0);
  options = small_suite();
  options.profile = qref_profile_builtin("quamba-saturating");
  make_shard(other, 3, SHARDS, options);
  expect_refusal(&t, mixed, SHARDS, "field 'profiles': expected the same");
  run((const char *const[]){"rm", "-rf", other, NULL}, 0);
  options = small_suite();
  options.suite = "standard";
  make_shard(other, 3, SHARDS, options);
  expect_refusal(&t, mixed, SHARDS, "field 'suite': expected the same");
  run((const char *const[]){"rm", "-rf", other, NULL}, 0);
  make_shard(other, 2, 4, small_suite());
  expect_refusal(&t, mixed, SHARDS, "expected all 4 shards");
  scratch_end(&t.s);
}

static void refuses_damaged_shards(void **state) {
  (void)state;
  shards t;
  begin(&t);
  char path[SUITE_PATH_SIZE * 2];
  snprintf(path, sizeof path, "%s/cases/requantize/all_codes/y.npy", t.path[0]);
  flip_bit(path, 1, 0);
  expect_refusal(&t, t.list, SHARDS, "y.npy: field 'sha256'");
  run((const char *const[]){"rm", path, NULL}, 0);
  expect_refusal(&t, t.list, SHARDS, "y.npy");
  scratch_end(&t.s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(gives_the_bytes_of_one_run),
      cmocka_unit_test(merges_a_block),
      cmocka_unit_test(refuses_other_sets),
      cmocka_unit_test(refuses_damaged_shards),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
