/* --help, --version, and the examples of each command, run as they are printed. */
#include <qref/version.h>

#include "tests/cli/program.h"

static const char *const commands[] = {"check",  "quantize", "run",   "eval",   "gen",  "merge",
                                       "verify", "sweep",    "cross", "replay", "diff", "info"};
enum { COMMAND_COUNT = sizeof commands / sizeof commands[0] };

static void help(void **state) {
  program *p = *state;
  expect(p, "$Q --version", 0);
  assert_string_equal(p->out, "qref " QREF_VERSION "\n");
  expect(p, "$Q --help", 0);
  for (size_t i = 0; i < COMMAND_COUNT; i++) {
    char line[64];
    snprintf(line, sizeof line, "\n  %s ", commands[i]);
    assert_contains(p->out, line);
  }
  for (size_t i = 0; i < COMMAND_COUNT; i++) {
    char command[64];
    snprintf(command, sizeof command, "$Q %s --help", commands[i]);
    expect(p, command, 0);
    static const char *const parts[] = {"usage: qref ", "--backend NAME", "--profile P", "--threads N",
                                        "--json",       "--junit FILE",   "--quiet",     "\nexample:\n  qref "};
    for (size_t k = 0; k < sizeof parts / sizeof parts[0]; k++) {
      assert_contains(p->out, parts[k]);
    }
    assert_string_equal(p->err, "");
  }
}

/* What follows "example:", with qref being the program. Examples that take long are cut short where they may be. */
static void examples_run(void **state) {
  program *p = *state;
  for (size_t i = 0; i < COMMAND_COUNT; i++) {
    char command[64];
    snprintf(command, sizeof command, "$Q %s --help", commands[i]);
    expect(p, command, 0);
    const char *example = strstr(p->out, "\nexample:\n");
    assert_non_null(example);
    char script[1024];
    snprintf(script, sizeof script,
             "qref() { case $1 in check|quantize|run) set -- \"$@\" --calib-windows 1;;"
             " eval) set -- \"$@\" --calib-windows 1 --bytes 64;;"
             " gen) case $* in *layer*) set -- \"$@\" --model \"$QM\" --text \"$M/eval.txt\";; esac;; esac; \"$Q\" "
             "\"$@\"; }\n"
             "mkdir %s\ncd %s\nln -sfn \"$V\" vectors\nset -e\n%s",
             commands[i], commands[i], example + strlen("\nexample:\n"));
    expect(p, script, 0);
    assert_int_not_equal(p->out[0], '\0');
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(help, program_clear),
      cmocka_unit_test_setup(examples_run, program_clear),
  };
  return cmocka_run_group_tests(tests, program_begin, program_end);
}
