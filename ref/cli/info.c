/* qref info: build, numerics self-test, backends, profiles, suites. */
#include <float.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef _OPENMP
#include <omp.h>
#endif

#include "ref/base/error.h"
#include "ref/base/json.h"
#include "ref/cli/cli.h"
#include "ref/cli/info_backends.h"
#include "ref/cli/info_modules.h"
#include "ref/cli/info_suites.h"
#include "ref/cli/junit.h"
#include "ref/cli/options.h"
#include "ref/cli/output.h"

static const char compiler[] =
#if defined(__clang__)
    "clang " __clang_version__;
#elif defined(__GNUC__)
    "gcc " __VERSION__;
#else
    "unknown";
#endif

static const char sanitizers[] =
#if defined(__SANITIZE_ADDRESS__)
    "address, undefined";
#else
    "none";
#endif

static long openmp_version(void) {
#ifdef _OPENMP
  return _OPENMP;
#else
  return 0;
#endif
}

static bool is_little_endian(void) {
  const uint16_t one = 1;
  uint8_t first = 0;
  memcpy(&first, &one, 1);
  return first == 1;
}

/* ---- self-test: values known from elsewhere, which a wrongly built library gets wrong ---- */

typedef struct self_test {
  const char *what;
  uint32_t expected, actual;
} self_test;

enum { SELF_TEST_COUNT = 8 };

static void run_self_tests(self_test tests[SELF_TEST_COUNT]) {
  /* volatile: the library's code must compute these, not the compiler */
  const volatile float one = 1.0f;
  const volatile float tiny = 0x1p-149f;
  const volatile float nearly = 1.0f + FLT_EPSILON;
  const self_test list[SELF_TEST_COUNT] = {
      {"exp(1)", 0x402df854u, qref_bits_from_f32(qref_exp_f32(one))},
      {"log1p(1)", 0x3f317218u, qref_bits_from_f32(qref_log1p_f32(one))},
      {"silu(1)", 0x3f3b26a8u, qref_bits_from_f32(qref_silu_f32(one))},
      /* (1 + e)^2 - (1 + 2e) = e^2 survives one rounding and no second one */
      {"fma is fused", 0x28800000u, qref_bits_from_f32(qref_fma_f32(nearly, nearly, -(one + 2.0f * FLT_EPSILON)))},
      {"no contraction", 0x00000000u,
       qref_bits_from_f32(
           qref_multiply_add_f32(nearly, nearly, -(one + 2.0f * FLT_EPSILON), QREF_MULTIPLY_ADD_SEPARATE))},
      {"subnormals", 0x00000002u, qref_bits_from_f32(tiny + tiny)},
      {"float16 ties to even", 0x3c00u, qref_f16_from_f32(one + 0x1p-11f)},
      {"half_even(2.5)", 0x40000000u, qref_bits_from_f32(qref_round_f32(one + 1.5f, QREF_ROUND_HALF_EVEN, 0, 0))},
  };
  memcpy(tests, list, sizeof list);
}

static bool self_tests_pass(const self_test tests[SELF_TEST_COUNT]) {
  bool pass = true;
  for (size_t i = 0; i < SELF_TEST_COUNT; i++) {
    pass = pass && tests[i].expected == tests[i].actual;
  }
  return pass;
}

/* ---- text ---- */

static qref_status print_text(const self_test tests[SELF_TEST_COUNT], const qref_profile *profile,
                              const qref_suite_counts *counts, const qref_modules_found *modules, qref_error *error) {
  char hash[65];
  printf("version      %s\ncompiler     %s\n", QREF_VERSION, compiler);
  printf("arithmetic   FLT_EVAL_METHOD %d, -ffp-contract=off, %s-endian\n", (int)FLT_EVAL_METHOD,
         is_little_endian() ? "little" : "big");
  printf("OpenMP       %s", openmp_version() == 0 ? "no\n" : "");
  if (openmp_version() != 0) {
    printf("%ld\n", openmp_version());
  }
  printf("sanitizers   %s\nself-test    %s\n", sanitizers, self_tests_pass(tests) ? "pass" : "FAIL");
  for (size_t i = 0; i < SELF_TEST_COUNT; i++) {
    if (tests[i].expected != tests[i].actual) {
      printf("             %s: expected 0x%08x, computed 0x%08x\n", tests[i].what, (unsigned)tests[i].expected,
             (unsigned)tests[i].actual);
    }
  }
  qref_backends_print(profile);
  qref_modules_print(modules, profile->name);
  printf("\nprofiles\n");
  for (size_t i = 0; i < qref_profile_count(); i++) {
    QREF_TRY(qref_profile_hash(qref_profile_at(i), hash, error));
    printf("  %-18s %s\n", qref_profile_at(i)->name, hash);
  }
  if (qref_profile_builtin(profile->name) == NULL) {
    QREF_TRY(qref_profile_hash(profile, hash, error));
    printf("  %-18s %s\n", profile->name, hash);
  }
  qref_suites_print_short(counts);
  return QREF_OK;
}

/* ---- JSON ---- */

static bool add_profiles(cJSON *object) {
  cJSON *profiles = cJSON_AddObjectToObject(object, "profiles");
  bool made = profiles != NULL;
  for (size_t i = 0; made && i < qref_profile_count(); i++) {
    char hash[65];
    made = qref_profile_hash(qref_profile_at(i), hash, NULL) == QREF_OK &&
           cJSON_AddStringToObject(profiles, qref_profile_at(i)->name, hash) != NULL;
  }
  return made;
}

static cJSON *summarize(const self_test tests[SELF_TEST_COUNT], const qref_profile *profile,
                        const qref_suite_counts *counts, const qref_modules_found *modules) {
  cJSON *object = cJSON_CreateObject();
  if (object == NULL || cJSON_AddStringToObject(object, "version", QREF_VERSION) == NULL ||
      cJSON_AddStringToObject(object, "compiler", compiler) == NULL ||
      cJSON_AddNumberToObject(object, "flt_eval_method", (double)FLT_EVAL_METHOD) == NULL ||
      cJSON_AddBoolToObject(object, "little_endian", is_little_endian()) == NULL ||
      cJSON_AddNumberToObject(object, "openmp", (double)openmp_version()) == NULL ||
      cJSON_AddStringToObject(object, "sanitizers", sanitizers) == NULL ||
      cJSON_AddBoolToObject(object, "self_test", self_tests_pass(tests)) == NULL ||
      !qref_backends_add_json(object, profile) || !qref_modules_add_json(object, modules) || !add_profiles(object) ||
      !qref_suites_add_json(object, counts)) {
    cJSON_Delete(object);
    return NULL;
  }
  return object;
}

/* The profile itself, which is a valid profile file. */
static bool print_profile(const qref_common *common, qref_error *error) {
  char *text = NULL;
  if (qref_profile_to_json(&common->profile, &text, error) != QREF_OK) {
    (void)qref_report_error(common->command, error);
    return false;
  }
  printf("%s\n", text);
  free(text);
  return true;
}

typedef struct info_options {
  bool suites, flags;
} info_options;

/* --suites and --flags: these alone. */
static bool print_lists(const info_options *options, const qref_suite_counts *counts, const qref_common *common) {
  if (common->json) {
    cJSON *object = cJSON_CreateObject();
    if (object != NULL && ((options->suites && !qref_suites_add_json(object, counts)) ||
                           (options->flags && !qref_flags_add_json(object, counts)))) {
      cJSON_Delete(object);
      object = NULL;
    }
    return qref_print_json(common->command, object);
  }
  if (options->suites) {
    qref_suites_print(counts);
  }
  if (options->flags) {
    printf("%s", options->suites ? "\n" : "");
    qref_flags_print(counts);
  }
  return true;
}

static bool print_info(const info_options *options, const self_test tests[SELF_TEST_COUNT], const qref_common *common) {
  qref_error error;
  const bool lists = options->suites || options->flags;
  if (common->json && common->profile_given && !lists) {
    return print_profile(common, &error);
  }
  qref_suite_counts counts;
  if (qref_suite_counts_make(&common->profile, &counts, &error) != QREF_OK) {
    (void)qref_report_error(common->command, &error);
    return false;
  }
  if (lists) {
    return print_lists(options, &counts, common);
  }
  qref_modules_found modules;
  qref_status status = qref_modules_find(common, &modules, &error);
  bool printed = true;
  if (status == QREF_OK && common->json) {
    printed = qref_print_json(common->command, summarize(tests, &common->profile, &counts, &modules));
  } else if (status == QREF_OK) {
    status = print_text(tests, &common->profile, &counts, &modules, &error);
  }
  free(modules.facts);
  if (status != QREF_OK) {
    (void)qref_report_error(common->command, &error);
  }
  return printed && status == QREF_OK;
}

int qref_command_info(int argc, char **argv) {
  info_options options = {.suites = false};
  const qref_option list[] = {
      QREF_FLAG("--suites", "only the suites of golden vectors: how many cases of each op", &options.suites),
      QREF_FLAG("--flags", "only the flags of cases: what each provokes, and how many cases have it", &options.flags),
  };
  const qref_option_table tables[] = {QREF_OPTION_TABLE(list)};
  const qref_command_line line = {
      .command = "info",
      .arguments = "",
      .description =
          "Prints version, build, numerics self-test, backends, modules, profiles and suites. With --profile P --json\n"
          "the profile alone: every field with its value, itself a valid profile file.",
      .example = "  qref info\n  qref info --suites --flags\n  qref info --profile quamba --json > my-profile.json\n",
      .tables = tables,
      .table_count = 1,
  };
  qref_common common;
  int exit_code = QREF_EXIT_BAD;
  if (!qref_parse_command_line(argc, argv, &line, &common, &exit_code)) {
    return exit_code;
  }
  self_test tests[SELF_TEST_COUNT];
  run_self_tests(tests);
  if (!print_info(&options, tests, &common)) {
    return QREF_EXIT_BAD;
  }
  qref_junit *junit = qref_junit_create(common.command);
  for (size_t i = 0; junit != NULL && i < SELF_TEST_COUNT; i++) {
    qref_junit_add(junit, "numerics", tests[i].what,
                   tests[i].expected == tests[i].actual ? NULL : "self-test: not the expected bits");
  }
  return qref_conclude(&common, junit, self_tests_pass(tests) ? QREF_EXIT_EXPLAINED : QREF_EXIT_DIFFERENCES);
}
