/* qref info: the table of backends; and --backend with each of them. */
#include <cjson/cJSON.h>

#include "ref/backends/builtin.h"
#include "tests/cli/program.h"

/* The line that begins with two spaces and `name`; cut off from the rest. */
static char *line_of(const char *text, const char *name) {
  char start[64];
  snprintf(start, sizeof start, "\n  %s ", name);
  const char *line = strstr(text, start);
  if (line == NULL) {
    fail_msg("no line of %s in:\n%s", name, text);
    return NULL; /* for the linter: fail_msg does not return */
  }
  const size_t length = strcspn(line + 1, "\n");
  char *copy = calloc(length + 1, 1);
  assert_non_null(copy);
  return memcpy(copy, line + 1, length);
}

static void backends_as_text(void **state) {
  program *p = *state;
  expect(p, "$Q info", 0);
  for (size_t i = 0; i < qref_backend_count(); i++) {
    const qref_backend *backend = qref_backend_at(i);
    const char *reason = qref_backend_unavailable(backend);
    char *line = line_of(p->out, backend->name);
    assert_contains(line, backend->description);
    assert_contains(line, reason == NULL ? " yes" : " no: ");
    assert_contains(line, reason == NULL ? "" : reason);
    free(line);
  }
  char *line = line_of(p->out, "cpu");
  assert_contains(line, "as cpu-");
  assert_contains(line, qref_backend_of_cpu()->name);
  free(line);
  /* Behind each backend's name, in its column, whether it computes the op. */
  const char *header = strstr(p->out, "ops under profile quamba");
  assert_non_null(header);
  for (qref_op op = 0; op < QREF_OP_COUNT; op++) {
    line = line_of(header, qref_op_name(op));
    for (size_t i = 0; i < qref_backend_count(); i++) {
      const qref_backend *backend = qref_backend_at(i);
      char column[32];
      snprintf(column, sizeof column, " %s%s", backend->name, i + 1 < qref_backend_count() ? " " : "\n");
      const ptrdiff_t position = strstr(header, column) - header + 1;
      assert_in_range(position, 1, strlen(line) - 1);
      assert_int_equal(line[position], backend->supports(op, qref_profile_builtin("quamba")) ? 'y' : '-');
    }
    free(line);
  }
}

static void backends_as_json(void **state) {
  program *p = *state;
  expect(p, "$Q info --json", 0);
  cJSON *json = cJSON_Parse(p->out);
  const cJSON *list = cJSON_GetObjectItem(json, "backends");
  assert_int_equal(cJSON_GetArraySize(list), qref_backend_count());
  for (size_t i = 0; i < qref_backend_count(); i++) {
    const qref_backend *backend = qref_backend_at(i);
    const cJSON *item = cJSON_GetArrayItem(list, (int)i);
    const char *reason = qref_backend_unavailable(backend);
    assert_string_equal(cJSON_GetStringValue(cJSON_GetObjectItem(item, "name")), backend->name);
    assert_int_equal(cJSON_IsTrue(cJSON_GetObjectItem(item, "usable")), reason == NULL);
    if (reason != NULL) {
      assert_string_equal(cJSON_GetStringValue(cJSON_GetObjectItem(item, "reason")), reason);
    }
    for (qref_op op = 0; op < QREF_OP_COUNT; op++) {
      const cJSON *row = cJSON_GetObjectItem(cJSON_GetObjectItem(json, "ops"), qref_op_name(op));
      assert_int_equal(cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(row, backend->name)),
                       backend->supports(op, qref_profile_builtin("quamba")));
    }
  }
  assert_string_equal(cJSON_GetStringValue(cJSON_GetObjectItem(cJSON_GetArrayItem(list, 1), "runs_as")),
                      qref_backend_of_cpu()->name);
  cJSON_Delete(json);
}

/* Naming a backend that is not usable here is refused by every command, with the reason. */
static void unusable_backends(void **state) {
  program *p = *state;
  static const char *const commands[] = {"check --model $QM",
                                         "run --model $QM --prompt x",
                                         "eval --model $QM --text $M/eval.txt --bytes 2",
                                         "quantize --model $M -o q.safetensors",
                                         "verify $V/suites/smoke",
                                         "replay $V/recorded/quamba-h100"};
  size_t refused = 0;
  for (size_t i = 0; i < qref_backend_count(); i++) {
    const qref_backend *backend = qref_backend_at(i);
    for (size_t c = 0; qref_backend_unavailable(backend) != NULL && c < sizeof commands / sizeof commands[0]; c++) {
      char command[256], message[128];
      snprintf(command, sizeof command, "$Q %s --backend %s", commands[c], backend->name);
      snprintf(message, sizeof message, ": backend '%s': %s\n", backend->name, qref_backend_unavailable(backend));
      expect_refused(p, command, message);
      refused++;
    }
  }
  assert_true(refused > 0); /* no processor has NEON and AVX2 */
}

/* Naming a usable one is how the choice of `cpu` is overridden. */
static void usable_backends(void **state) {
  program *p = *state;
  expect(p, "$Q gen --suite smoke --op linear_w8a8 -o linear --quiet", 0);
  expect(p, "$Q run --model $QM --prompt x --decode 4 --backend ref >expected", 0);
  for (size_t i = 0; i < qref_backend_count(); i++) {
    const qref_backend *backend = qref_backend_at(i);
    if (qref_backend_unavailable(backend) != NULL) {
      continue;
    }
    char command[256];
    snprintf(command, sizeof command, "$Q verify linear --backend %s --threads 2", backend->name);
    expect(p, command, 0);
    snprintf(command, sizeof command, "$Q run --model $QM --prompt x --decode 4 --backend %s >actual", backend->name);
    if (backend->supports(QREF_OP_RMSNORM, qref_profile_builtin("quamba"))) {
      expect(p, command, 0);
      expect(p, "cmp expected actual", 0);
    } else {
      expect(p, command, 2);
      assert_contains(p->err, "does not compute");
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(backends_as_text, program_clear),
      cmocka_unit_test_setup(backends_as_json, program_clear),
      cmocka_unit_test_setup(unusable_backends, program_clear),
      cmocka_unit_test_setup(usable_backends, program_clear),
  };
  return cmocka_run_group_tests(tests, program_begin, program_end);
}
