/* FLOAT_SIM_ASIC, FLOAT_SIM_BETTER_SCALE, FLOAT_SIM_SCALE_FACTOR, YZ_CHECK_FLOAT_SIM and the options above them. */
#include "tests/cli/program.h"

/* The first line of `qref run` that names the path, and the logits' digest, by command prefix and suffix. */
static void run_model(program *p, const char *environment, const char *options, char digest[65], const char *path) {
  char command[512];
  snprintf(command, sizeof command, "%s $Q run --model $QM --prompt 'And God said' %s", environment, options);
  expect(p, command, 0);
  char line[64];
  snprintf(line, sizeof line, "path     %s\n", path);
  assert_contains(p->out, line);
  const char *found = strstr(p->out, "sha256 ");
  assert_non_null(found);
  snprintf(digest, 65, "%.64s", found + strlen("sha256 "));
}

static void booleans(void **state) {
  program *p = *state;
  static const char *const yes[] = {"true", "TRUE", "True", "tRuE", "1"};
  static const char *const no[] = {"false", "FALSE", "False", "0"};
  static const char *const bad[] = {"maybe", "", "yes", "2", "truee", "tru", " true", "01"};
  char digest[65];
  char variable[64];
  for (size_t i = 0; i < sizeof yes / sizeof yes[0]; i++) {
    snprintf(variable, sizeof variable, "FLOAT_SIM_ASIC=%s", yes[i]);
    run_model(p, variable, "", digest, "floatsim");
  }
  for (size_t i = 0; i < sizeof no / sizeof no[0]; i++) {
    snprintf(variable, sizeof variable, "FLOAT_SIM_ASIC=%s", no[i]);
    run_model(p, variable, "", digest, "int8");
  }
  static const char *const variables[] = {"FLOAT_SIM_ASIC", "FLOAT_SIM_BETTER_SCALE", "YZ_CHECK_FLOAT_SIM"};
  static const char *const commands[] = {"check --model $QM", "run --model $QM --prompt x",
                                         "eval --model $QM --text $M/eval.txt --bytes 2"};
  for (size_t v = 0; v < 3; v++) {
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
      char command[256];
      char message[128];
      snprintf(command, sizeof command, "%s='%s' $Q %s", variables[v], bad[i], commands[i % 3]);
      snprintf(message, sizeof message, "%s: expected true, false, 1 or 0, not '%s'", variables[v], bad[i]);
      expect_refused(p, command, message);
    }
  }
}

static void factors(void **state) {
  program *p = *state;
  static const char *const bad[] = {"0",    "-1", "-2025", "nan",   "inf",     "infinity",
                                    "text", "",   "1e99",  "2025x", "absmax:1"};
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    char command[256];
    snprintf(command, sizeof command, "FLOAT_SIM_SCALE_FACTOR='%s' $Q check --model $QM", bad[i]);
    expect_refused(p, command, "FLOAT_SIM_SCALE_FACTOR: ");
    if (bad[i][0] != '\0') {
      snprintf(command, sizeof command, "$Q check --model $QM --test-better-scale --scale-factor '%s'", bad[i]);
      expect_refused(p, command, "--scale-factor: ");
    }
  }
  expect(p,
         "FLOAT_SIM_SCALE_FACTOR=1000 $Q check --model $QM --test-better-scale &&"
         " ls yzCheckFloatSim | grep -c _betterscale_1000.json",
         0);
  assert_contains(p->out, "8\n");
  /* the option wins, and what it overrides is not looked at */
  expect(p,
         "FLOAT_SIM_SCALE_FACTOR=rubbish $Q check --model $QM --test-better-scale --scale-factor 7 --log-dir b &&"
         " ls b | grep -c _betterscale_7.json",
         0);
  expect(p, "FLOAT_SIM_BETTER_SCALE=true $Q check --model $QM --log-dir c && ls c | grep -c _betterscale_2025.json", 0);
}

static void paths(void **state) {
  program *p = *state;
  char int8[65];
  char simulated[65];
  char finer[65];
  char other[65];
  run_model(p, "", "", int8, "int8");
  run_model(p, "FLOAT_SIM_ASIC=true", "", simulated, "floatsim");
  run_model(p, "FLOAT_SIM_ASIC=true FLOAT_SIM_BETTER_SCALE=true FLOAT_SIM_SCALE_FACTOR=0.1", "", finer, "floatsim");
  /* a step ten times as large must show, or the better scale did nothing */
  assert_string_not_equal(simulated, finer);
  assert_string_not_equal(int8, finer);
  /* without FLOAT_SIM_ASIC the other two have no effect */
  run_model(p, "FLOAT_SIM_BETTER_SCALE=true FLOAT_SIM_SCALE_FACTOR=0.1", "", other, "int8");
  assert_string_equal(int8, other);
  run_model(p, "", "--float-sim-asic true --float-sim-better-scale 1 --float-sim-scale-factor 0.1", other, "floatsim");
  assert_string_equal(finer, other);
  /* options win */
  run_model(p, "FLOAT_SIM_ASIC=true", "--float-sim-asic=false", other, "int8");
  assert_string_equal(int8, other);
  run_model(p, "FLOAT_SIM_ASIC=maybe", "--float-sim-asic 0", other, "int8");
  run_model(p, "FLOAT_SIM_ASIC=true", "--path int8", other, "int8");
  assert_string_equal(int8, other);
  run_model(p, "", "--path floatsim", other, "floatsim");
  assert_string_equal(simulated, other);
  run_model(p, "", "--profile floatsim", other, "floatsim");
  assert_string_equal(simulated, other);
  expect_refused(p, "$Q run --model $QM --prompt x --float-sim-asic maybe", "--float-sim-asic: expected true");
  expect_refused(p, "$Q run --model $QM --prompt x --path fast", "--path");
}

static void logs(void **state) {
  program *p = *state;
  expect(p, "$Q run --model $QM --prompt 'And God said'", 0);
  assert_int_equal(scratch_count(&p->work), 0);
  expect(p, "YZ_CHECK_FLOAT_SIM=true $Q run --model $QM --prompt 'And God said' --decode 3 && ls yzCheckFloatSim", 0);
  assert_contains(p->out, "layer07_int8_baseline.json");
  expect(p, "ls yzCheckFloatSim | wc -l", 0);
  assert_contains(p->out, "8\n");
  expect(p,
         "YZ_CHECK_FLOAT_SIM=true FLOAT_SIM_ASIC=1 FLOAT_SIM_BETTER_SCALE=1 $Q run --model $QM --prompt x"
         " --log-dir b && ls b | grep -c _floatsim_betterscale_2025.json",
         0);
  expect(p,
         "YZ_CHECK_FLOAT_SIM=1 $Q eval --model $QM --text $M/eval.txt --bytes 64 --window 16 --log-dir c &&"
         " ls c | grep -c int8_baseline",
         0);
  assert_contains(p->out, "8\n");
  /* check logs unless it is told not to */
  expect(p, "YZ_CHECK_FLOAT_SIM=false $Q check --model $QM --log-dir d; test ! -e d", 0);
  expect(p, "YZ_CHECK_FLOAT_SIM=false $Q check --model $QM --yz-check-float-sim true --log-dir e && ls e | wc -l", 0);
  assert_contains(p->out, "16\n");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(booleans, program_clear),
      cmocka_unit_test_setup(factors, program_clear),
      cmocka_unit_test_setup(paths, program_clear),
      cmocka_unit_test_setup(logs, program_clear),
  };
  return cmocka_run_group_tests(tests, program_begin, program_end);
}
