/* qref_gen: whole or not at all, the same bytes whatever the threads, refusals. */
#include <qref/version.h>
#include <sys/stat.h>

#include "ref/vectors/npy.h"
#include "ref/vectors/suite/write.h"
#include "tests/vectors/suite_support.h"

static void expect_refusal(const char *directory, const qref_gen_options *options, const char *expected) {
  qref_gen_report report;
  qref_error error = {""};
  const qref_status status = qref_gen(directory, options, &report, &error);
  qref_gen_report_free(&report);
  if (status == QREF_OK || strstr(error.message, expected) == NULL) {
    fail_msg("expected '%s', found '%s'", expected, error.message);
  }
}

static void writes_what_the_manifest_lists(void **state) {
  (void)state;
  scratch s;
  scratch_begin(&s);
  char path[SUITE_PATH_SIZE];
  const qref_gen_options options = small_suite();
  qref_gen_report report;
  make_suite(scratch_file(&s, "suite"), &options, &report);
  assert_int_equal(strlen(report.digest), 64);
  assert_int_equal(report.tensors, 3 * report.cases); /* x, before_rounding, y */
  assert_true(qref_is_suite(s.path));

  /* The all-codes case: 256 results of 1 byte, one a line. */
  snprintf(path, sizeof path, "%s/cases/requantize/all_codes/y.npy", s.path);
  qref_tensor tensor;
  qref_error error = {""};
  assert_int_equal(qref_npy_read(path, &tensor, &error), QREF_OK);
  assert_int_equal(tensor.dtype, QREF_DTYPE_INT8);
  snprintf(path, sizeof path, "%s/cases/requantize/all_codes/y.hex", s.path);
  char *text = read_text(path);
  assert_int_equal(strlen(text), 3 * tensor.count);
  for (size_t i = 0; i < tensor.count; i++) {
    const unsigned long word = strtoul(text + 3 * i, NULL, 16);
    assert_int_equal(word, ((const uint8_t *)tensor.data)[i]);
  }
  free(text);
  qref_tensor_free(&tensor);

  snprintf(path, sizeof path, "%s/qref_vectors_pkg.sv", s.path);
  text = read_text(path);
  assert_non_null(strstr(text, "package qref_vectors_pkg;"));
  assert_non_null(strstr(text, "localparam REQUANTIZE_ALL_CODES__Y__FILE = \"cases/requantize/all_codes/y.hex\";"));
  assert_non_null(strstr(text, "localparam int REQUANTIZE_ALL_CODES__Y__BITS = 8;"));
  assert_non_null(strstr(text, "localparam bit [31:0] REQUANTIZE_ALL_CODES__SCALE = 32'h"));
  free(text);
  assert_int_equal(scratch_count(&s), 1); /* no temporary directory is left */
  scratch_end(&s);
}

static void bytes_do_not_depend_on_threads(void **state) {
  (void)state;
  scratch s;
  scratch_begin(&s);
  char one[SUITE_PATH_SIZE];
  char four[SUITE_PATH_SIZE];
  snprintf(one, sizeof one, "%s/one", s.directory);
  snprintf(four, sizeof four, "%s/four", s.directory);
  qref_gen_options options = small_suite();
  make_suite(one, &options, NULL);
  options.threads = 4;
  make_suite(four, &options, NULL);
  assert_true(same_tree(one, four));
  options.seed++;
  qref_gen_report other;
  qref_gen_report report;
  run((const char *const[]){"rm", "-rf", four, one, NULL}, 0);
  make_suite(four, &options, &other);
  options.seed--;
  make_suite(one, &options, &report);
  assert_string_not_equal(report.digest, other.digest);
  scratch_end(&s);
}

static void the_digest_does_not_depend_on_the_format(void **state) {
  (void)state;
  scratch s;
  scratch_begin(&s);
  qref_gen_options options = small_suite();
  qref_gen_report both;
  qref_gen_report npy;
  make_suite(scratch_file(&s, "both"), &options, &both);
  options.hex = false;
  make_suite(scratch_file(&s, "npy"), &options, &npy);
  assert_string_equal(both.digest, npy.digest);
  char path[SUITE_PATH_SIZE];
  struct stat information;
  snprintf(path, sizeof path, "%s/qref_vectors_pkg.sv", s.path);
  assert_int_not_equal(stat(path, &information), 0); /* only with hex */
  scratch_end(&s);
}

static void takes_an_empty_directory_only(void **state) {
  (void)state;
  scratch s;
  scratch_begin(&s);
  qref_gen_options options = small_suite();
  make_suite(s.directory, &options, NULL); /* empty: allowed */
  expect_refusal(s.directory, &options, "expected a directory that does not exist, or is empty");
  char path[SUITE_PATH_SIZE];
  snprintf(path, sizeof path, "%s/manifest.json", s.directory);
  expect_refusal(path, &options, "manifest.json"); /* a file */
  snprintf(path, sizeof path, "%s/no/such/parent", s.directory);
  expect_refusal(path, &options, "no/such/parent");
  expect_refusal("", &options, "expected the name of a directory");
  scratch_end(&s);
}

static void makes_one_case_alone(void **state) {
  (void)state;
  scratch s;
  scratch_begin(&s);
  qref_gen_options options = small_suite();
  char all[SUITE_PATH_SIZE];
  char one[SUITE_PATH_SIZE];
  char a[SUITE_PATH_SIZE];
  char b[SUITE_PATH_SIZE];
  snprintf(all, sizeof all, "%s/all", s.directory);
  snprintf(one, sizeof one, "%s/one", s.directory);
  make_suite(all, &options, NULL);
  options.case_id = "requantize/uniform_00";
  qref_gen_report report;
  make_suite(one, &options, &report);
  assert_int_equal(report.cases, 1);
  assert_int_equal(report.coverage_count, 0);
  assert_true(snprintf(a, sizeof a, "%s/cases/requantize/uniform_00", all) < SUITE_PATH_SIZE);
  assert_true(snprintf(b, sizeof b, "%s/cases/requantize/uniform_00", one) < SUITE_PATH_SIZE);
  assert_true(same_tree(a, b));
  assert_int_equal(verify(one).report.failed, 0);
  scratch_end(&s);
}

static void refuses_bad_options(void **state) {
  (void)state;
  scratch s;
  scratch_begin(&s);
  const char *directory = scratch_file(&s, "suite");
  qref_gen_options options = small_suite();
  options.suite = "huge";
  expect_refusal(directory, &options, "expected one of smoke, standard, thorough, block, layer");
  options = small_suite();
  options.op = "softmax";
  expect_refusal(directory, &options, "op 'softmax'");
  options = small_suite();
  options.case_id = "requantize/none";
  expect_refusal(directory, &options, "no case 'requantize/none'");
  options = small_suite();
  options.npy = options.hex = false;
  expect_refusal(directory, &options, "expected a format");
  options = small_suite();
  options.shard_count = 3;
  options.shard_index = 4;
  expect_refusal(directory, &options, "shard 4/3");
  options.shard_index = 0;
  expect_refusal(directory, &options, "shard 0/3");
  options.shard_count = options.shard_index = 1000;
  expect_refusal(directory, &options, "there are only");
  options = small_suite();
  options.suite = "layer";
  options.op = NULL;
  expect_refusal(directory, &options, "expected a model");
  options = small_suite();
  options.suite = "block";
  expect_refusal(directory, &options, "op");
  assert_int_equal(scratch_count(&s), 0);
  scratch_end(&s);
}

/* One case of a plan does not reach what the suite must. */
static void a_hole_keeps_the_suite_from_being_written(void **state) {
  (void)state;
  scratch s;
  scratch_begin(&s);
  const qref_suite_header header = {.suite = "smoke",
                                    .seed = QREF_SUITE_DEFAULT_SEED,
                                    .op = QREF_OP_REQUANTIZE,
                                    .version = QREF_VERSION,
                                    .profile = *qref_profile_builtin("quamba"),
                                    .npy = true,
                                    .hex_lanes = 1};
  const qref_source_options source_options = {
      .suite = "smoke", .op = QREF_OP_REQUANTIZE, .seed = header.seed, .profile = &header.profile};
  qref_case_source source;
  qref_error error = {""};
  assert_int_equal(qref_case_source_open(&source_options, &source, &error), QREF_OK);
  const size_t selected = 0;
  qref_suite_write_options options = {
      .header = &header, .selected = &selected, .count = 1, .coverage = true, .coverage_check = true};
  qref_gen_report report = {0};
  assert_int_equal(qref_suite_write(scratch_file(&s, "suite"), &options, &source, &report, &error), QREF_OK);
  assert_true(report.holes > 0);
  assert_true(report.coverage_count > report.holes);
  assert_int_equal(scratch_count(&s), 0);
  qref_gen_report_free(&report);
  options.coverage_check = false;
  assert_int_equal(qref_suite_write(s.path, &options, &source, &report, &error), QREF_OK);
  assert_int_equal(scratch_count(&s), 1);
  qref_gen_report_free(&report);
  qref_case_source_close(&source);
  scratch_end(&s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(writes_what_the_manifest_lists),
      cmocka_unit_test(bytes_do_not_depend_on_threads),
      cmocka_unit_test(the_digest_does_not_depend_on_the_format),
      cmocka_unit_test(takes_an_empty_directory_only),
      cmocka_unit_test(makes_one_case_alone),
      cmocka_unit_test(refuses_bad_options),
      cmocka_unit_test(a_hole_keeps_the_suite_from_being_written),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
