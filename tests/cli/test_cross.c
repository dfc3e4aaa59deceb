/* qref cross as a user runs it: verdicts, exit codes, the command that repeats a case, unsupported cases, interrupts.
 */
#include <cjson/cJSON.h>

#include "tests/cli/program.h"

static void proves_a_backend_equal(void **state) {
  program *p = *state;
  expect(p, "$Q cross --backend cpu --suite smoke --threads 2", 0);
  assert_contains(p->out, "backend cpu against ref, seed 2025, 1 and 2 threads");
  assert_contains(p->out, "\nrmsnorm ");
  assert_contains(p->out, ": every bit equal\n");
  assert_null(strstr(p->out, "unsupported"));
  assert_null(strstr(p->out, "DIFFER"));
  expect(p, "$Q cross --backend cpu --random 200", 0);
  assert_contains(p->out, "200 random cases of each op from 0 on");
  assert_contains(p->out, "\n3800 cases, ");
  expect(p, "$Q cross --backend cpu --suite block --suite smoke --op hadamard --op requantize --profile all", 0);
  assert_contains(p->out, "\nhadamard ");
  assert_contains(p->out, "\nrequantize ");
  assert_null(strstr(p->out, "\nrmsnorm "));
}

/* Every instruction set that runs here, against another backend too. */
static void every_backend(void **state) {
  program *p = *state;
  static const char *const backends[] = {"cpu-portable", "cpu-neon", "cpu-avx2", "cpu-avx512", "blis", "blis-dgemm"};
  for (size_t i = 0; i < sizeof backends / sizeof backends[0]; i++) {
    char command[160];
    snprintf(command, sizeof command, "$Q cross --backend %s --suite smoke --random 150 --threads 2", backends[i]);
    run(p, command);
    if (p->exit_code == 2) { /* not in this build, or not on this processor: refused, and with the reason */
      assert_contains(p->err, backends[i]);
      assert_string_equal(p->out, "");
    } else {
      expect(p, command, 0);
    }
  }
  expect(p, "$Q cross --backend cpu --against cpu-portable --random 20", 0);
  assert_contains(p->out, "backend cpu against cpu-portable");
}

static void one_case_alone(void **state) {
  program *p = *state;
  expect(p, "$Q cross --op rmsnorm --case 12 --seed 9", 0);
  assert_contains(p->out, "\n1 cases, ");
  expect(p, "$Q cross --random 3 --first 18446744073709551610 --op rmsnorm", 0);
  assert_contains(p->out, "\n3 cases, ");
  expect(p, "$Q cross --suite smoke --case $(grep -o 'rmsnorm/[a-z_0-9]*' $V/suites/smoke/manifest.json | head -1)", 0);
  assert_contains(p->out, "\n1 cases, ");
}

static void layer_of_a_model(void **state) {
  program *p = *state;
  expect(p, "$Q cross --suite layer --model $QM --text $M/eval.txt --layer 1 --seq-len 5 --decode 2", 0);
  assert_contains(p->out, "\nselective_scan_update ");
}

static void random_rules_of_a_file(void **state) {
  program *p = *state;
  expect(p,
         "echo '{\"base\": \"quamba\", \"name\": \"narrow\", \"linear\": {\"accumulator\": {\"bits\": 18}}}' >n.json\n"
         "$Q cross --random 40 --op linear_w8a8 --profile n.json --profile random --json >j && cat j",
         0);
  cJSON *json = cJSON_Parse(p->out);
  assert_non_null(json);
  const cJSON *rows = cJSON_GetObjectItem(json, "rows");
  assert_int_equal(cJSON_GetArraySize(rows), 2);
  double cases = 0;
  for (int i = 0; i < 2; i++) {
    const cJSON *row = cJSON_GetArrayItem(rows, i);
    const char *profile = cJSON_GetStringValue(cJSON_GetObjectItem(row, "profile"));
    assert_true(strcmp(profile, "narrow") == 0 || strcmp(profile, "random") == 0);
    assert_string_equal(cJSON_GetStringValue(cJSON_GetObjectItem(row, "verdict")), "equal");
    cases += cJSON_GetNumberValue(cJSON_GetObjectItem(row, "cases"));
  }
  assert_true(cases > 39.5 && cases < 40.5);
  cJSON_Delete(json);
}

static void reports(void **state) {
  program *p = *state;
  expect(p, "$Q cross --suite smoke --op hadamard --op rmsnorm --junit j.xml --json >j; cat j.xml", 0);
  assert_contains(p->out, "<testsuite name=\"qref.cross\"");
  assert_contains(p->out, "<testcase classname=\"qref.cross\" name=\"rmsnorm under quamba\"/>");
  assert_contains(p->out, "failures=\"0\"");
}

static void bad_usage(void **state) {
  program *p = *state;
  expect_refused(p, "$Q cross --backend ref", "proves nothing");
  expect_refused(p, "$Q cross --backend cpu --against cpu", "proves nothing");
  expect_refused(p, "$Q cross --backend none", "none");
  expect_refused(p, "$Q cross --suite smock", "smock");
  expect_refused(p, "$Q cross --op hadamart", "hadamart");
  expect_refused(p, "$Q cross --suite smoke --case rmsnorm/none", "rmsnorm/none");
  expect_refused(p, "$Q cross --case 7", "one --op");
  expect_refused(p, "$Q cross --case 7 --op rmsnorm --random 5", "one case");
  expect_refused(p, "$Q cross --seed x", "--seed");
  expect_refused(p, "$Q cross --random -1", "--random");
  expect_refused(p, "$Q cross --first 3", "--first");
  expect_refused(p, "$Q cross --suite smoke --layer 2", "--layer");
  expect_refused(p, "$Q cross --suite smoke --profile random", "random rules");
  expect_refused(p, "$Q cross --profile nowhere.json", "nowhere.json");
}

/* An end by a signal: --forever has no other, any other work is cut short by it. */
static void interrupts(void **state) {
  program *p = *state;
  expect(p, "$Q cross --forever --seed 4 & sleep 1; kill -INT $! && wait $!", 0);
  assert_contains(p->out, "seed 4");
  assert_contains(p->out, "\ninterrupted: ");
  assert_contains(p->out, ": every bit equal\n");
  assert_contains(p->err, "qref cross: seed 4;");
  expect(p, "$Q cross --random 100000000 & sleep 1; kill -INT $! && wait $!", 2);
  assert_contains(p->err, "interrupted before the end");
  expect(p, "$Q cross --forever --quiet --json & sleep 1; kill -TERM $! && wait $!", 0);
  assert_contains(p->out, "\"interrupted\":\ttrue");
  assert_string_equal(p->err, "");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(proves_a_backend_equal, program_clear),
      cmocka_unit_test_setup(every_backend, program_clear),
      cmocka_unit_test_setup(one_case_alone, program_clear),
      cmocka_unit_test_setup(layer_of_a_model, program_clear),
      cmocka_unit_test_setup(random_rules_of_a_file, program_clear),
      cmocka_unit_test_setup(reports, program_clear),
      cmocka_unit_test_setup(bad_usage, program_clear),
      cmocka_unit_test_setup(interrupts, program_clear),
  };
  return cmocka_run_group_tests(tests, program_begin, program_end);
}
