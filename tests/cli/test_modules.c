/* Modules as a user meets them: what each fault of a module makes of a command, its one line and its exit code. */
#include <cjson/cJSON.h>

#include "tests/cli/program.h"

#define MOCK QREF_MODULES "/qref_mock.so"

typedef struct fault {
  const char *name, *message;
} fault;

/* Nothing on standard output, one line, no file. */
static void expect_fault(program *p, const char *command, const fault *expected) {
  char script[512];
  snprintf(script, sizeof script, "QREF_MOCK=%s QREF_MODULE_PATH='" QREF_MODULES "' %s", expected->name, command);
  expect_refused(p, script, expected->message);
  assert_string_equal(p->out, "");
}

static void a_good_module(void **state) {
  program *p = *state;
  expect(p, "$Q cross --backend " MOCK " --suite smoke --random 20 --threads 2 --junit j.xml", 0);
  assert_contains(p->out, "backend " MOCK " against ref, seed 2025");
  assert_contains(p->out, ": every bit equal\n");
  assert_string_equal(p->err, "");
  expect(p, "export QREF_MODULE_PATH='" QREF_MODULES "'; $Q cross --backend=mock --against cpu --random 20", 0);
  assert_contains(p->out, "backend mock against cpu, ");
  expect(p, "export QREF_MODULE_PATH='" QREF_MODULES "'; $Q cross --backend cpu --against mock --random 20", 0);
  expect(p, "cp " MOCK " own.so && $Q cross --backend own.so --random 5", 0);
  expect(p, "cp " MOCK " own.so && $Q cross --backend own.so --against " MOCK " --random 5", 0);
  expect(p, "$Q verify $V/suites/smoke --backend " MOCK " --threads 2", 0);
  expect(p, "$Q replay $V/recorded/quamba-h100 --backend " MOCK " --timeout 0", 0);
  expect(p,
         "$Q run --model $QM --prompt Go --decode 3 --backend " MOCK
         " >a && $Q run --model $QM --prompt Go --decode 3 >b"
         " && cmp a b",
         0);
}

static void against_itself(void **state) {
  program *p = *state;
  expect_refused(p, "$Q cross --backend " MOCK " --against " MOCK, "against itself proves nothing");
}

static void modules_that_are_refused(void **state) {
  program *p = *state;
  static const fault faults[] = {
      {"no-driver", MOCK ": the module cannot run here: mock: driver: no driver of version 13 or newer was found"},
      {"no-device", MOCK ": the module cannot run here: mock: expected at least one device, found none"},
      {"abi", MOCK ": module of ABI version "},
      {"small", MOCK ": module with a qref_backend of "},
      {"null", MOCK ": module: field 'hadamard': expected a function"},
      {"load-crash", "module mock: signal 11 (Segmentation fault) in its loading"},
      {"load-exit", "module mock: ended the program, with exit code 0, in its loading"},
  };
  for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
    expect_fault(p, "$Q cross --backend mock --suite smoke --junit j.xml", &faults[i]);
    expect_fault(p, "$Q cross --against mock --suite smoke --json", &faults[i]);
    expect_fault(p, "$Q verify $V/suites/smoke --backend mock", &faults[i]);
    expect_fault(p, "$Q run --model $QM --prompt Go --backend mock --junit j.xml", &faults[i]);
    expect_fault(p, "$Q info --backend mock", &faults[i]);
  }
  expect_fault(p, "$Q cross --backend mock --timeout 1",
               &(fault){"load-hang", "module mock: no answer within 1 s (--timeout) in its loading"});
  expect_refused(p, "$Q cross --backend ./none.so", "./none.so: cannot open the module: No such file or directory");
  expect_refused(p, "$Q cross --backend $V/../README.md", "cannot load the module ");
  expect_refused(p, "$Q cross --backend '" QREF_MODULES "/not_a_module.so'", "not a module: expected the function ");
  expect_refused(p, "$Q cross --backend gpu", "and found no module qref_gpu.so in QREF_MODULE_PATH, ");
}

/* In an op: named with its case. */
static void faults_of_calls(void **state) {
  program *p = *state;
  static const char where[] =
      " in requantize, in a case of requantize: the same --profile and --threads, and --seed 2025 ";
  static const fault faults[] = {
      {"crash", "module mock: signal 11 (Segmentation fault)"},
      {"abort", "module mock: signal 6 (Aborted)"},
      {"exit", "module mock: ended the program, with exit code 0,"},
      {"_exit", "module mock: ended the program, with exit code 1,"},
  };
  for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
    expect_fault(p, "$Q cross --backend mock --suite smoke --json --junit j.xml", &faults[i]);
    assert_contains(p->err, where);
    assert_contains(p->err, " --suite smoke --case requantize/");
    expect_fault(p, "$Q cross --backend mock --random 3 --op requantize", &faults[i]);
    assert_contains(p->err, where);
    assert_contains(p->err, " --op requantize --case 0 repeat it");
    expect_fault(p, "$Q verify $V/suites/smoke --backend mock --threads 2", &faults[i]);
    assert_contains(p->err, " in requantize, case requantize/");
  }
  expect_fault(
      p, "$Q cross --backend mock --suite smoke --timeout 1",
      &(fault){"hang", "module mock: no answer within 1 s (--timeout) in requantize, in a case of requantize"});
  expect_fault(
      p, "$Q cross --backend mock --suite smoke --timeout 1",
      &(fault){"supports-hang", "module mock: no answer within 1 s (--timeout) in supports, in a case of hadamard"});
  expect_fault(
      p, "$Q cross --backend mock --suite smoke",
      &(fault){"kernel", "case requantize/all_codes: backend mock: requantize: mock: kernel: an illegal memory"});
  expect_fault(
      p, "$Q cross --backend mock --suite smoke",
      &(fault){"memory", "case requantize/all_codes: backend mock: requantize: mock: 3 GiB of device memory: out"});
  expect_fault(
      p, "$Q cross --backend mock --random 9 --op requantize",
      &(fault){"kernel", "qref cross: random case 0: backend mock: requantize: mock: kernel: an illegal memory"});
  expect_fault(p, "$Q verify $V/suites/smoke --backend mock",
               &(fault){"kernel", "case requantize/tie_exact_00: mock: kernel"});
  /* a crash in its last function is not a pass, whatever was compared */
  expect(p, "QREF_MOCK=unload-crash $Q cross --backend " MOCK " --suite smoke", 2);
  assert_contains(p->err, "signal 11 (Segmentation fault) outside of its functions, after its unloading");
  expect(p, "QREF_MOCK=unload-exit $Q cross --backend " MOCK " --suite smoke", 2);
  assert_contains(p->err, "ended the program, with exit code 3, outside of its functions, after its unloading");
}

/* A function that is missing only under a profile that nobody has when the module is loaded. */
static void a_function_missing_under_another_profile(void **state) {
  program *p = *state;
  expect(p,
         "echo '{\"base\":\"quamba\",\"name\":\"custom\"}' >p.json\n"
         "QREF_MOCK=null-custom $Q cross --backend " MOCK " --suite smoke --profile p.json",
         2);
  assert_contains(p->err, "backend mock: hadamard: the module supports hadamard, but has no function for it\n");
}

static void a_wrong_result(void **state) {
  program *p = *state;
  expect(p, "QREF_MOCK=wrong $Q cross --backend " MOCK " --suite smoke", 1);
  assert_contains(p->out, "index            1 = ");
  assert_contains(p->out, "DIFFER");
}

static void partial_support(void **state) {
  program *p = *state;
  expect(p, "QREF_MOCK=partial $Q cross --backend " MOCK " --suite smoke", 0);
  assert_contains(p->out, ": every bit equal where the backend supports it\n");
  expect(p, "QREF_MOCK=nothing $Q cross --backend " MOCK " --suite smoke", 2);
  assert_contains(p->err, "the backend supports no case: nothing was compared");
  expect_fault(p, "$Q run --model $QM --prompt Go --backend mock",
               &(fault){"partial", "backend 'mock' does not compute "});
}

/* Each module that has a name is looked at by itself: none keeps qref info from the rest. */
static void info_lists_modules(void **state) {
  program *p = *state;
  expect(p, "QREF_MODULE_PATH=/nowhere:'" QREF_MODULES "' $Q info", 0);
  assert_contains(p->out,
                  "\n  mock         yes                         the reference behind a module's interface\n"
                  "               " MOCK "\n               19 of 19 ops under profile quamba\n");
  expect(p, "QREF_MOCK=partial $Q info --backend " MOCK " --profile floatsim", 0);
  assert_contains(p->out, "\n               1 of 19 ops under profile floatsim: requantize\n");
  expect(p,
         "mkdir m && cp " MOCK
         " m/qref_b.so && echo >m/qref_a.so && echo >m/qref_.so && echo >m/other.so\n"
         "QREF_MOCK=no-device QREF_MODULE_PATH=m:'" QREF_MODULES "' $Q info",
         0);
  assert_contains(p->out, "\n  a            no: cannot load the module m/qref_a.so: m/qref_a.so: ");
  assert_contains(p->out,
                  "\n  b            no: m/qref_b.so: the module cannot run here: mock: expected at least one device");
  assert_contains(p->out, "\n  mock         no: " MOCK ": the module cannot run here: ");
  assert_null(strstr(p->out, "other"));
  static const fault faults[] = {
      {"load-crash", "\n  mock         no: module mock: signal 11 (Segmentation fault) in its loading\n"},
      {"load-exit", "\n  mock         no: module mock: ended the program, with exit code 0, in its loading\n"},
  };
  for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
    char command[256];
    snprintf(command, sizeof command, "QREF_MOCK=%s QREF_MODULE_PATH='" QREF_MODULES "' $Q info", faults[i].name);
    expect(p, command, 0);
    assert_contains(p->out, faults[i].message);
    assert_contains(p->out, "\nprofiles\n");
  }
  expect(p, "QREF_MOCK=load-hang QREF_MODULE_PATH='" QREF_MODULES "' $Q info --timeout 1", 0);
  assert_contains(p->out, "\n  mock         no: module mock: no answer within 1 s (--timeout) in its loading\n");
  expect(p, "QREF_MOCK=partial QREF_MODULE_PATH='" QREF_MODULES "' $Q info --json", 0);
  cJSON *json = cJSON_Parse(p->out);
  const cJSON *modules = cJSON_GetObjectItem(json, "modules");
  const cJSON *mock = NULL;
  cJSON_ArrayForEach(mock, modules) {
    if (strcmp(cJSON_GetStringValue(cJSON_GetObjectItem(mock, "name")), "mock") == 0) {
      break;
    }
  }
  assert_non_null(mock);
  assert_true(cJSON_IsTrue(cJSON_GetObjectItem(mock, "usable")));
  assert_string_equal(cJSON_GetStringValue(cJSON_GetObjectItem(mock, "file")), MOCK);
  const cJSON *ops = cJSON_GetObjectItem(mock, "ops");
  assert_true(cJSON_IsTrue(cJSON_GetObjectItem(ops, "requantize")));
  assert_true(cJSON_IsFalse(cJSON_GetObjectItem(ops, "hadamard")));
  cJSON_Delete(json);
}

/* A signal to the process that the user started reaches the work, which says what was done. */
static void an_interrupt(void **state) {
  program *p = *state;
  expect(p,
         "$Q cross --backend " MOCK
         " --forever >out & sleep 1; kill -TERM $!; wait $!; echo $?; pgrep -P $! || true\n"
         "cat out",
         0);
  assert_int_equal(strncmp(p->out, "0\n", 2), 0);
  assert_contains(p->out, "every bit equal");
  /* A command that a signal ends, it ends with a module too: the module did nothing wrong. */
  expect(p,
         "$Q sweep --quiet --function exp --backend " MOCK
         " -o sweep 2>err & sleep 1; kill -TERM $!; wait $!; echo $?; cat err",
         0);
  assert_string_equal(p->out, "143\n");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(a_good_module, program_clear),
      cmocka_unit_test_setup(against_itself, program_clear),
      cmocka_unit_test_setup(modules_that_are_refused, program_clear),
      cmocka_unit_test_setup(faults_of_calls, program_clear),
      cmocka_unit_test_setup(a_function_missing_under_another_profile, program_clear),
      cmocka_unit_test_setup(a_wrong_result, program_clear),
      cmocka_unit_test_setup(partial_support, program_clear),
      cmocka_unit_test_setup(info_lists_modules, program_clear),
      cmocka_unit_test_setup(an_interrupt, program_clear),
  };
  return cmocka_run_group_tests(tests, program_begin, program_end);
}
