/* Runs the built program as a user would, in a directory of the test's own. Commands are shell text in which $Q is the
 * program, $M the model in the tree, $V the tree's vectors, $QM a model quantized once for the whole test, and $S a
 * suite made once (suite_fixture.h). The float-simulation variables are unset first. */
#ifndef QREF_TESTS_CLI_PROGRAM_H
#define QREF_TESTS_CLI_PROGRAM_H

#include "tests/base/support.h"

typedef struct program {
  scratch work;    /* current directory of the commands */
  scratch results; /* where their output goes, and the quantized model */
  int exit_code;
  char *out; /* of the last command, with a final NUL */
  char *err;
} program;

static inline void program_forget(program *p) {
  free(p->out);
  free(p->err);
  p->out = NULL;
  p->err = NULL;
}

/* Runs a command and keeps what it printed. */
static inline void run(program *p, const char *command) {
  static const char prologue[] =
      "unset FLOAT_SIM_ASIC FLOAT_SIM_BETTER_SCALE FLOAT_SIM_SCALE_FACTOR YZ_CHECK_FLOAT_SIM\n"
      "Q='%s'; V='%s/vectors'; M=\"$V/models/tiny-mamba\"; QM='%s/q.safetensors'\nS='%s/suite'\ncd '%s' || exit 99\n"
      "exec >'%s/out' 2>'%s/err'\n%s\n";
  program_forget(p);
  const size_t size = sizeof prologue + strlen(command) + 1024;
  char *script = malloc(size);
  assert_non_null(script);
  const int length =
      snprintf(script, size, prologue, QREF_PROGRAM, QREF_SOURCE_DIR, p->results.directory, p->results.directory,
               p->work.directory, p->results.directory, p->results.directory, command);
  assert_true(length > 0 && (size_t)length < size);
  const char *const arguments[] = {"sh", "-c", script, NULL};
  p->exit_code = run_program(arguments, "/dev/null");
  free(script);
  size_t ignored = 0;
  p->out = (char *)read_bytes(scratch_file(&p->results, "out"), &ignored);
  p->err = (char *)read_bytes(scratch_file(&p->results, "err"), &ignored);
}

static inline void expect(program *p, const char *command, int exit_code) {
  run(p, command);
  if (p->exit_code != exit_code) {
    fail_msg("%s\nexit %d, expected %d\n%s%s", command, p->exit_code, exit_code, p->out, p->err);
  }
}

static inline void assert_contains(const char *text, const char *part) {
  if (strstr(text, part) == NULL) {
    fail_msg("expected \"%s\" in:\n%s", part, text);
  }
}

/* Bad usage or input: exit 2, one line on stderr that holds `part`, nothing left in the work directory. */
static inline void expect_refused(program *p, const char *command, const char *part) {
  expect(p, command, 2);
  if (strstr(p->err, part) == NULL) {
    fail_msg("%s\nexpected \"%s\" in:\n%s", command, part, p->err);
  }
  const char *line_end = strchr(p->err, '\n');
  assert_non_null(line_end);
  assert_int_equal(line_end[1], '\0');
  if (scratch_count(&p->work) != 0) {
    fail_msg("%s\nleft files behind", command);
  }
}

/* Group setup and teardown; the program is the tests' state. */
static inline int program_begin(void **state) {
  program *p = calloc(1, sizeof *p);
  assert_non_null(p);
  scratch_begin(&p->work);
  scratch_begin(&p->results);
  expect(p, "$Q quantize --model $M --calib-windows 2 --calib-length 64 -o $QM", 0);
  *state = p;
  return 0;
}

static inline int program_end(void **state) {
  program *p = *state;
  program_forget(p);
  scratch_end(&p->work);
  scratch_end(&p->results);
  free(p);
  return 0;
}

/* Between tests: an empty work directory. */
static inline int program_clear(void **state) {
  program *p = *state;
  scratch_end(&p->work);
  scratch_begin(&p->work);
  return 0;
}

#endif
