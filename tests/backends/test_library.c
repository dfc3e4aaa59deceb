/* Loading of modules: names and paths, and every way in which a module is refused. */
#include <qref/backend.h>

#include "tests/base/support.h"

#define MOCK QREF_MODULES "/qref_mock.so"

static qref_backend_library *library;
static const qref_backend *backend;
static qref_error error;

static int begin(void **state) {
  (void)state;
  unsetenv("QREF_MOCK");
  unsetenv("QREF_MODULE_PATH");
  return 0;
}

static void expect_open(const char *name, const char *backend_name) {
  error.message[0] = '\0';
  assert_int_equal(qref_backend_open(name, &library, &backend, &error), QREF_OK);
  assert_string_equal(backend->name, backend_name);
}

static void expect_failure(const char *name, qref_status status, const char *message) {
  library = (qref_backend_library *)&library;
  backend = (const qref_backend *)&backend;
  assert_failure(qref_backend_open(name, &library, &backend, &error), status, &error, message);
  assert_null(library);
  assert_null(backend);
  assert_int_equal(qref_backend_open(name, &library, &backend, NULL), status);
}

static void builtin_names(void **state) {
  (void)state;
  for (size_t i = 0; i < qref_backend_count(); i++) {
    expect_open(qref_backend_at(i)->name, qref_backend_at(i)->name);
    assert_ptr_equal(backend, qref_backend_at(i));
    assert_null(library);
    qref_backend_close(library);
  }
}

/* By path, by name in either place of a list, and computing what the reference does. */
static void modules(void **state) {
  (void)state;
  static const struct {
    const char *folders, *name;
  } ways[] = {{NULL, MOCK},
              {QREF_MODULES, "mock"},
              {QREF_MODULES "/", "mock"},
              {"/nowhere::" QREF_MODULES ":/other", "mock"},
              {"/nowhere", QREF_MODULES "/../modules/qref_mock.so"}};
  for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
    assert_int_equal(ways[i].folders == NULL ? 0 : setenv("QREF_MODULE_PATH", ways[i].folders, 1), 0);
    expect_open(ways[i].name, "mock");
    assert_non_null(library);
    assert_true(backend->supports(QREF_OP_REQUANTIZE, qref_profile_builtin("quamba")));
    const float x[3] = {-1.0f, 2.5f, 1000.0f};
    int8_t y[3] = {0};
    const qref_requantize_args args = {
        .rule = &qref_profile_builtin("quamba")->requantize, .count = 3, .x = x, .scale = 1.0f, .y = y};
    assert_int_equal(backend->requantize(&args, &error), QREF_OK);
    assert_int_equal(y[0], -1);
    assert_int_equal(y[1], 2);
    assert_int_equal(y[2], 127);
    qref_backend_close(library);
  }
}

/* Beside the running program, and in ../lib/qref of there: this test itself is copied about. */
static void beside_the_program(void **state) {
  (void)state;
  char self[512];
  const ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
  assert_true(length > 0);
  self[length] = '\0';
  static const char *const folders[] = {"bin", "lib/qref"};
  for (size_t i = 0; i < 2; i++) {
    char script[2048];
    snprintf(script, sizeof script,
             "set -e; d=$(mktemp -d); trap 'rm -rf $d' EXIT; mkdir -p $d/bin $d/lib/qref; cp '%s' $d/bin/program\n"
             "cp '" MOCK "' $d/%s; unset QREF_MODULE_PATH; $d/bin/program --open mock",
             self, folders[i]);
    const char *const arguments[] = {"sh", "-c", script, NULL};
    assert_int_equal(run_program(arguments, "/dev/null"), 0);
  }
}

static void names_and_files_that_are_none(void **state) {
  (void)state;
  expect_failure("gpu", QREF_ERROR_ARGUMENT, "backend: expected one of ref, cpu, ");
  expect_failure("gpu", QREF_ERROR_ARGUMENT, "got 'gpu', and found no module qref_gpu.so in QREF_MODULE_PATH, /");
  expect_failure("", QREF_ERROR_ARGUMENT, "expected the name of a backend or module");
  expect_failure(NULL, QREF_ERROR_ARGUMENT, "expected the name of a backend or module");
  expect_failure("/nowhere/x.so", QREF_ERROR_IO, "/nowhere/x.so: cannot open the module: No such file");
  expect_failure("x.so", QREF_ERROR_IO, "x.so: cannot open the module: No such file");
  expect_failure(QREF_SOURCE_DIR "/README.md", QREF_ERROR_FORMAT,
                 "cannot load the module " QREF_SOURCE_DIR "/README.md: ");
  expect_failure(QREF_SOURCE_DIR "/tests", QREF_ERROR_FORMAT, "cannot load the module " QREF_SOURCE_DIR "/tests: ");
  expect_failure(QREF_MODULES "/not_a_module.so", QREF_ERROR_FORMAT,
                 QREF_MODULES "/not_a_module.so: not a module: expected the function qref_backend_module in it");
}

static void modules_that_are_refused(void **state) {
  (void)state;
  static const struct {
    const char *fault;
    qref_status status;
    const char *message;
  } faults[] = {
      {"no-driver", QREF_ERROR_DEVICE, MOCK ": the module cannot run here: mock: driver: no driver of version 13"},
      {"no-device", QREF_ERROR_DEVICE, "cannot run here: mock: expected at least one device, found none"},
      {"silent", QREF_ERROR_DEVICE, MOCK ": the module cannot run here: it gives no reason"},
      {"small", QREF_ERROR_FORMAT, "build it with this qref's <qref/backend.h>"},
      {"no-name", QREF_ERROR_FORMAT, MOCK ": module: field 'name': expected a string, found NULL"},
      {"no-supports", QREF_ERROR_FORMAT, "field 'supports': expected a function, found NULL"},
      {"half-packing", QREF_ERROR_FORMAT, "fields 'linear_packed_size' and 'linear_pack': expected both or neither"},
      {"null", QREF_ERROR_FORMAT,
       MOCK
       ": module: field 'hadamard': expected a function, as the module supports the op under profile quamba, found "
       "NULL"},
  };
  for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
    assert_int_equal(setenv("QREF_MOCK", faults[i].fault, 1), 0);
    expect_failure(MOCK, faults[i].status, faults[i].message);
  }
  char message[256];
  assert_int_equal(setenv("QREF_MOCK", "abi", 1), 0);
  snprintf(message, sizeof message, MOCK ": module of ABI version %u, expected %u: ", QREF_BACKEND_ABI_VERSION + 1,
           QREF_BACKEND_ABI_VERSION);
  expect_failure(MOCK, QREF_ERROR_FORMAT, message);
  assert_int_equal(setenv("QREF_MOCK", "small", 1), 0);
  snprintf(message, sizeof message,
           ": module with a qref_backend of %zu bytes, expected %zu: ", sizeof(qref_backend) - sizeof(void (*)(void)),
           sizeof(qref_backend));
  expect_failure(MOCK, QREF_ERROR_FORMAT, message);
  unsetenv("QREF_MOCK");
  expect_open(MOCK, "mock");
  qref_backend_close(library);
}

int main(int argc, char **argv) {
  if (argc == 3 && strcmp(argv[1], "--open") == 0) { /* a copy of this program */
    return qref_backend_open(argv[2], &library, &backend, &error) == QREF_OK ? 0 : 1;
  }
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(builtin_names, begin),
      cmocka_unit_test_setup(modules, begin),
      cmocka_unit_test_setup(beside_the_program, begin),
      cmocka_unit_test_setup(names_and_files_that_are_none, begin),
      cmocka_unit_test_setup(modules_that_are_refused, begin),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
