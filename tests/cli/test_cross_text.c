/* How qref cross prints a divergence, unsupported cases and the command that repeats a case. */
#include "ref/cli/cross_text.h"

#include "tests/base/support.h"

/* The program's own sources: no library has them. NOLINTBEGIN(bugprone-suspicious-include) */
#include "ref/cli/cross_text.c"
#include "ref/cli/element.c"
#include "ref/cli/shell_word.c"
#include "ref/cli/text_stream.c"
/* NOLINTEND(bugprone-suspicious-include) */

static const char *const suites[] = {"standard"};
static const char *const texts[] = {"quamba", "my profiles/narrow.json"};
static const qref_option_strings given = {.values = {"quamba", "my profiles/narrow.json"}, .count = 2};

static qref_cross_divergence a_divergence(void) {
  qref_cross_divergence divergence = {.op = "hadamard",
                                      .profile = "narrow+wide",
                                      .case_id = "hadamard/uniform_3",
                                      .suite = "standard",
                                      .problem = QREF_CROSS_RESULT,
                                      .run = "outputs only, 2 threads",
                                      .message = "tensor y: the result differs",
                                      .has_element = true,
                                      .tensor = "y",
                                      .element = 7,
                                      .elements = 12,
                                      .rank = 2,
                                      .shape = {3, 4},
                                      .dtype = QREF_DTYPE_INT8,
                                      .different = 5,
                                      .expected_bits = 0xbf,
                                      .found_bits = 0x40,
                                      .before_rounding = -64.75f,
                                      .boundary_distance = 0.25,
                                      .verdict = QREF_VERDICT_BUG};
  return divergence;
}

/* What is printed on stdout, malloc'ed. */
static char *printed(const qref_cross_summary *summary) {
  scratch s;
  scratch_begin(&s);
  fflush(stdout);
  const int kept = dup(STDOUT_FILENO);
  assert_non_null(freopen(scratch_file(&s, "out"), "w", stdout));
  qref_cross_print_text(summary);
  fflush(stdout);
  assert_int_equal(dup2(kept, STDOUT_FILENO), STDOUT_FILENO);
  close(kept);
  size_t size = 0;
  char *text = (char *)read_bytes(scratch_file(&s, "out"), &size);
  scratch_end(&s);
  return text;
}

static void expect_part(const char *text, const char *part) {
  if (strstr(text, part) == NULL) {
    fail_msg("expected \"%s\" in:\n%s", part, text);
  }
}

static void a_divergence_is_printed_in_full(void **state) {
  (void)state;
  const qref_profile profiles[] = {{.name = "quamba"}, {.name = "narrow"}};
  const qref_cross_options options = {.suites = suites,
                                      .suite_count = 1,
                                      .profiles = profiles,
                                      .profile_count = 2,
                                      .seed = 2025,
                                      .random_cases = 10,
                                      .threads = 2};
  qref_cross_divergence kept[2] = {a_divergence(), a_divergence()};
  kept[1].suite = "";
  kept[1].case_id = "";
  kept[1].index = 99;
  kept[1].has_element = false;
  kept[1].problem = QREF_CROSS_COUNTS;
  kept[1].boundary_distance = (double)NAN;
  kept[1].before_rounding = NAN;
  const qref_cross_results results = {.kept = kept, .count = 2, .all = 5};
  qref_cross_row rows[] = {
      {.op = "requantize", .profile = "quamba", .cases = 3, .runs = 12},
      {.op = "requantize", .profile = "narrow", .unsupported = 2},
      {.op = "rmsnorm", .profile = "quamba", .unsupported = 30},
      {.op = "rmsnorm", .profile = "narrow", .unsupported = 7},
      {.op = "hadamard",
       .profile = "narrow+wide",
       .cases = 4,
       .failed = 2,
       .reference_seconds = 2,
       .backend_seconds = 1},
  };
  const qref_cross_report report = {.row_count = 5, .rows = rows, .cases = 7, .failed = 2, .unsupported = 39};
  const qref_cross_summary summary = {.backend = "gpu.so",
                                      .against = "cpu",
                                      .given_profiles = &given,
                                      .profile_texts = texts,
                                      .options = &options,
                                      .results = &results,
                                      .report = &report};
  char *text = printed(&summary);
  static const char *const parts[] = {
      "backend gpu.so against cpu, seed 2025, 1 and 2 threads\n",
      "equal, 2 unsupported\n",
      "unsupported: 37 cases of rmsnorm, under quamba, narrow\n",
      " 0.50  2 cases DIFFER\n",
      "\nDIFFERS hadamard, case hadamard/uniform_3 of suite standard\n",
      "\n  profile          narrow+wide\n",
      "\n  called with      outputs only, 2 threads\n",
      "\n  problem          result: tensor y: the result differs\n",
      "\n  tensor           y, int8 (3, 4), 5 of 12 elements differ\n",
      "\n  index            7 = (1, 3)\n",
      "\n  gpu.so           0x40 = 64\n",
      "\n  cpu              0xbf = -65\n",
      "\n  before rounding  -64.75\n",
      "\n  boundary         0.25 away\n",
      "\n  verdict          bug\n",
      "qref cross --backend gpu.so --against cpu --threads 2 --profile 'my profiles/narrow.json' --seed 2025 --suite ",
      " --seed 2025 --suite standard --case hadamard/uniform_3\n",
      "\nDIFFERS hadamard, random case 99\n",
      " --profile quamba --profile 'my profiles/narrow.json' --seed 2025 --op hadamard --case 99\n",
      "\n3 divergences more\n",
      "2 cases DIFFER (--keep-going counts them all)\n",
  };
  for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
    expect_part(text, parts[i]);
  }
  free(text);
  text = qref_cross_line_text(&summary, &kept[0]);
  expect_part(text,
              "result: tensor y: the result differs; outputs only, 2 threads; index 7 = (1, 3): gpu.so 0x40 = 64, "
              "cpu 0xbf = -65; qref cross ");
  free(text);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(a_divergence_is_printed_in_full)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
