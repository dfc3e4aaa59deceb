/* qref_verify: what is damaged is found and named. */
#include <math.h>

#include "ref/base/sha256.h"
#include "ref/base/size.h"
#include "ref/vectors/npy.h"
#include "tests/vectors/suite_support.h"

typedef struct suite {
  scratch s;
  char good[SUITE_PATH_SIZE], bad[SUITE_PATH_SIZE], manifest[SUITE_PATH_SIZE];
} suite;

static void begin(suite *t, const qref_gen_options *options) {
  scratch_begin(&t->s);
  snprintf(t->good, sizeof t->good, "%s/good", t->s.directory);
  snprintf(t->bad, sizeof t->bad, "%s/bad", t->s.directory);
  snprintf(t->manifest, sizeof t->manifest, "%s/bad/manifest.json", t->s.directory);
  make_suite(t->good, options, NULL);
}

static const char *damage(suite *t, const char *file) {
  static char path[SUITE_PATH_SIZE * 2];
  copy_tree(t->good, t->bad);
  snprintf(path, sizeof path, "%s/%s", t->bad, file);
  return path;
}

static void expect_problem(const verified *v, qref_vector_problem problem, const char *id, const char *text) {
  if (v->status != QREF_OK || v->report.failed == 0) {
    fail_msg("status %d, %s", (int)v->status, v->error.message);
  }
  if (v->first.problem != problem || strcmp(v->id, id) != 0 || strstr(v->first.message, text) == NULL) {
    fail_msg("%s: %s: %s", v->id, qref_vector_problem_name(v->first.problem), v->first.message);
  }
  assert_string_equal(v->report.digest, "");
  assert_true(v->ordered);
}

static void passes_what_gen_wrote(void **state) {
  (void)state;
  static const struct {
    const char *suite, *op;
    bool npy, hex;
    size_t lanes;
  } suites[] = {
      {"smoke", "requantize", true, true, 1},
      {"smoke", "requantize", false, true, 4}, /* .hex files alone hold everything */
      {"standard", "requantize", true, false, 1},
      {"block", NULL, true, true, 3},
  };
  for (size_t i = 0; i < sizeof suites / sizeof suites[0]; i++) {
    suite t;
    const qref_gen_options options = {.suite = suites[i].suite,
                                      .op = suites[i].op,
                                      .seed = 1 + i,
                                      .npy = suites[i].npy,
                                      .hex = suites[i].hex,
                                      .hex_lanes = suites[i].lanes,
                                      .threads = 2};
    begin(&t, &options);
    for (int threads = 1; threads <= 3; threads += 2) {
      const verified v = verify_with(t.good, &(qref_verify_options){.threads = threads});
      if (v.status != QREF_OK || v.report.failed != 0) {
        fail_msg("%s: %s%s", suites[i].suite, v.error.message, v.first.message);
      }
      assert_int_equal(v.calls, v.report.cases);
      assert_true(v.ordered);
      assert_int_equal(strlen(v.report.digest), 64);
    }
    const qref_backend *cpu = NULL;
    assert_int_equal(qref_backend_find("cpu", &cpu, NULL), QREF_OK);
    assert_int_equal(verify_with(t.good, &(qref_verify_options){.backend = cpu}).report.failed, 0);
    scratch_end(&t.s);
  }
}

static void names_tensor_and_index_of_a_flipped_bit(void **state) {
  (void)state;
  suite t;
  const qref_gen_options options = small_suite();
  begin(&t, &options);

  /* An output: the last of 256 elements, against the recomputed one. */
  flip_bit(damage(&t, "cases/requantize/uniform_00/y.npy"), 1, 0);
  verified v = verify(t.bad);
  expect_problem(&v, QREF_PROBLEM_DIGEST, "requantize/uniform_00", "y.npy: field 'sha256'");
  assert_non_null(strstr(v.first.message, "element 255 (255)"));
  assert_string_equal(v.tensor, "y");
  assert_true(v.first.has_element);
  assert_int_equal(v.first.element, 255);
  assert_int_equal(v.first.elements, 256);
  assert_int_equal(v.first.different, 1);
  assert_int_equal(v.first.stored_bits ^ v.first.expected_bits, 1);
  assert_true(!isnan(v.first.before_rounding));
  assert_true(!isnan(v.first.boundary_distance));
  assert_int_equal(v.report.failed, 1);

  /* An input: against the generator's. */
  flip_bit(damage(&t, "cases/requantize/uniform_00/x.npy"), 4 * 256 - 4 * 7, 3);
  v = verify(t.bad);
  expect_problem(&v, QREF_PROBLEM_DIGEST, "requantize/uniform_00", "x.npy: field 'sha256'");
  assert_string_equal(v.tensor, "x");
  assert_int_equal(v.first.element, 7);
  assert_int_equal(v.first.stored_bits ^ v.first.expected_bits, 8);

  /* A word of a .hex file. */
  flip_bit(damage(&t, "cases/requantize/uniform_00/y.hex"), 3 * 256 - 3 * 5 - 1, 0);
  v = verify(t.bad);
  expect_problem(&v, QREF_PROBLEM_DIGEST, "requantize/uniform_00", "y.hex: word 5");
  assert_string_equal(v.tensor, "y");
  assert_int_equal(v.first.element, 5);
  scratch_end(&t.s);
}

static void says_when_the_manifest_is_wrong(void **state) {
  (void)state;
  suite t;
  const qref_gen_options options = small_suite();
  begin(&t, &options);
  damage(&t, "");
  edit(t.manifest, "requantize/uniform_00/y.npy", "requantize/uniform_00/y.npy", "requantize/uniform_00/y.npy");
  /* The digest in front of the file's name. */
  char *text = read_text(t.manifest);
  char *name = strstr(text, "\",\"npy\":\"cases/requantize/uniform_00/y.npy");
  assert_non_null(name);
  name[-1] = name[-1] == '0' ? '1' : '0';
  write_bytes(t.manifest, text, strlen(text));
  free(text);
  verified v = verify(t.bad);
  expect_problem(&v, QREF_PROBLEM_DIGEST, "requantize/uniform_00", "the manifest is wrong");
  assert_string_equal(v.tensor, "y");

  damage(&t, "");
  edit(t.manifest, "\"digest\":\"", "\"digest\":\"", "\"digest\":\"0000");
  edit(t.manifest, "\"digest\":\"0000", "\",\n", "\",\n");
  text = read_text(t.manifest);
  char *digest = strstr(text, "\"digest\":\"0000");
  memmove(digest + 74, digest + 78, strlen(digest + 78) + 1); /* as long as before */
  write_bytes(t.manifest, text, strlen(text));
  free(text);
  v = verify(t.bad);
  assert_int_equal(v.status, QREF_ERROR_FORMAT);
  assert_non_null(strstr(v.error.message, "field 'digest'"));
  scratch_end(&t.s);
}

static void finds_files_that_cannot_be_used(void **state) {
  (void)state;
  suite t;
  const qref_gen_options options = small_suite();
  begin(&t, &options);
  const char *path = damage(&t, "cases/requantize/uniform_00/x.npy");
  run((const char *const[]){"rm", path, NULL}, 0);
  verified v = verify(t.bad);
  expect_problem(&v, QREF_PROBLEM_FILE, "requantize/uniform_00", "x.npy");

  path = damage(&t, "cases/requantize/uniform_00/x.npy");
  run((const char *const[]){"truncate", "-s", "-1", path, NULL}, 0);
  v = verify(t.bad);
  expect_problem(&v, QREF_PROBLEM_FILE, "requantize/uniform_00", "x.npy: data: expected");

  /* Another shape and another dtype than the manifest has. */
  path = damage(&t, "cases/requantize/uniform_00/y.npy");
  char other[SUITE_PATH_SIZE * 2];
  snprintf(other, sizeof other, "%s/cases/requantize/special/y.npy", t.bad);
  run((const char *const[]){"cp", other, path, NULL}, 0);
  v = verify(t.bad);
  expect_problem(&v, QREF_PROBLEM_FILE, "requantize/uniform_00", "y.npy: shape");
  path = damage(&t, "cases/requantize/uniform_00/y.npy");
  snprintf(other, sizeof other, "%s/cases/requantize/uniform_00/x.npy", t.bad);
  run((const char *const[]){"cp", other, path, NULL}, 0);
  v = verify(t.bad);
  expect_problem(&v, QREF_PROBLEM_FILE, "requantize/uniform_00", "y.npy: dtype: expected int8, found float32");

  /* A .hex file that is short, over-long, not hex. */
  path = damage(&t, "cases/requantize/uniform_00/y.hex");
  run((const char *const[]){"truncate", "-s", "-3", path, NULL}, 0);
  v = verify(t.bad);
  expect_problem(&v, QREF_PROBLEM_FILE, "requantize/uniform_00", "y.hex: expected 256 lines, 256 words, found 255");
  path = damage(&t, "cases/requantize/uniform_00/y.hex");
  FILE *file = fopen(path, "ab");
  assert_non_null(file);
  fputs("00\n", file);
  fclose(file);
  v = verify(t.bad);
  expect_problem(&v, QREF_PROBLEM_FILE, "requantize/uniform_00", "found 257");

  /* A link that leaves the directory, to a file that would do. */
  path = damage(&t, "cases/requantize/uniform_00/y.npy");
  snprintf(other, sizeof other, "%s/cases/requantize/uniform_00/y.npy", t.good);
  run((const char *const[]){"ln", "-sf", other, path, NULL}, 0);
  v = verify(t.bad);
  expect_problem(&v, QREF_PROBLEM_FILE, "requantize/uniform_00", "outside the directory");
  scratch_end(&t.s);
}

/* Replaces a tensor in both .npy and manifest by what another seed gives, so that only the meaning is wrong. */
static void finds_inputs_of_another_seed(void **state) {
  (void)state;
  suite t;
  qref_gen_options options = small_suite();
  options.hex = false;
  options.seed = 11;
  begin(&t, &options);
  damage(&t, "");
  edit(t.manifest, "", "\"seed\":\"0x000000000000000b\"", "\"seed\":\"0x000000000000000c\"");
  const qref_verify_options uniform = {.case_id = "requantize/uniform_00"};
  verified v = verify_with(t.bad, &uniform);
  expect_problem(&v, QREF_PROBLEM_GENERATOR, "requantize/uniform_00", "not what the seed gives");
  assert_true(v.first.has_element);
  assert_string_equal(v.tensor, "x");
  v = verify_with(t.bad, &(qref_verify_options){.stored_inputs_only = true});
  assert_int_equal(v.status, QREF_OK);
  assert_int_equal(v.report.failed, 0);

  /* A scale: the outputs stay what the stored attributes give only if nothing depends on it. */
  copy_tree(t.good, t.bad);
  char *text = read_text(t.manifest);
  char *entry = strstr(text, "\"id\":\"requantize/all_codes\"");
  assert_non_null(entry);
  char *scale = strstr(entry, "\"scale\":");
  char *end = strchr(scale, '}');
  const char before = *end;
  *end = '\0';
  char old_scale[128];
  snprintf(old_scale, sizeof old_scale, "%s", scale);
  *end = before;
  free(text);
  edit(t.manifest, "\"id\":\"requantize/all_codes\"", old_scale, "\"scale\":{\"value\":1,\"bits\":\"0x3f800000\"");
  v = verify(t.bad);
  expect_problem(&v, QREF_PROBLEM_GENERATOR, "requantize/all_codes", "attribute 'scale': expected 0x");
  v = verify_with(t.bad, &(qref_verify_options){.stored_inputs_only = true});
  expect_problem(&v, QREF_PROBLEM_RESULT, "requantize/all_codes", "tensor 'before_rounding', element");
  scratch_end(&t.s);
}

/* Writes one element of an int8 tensor and the digest of all of them into the manifest: only recomputing finds it. */
static void replace_result(suite *t, const char *case_id, size_t count, size_t index, int8_t value) {
  char path[SUITE_PATH_SIZE * 2];
  char old_digest[65];
  char new_digest[65];
  int8_t *elements = qref_allocate(count, 1);
  assert_non_null(elements);
  copy_tree(t->good, t->bad);
  snprintf(path, sizeof path, "%s/cases/%s/y.npy", t->bad, case_id);
  FILE *file = fopen(path, "r+b");
  assert_non_null(file);
  assert_int_equal(fseek(file, -(long)count, SEEK_END), 0);
  assert_int_equal(fread(elements, 1, count, file), count);
  qref_sha256_of(elements, count, old_digest);
  elements[index] = value;
  qref_sha256_of(elements, count, new_digest);
  assert_int_equal(fseek(file, -(long)count, SEEK_END), 0);
  assert_int_equal(fwrite(elements, 1, count, file), count);
  assert_int_equal(fclose(file), 0);
  free(elements);
  snprintf(path, sizeof path, "\"id\":\"%s\"", case_id);
  edit(t->manifest, path, old_digest, new_digest);
}

static void judges_a_wrong_result(void **state) {
  (void)state;
  static const char case_id[] = "requantize/tie_exact_00";
  suite t;
  qref_gen_options options = small_suite();
  options.hex = false;
  begin(&t, &options);
  char path[SUITE_PATH_SIZE * 2];
  qref_tensor before;
  qref_error error = {""};
  snprintf(path, sizeof path, "%s/cases/%s/before_rounding.npy", t.good, case_id);
  assert_int_equal(qref_npy_read(path, &before, &error), QREF_OK);
  const float *values = before.data;
  size_t tie = 0; /* 2.5 and the like: half_even goes down, the other way is up */
  while (tie < before.count && !(values[tie] > 0.0f && values[tie] < 100.0f && fmodf(values[tie], 2.0f) == 0.5f)) {
    tie++;
  }
  assert_in_range(tie, 0, before.count - 1);
  const int8_t down = (int8_t)floorf(values[tie]);

  replace_result(&t, case_id, before.count, tie, (int8_t)(down + 1));
  verified v = verify(t.bad);
  expect_problem(&v, QREF_PROBLEM_RESULT, case_id, "not what ref computes");
  assert_string_equal(v.tensor, "y");
  assert_int_equal(v.first.element, tie);
  assert_int_equal(v.first.stored_bits, (uint8_t)(down + 1));
  assert_int_equal(v.first.expected_bits, (uint8_t)down);
  assert_int_equal(v.first.verdict, QREF_VERDICT_TIE);
  assert_true(v.first.boundary_distance == 0.0);
  assert_true(v.first.before_rounding == values[tie]);

  replace_result(&t, case_id, before.count, tie, (int8_t)(down + 2));
  v = verify(t.bad);
  expect_problem(&v, QREF_PROBLEM_RESULT, case_id, "not what ref computes");
  assert_int_equal(v.first.verdict, QREF_VERDICT_BUG);
  qref_tensor_free(&before);
  scratch_end(&t.s);
}

static void finds_wrong_counts(void **state) {
  (void)state;
  suite t;
  const qref_gen_options options = small_suite();
  begin(&t, &options);
  damage(&t, "");
  edit(t.manifest, "\"id\":\"requantize/uniform_00\"", "\"wrapped\":0", "\"wrapped\":3");
  const verified v = verify(t.bad);
  expect_problem(&v, QREF_PROBLEM_RESULT, "requantize/uniform_00", "field 'wrapped': stored 3, expected 0");
  scratch_end(&t.s);
}

/* The suite's list of cases against the plan's. */
static void finds_a_missing_case(void **state) {
  (void)state;
  suite t;
  const qref_gen_options options = small_suite();
  begin(&t, &options);
  damage(&t, "");
  char *text = read_text(t.manifest);
  char *last = strstr(text, ",\n{\"id\":\"requantize/uniform_00\"");
  assert_non_null(last);
  char *next = strstr(last + 2, ",\n{\"id\"");
  if (next == NULL) {
    next = strstr(last, "]}\n");
  }
  memmove(last, next, strlen(next) + 1);
  write_bytes(t.manifest, text, strlen(text));
  free(text);
  verified v = verify(t.bad);
  assert_int_equal(v.status, QREF_ERROR_FORMAT);
  assert_non_null(strstr(v.error.message, "expected requantize/uniform_00"));
  /* Another version may have had other cases. */
  edit(t.manifest, "", "\"qref_version\":\"", "\"qref_version\":\"9.");
  v = verify(t.bad);
  assert_int_equal(v.report.failed, 0);
  assert_int_equal(v.status, QREF_ERROR_FORMAT); /* the suite's digest is over all of its cases */
  assert_non_null(strstr(v.error.message, "field 'digest'"));
  scratch_end(&t.s);
}

static void takes_a_suite_of_another_version(void **state) {
  (void)state;
  suite t;
  const qref_gen_options options = small_suite();
  begin(&t, &options);
  damage(&t, "");
  edit(t.manifest, "", "\"qref_version\":\"", "\"qref_version\":\"9.");
  verified v = verify(t.bad);
  assert_int_equal(v.status, QREF_OK);
  assert_int_equal(v.report.failed, 0);
  edit(t.manifest, "", "qref-vectors/1", "qref-vectors/2");
  v = verify(t.bad);
  assert_int_equal(v.status, QREF_ERROR_FORMAT);
  assert_non_null(strstr(v.error.message, "field 'format': expected qref-vectors/1, found 'qref-vectors/2'"));
  assert_true(qref_is_suite(t.bad));
  assert_false(qref_is_suite(t.s.directory));
  scratch_end(&t.s);
}

static void verifies_a_selection(void **state) {
  (void)state;
  suite t;
  const qref_gen_options options = small_suite();
  begin(&t, &options);
  verified v = verify_with(t.good, &(qref_verify_options){.case_id = "requantize/uniform_00"});
  assert_int_equal(v.status, QREF_OK);
  assert_int_equal(v.report.cases, 1);
  assert_string_equal(v.report.digest, "");
  v = verify_with(t.good, &(qref_verify_options){.op = "requantize"});
  assert_true(v.report.cases > 1);
  v = verify_with(t.good, &(qref_verify_options){.op = "hadamard"});
  assert_int_equal(v.status, QREF_ERROR_ARGUMENT);
  v = verify_with(t.good, &(qref_verify_options){.case_id = "requantize/none"});
  assert_int_equal(v.status, QREF_ERROR_ARGUMENT);
  assert_non_null(strstr(v.error.message, "requantize/none"));
  scratch_end(&t.s);
}

/* An input of a chain that agrees with nothing but its own digest. */
static void finds_a_broken_link(void **state) {
  (void)state;
  suite t;
  const qref_gen_options options = {.suite = "block", .seed = 3, .npy = true};
  begin(&t, &options);
  damage(&t, "");
  /* The x of the batch's in_proj comes from its norm: let it come from the other block's. */
  edit(t.manifest, "\"id\":\"block_one/decode_1_01_in_proj\"", "\"source_case\":\"block_one/decode_1_00_norm\"",
       "\"source_case\":\"block_one/decode_0_00_norm\"");
  const verified v = verify_with(t.bad, &(qref_verify_options){.stored_inputs_only = true});
  expect_problem(&v, QREF_PROBLEM_LINK, "block_one/decode_1_01_in_proj", "of case 'block_one/decode_0_00_norm'");
  assert_string_equal(v.tensor, "x");
  assert_true(v.first.has_element);
  scratch_end(&t.s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(passes_what_gen_wrote),
      cmocka_unit_test(names_tensor_and_index_of_a_flipped_bit),
      cmocka_unit_test(says_when_the_manifest_is_wrong),
      cmocka_unit_test(finds_files_that_cannot_be_used),
      cmocka_unit_test(finds_inputs_of_another_seed),
      cmocka_unit_test(judges_a_wrong_result),
      cmocka_unit_test(finds_wrong_counts),
      cmocka_unit_test(finds_a_missing_case),
      cmocka_unit_test(takes_a_suite_of_another_version),
      cmocka_unit_test(verifies_a_selection),
      cmocka_unit_test(finds_a_broken_link),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
