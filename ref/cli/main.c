/* qref: the golden model's command-line program. */
#include <qref/qref.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "ref/cli/backends.h"
#include "ref/cli/cli.h"
#include "ref/cli/output.h"
#include "ref/cli/supervise.h"

const char qref_program_name[] = "qref";

static const struct {
  const char *name;
  int (*run)(int argc, char **argv);
  const char *summary;
} commands[] = {
    {"check", qref_command_check, "the float-simulation check: run every path, write layer logs, explain differences"},
    {"quantize", qref_command_quantize, "calibrate and quantize a Hugging Face Mamba checkpoint"},
    {"run", qref_command_run, "tokens or text in, logits or text out"},
    {"eval", qref_command_eval, "bits per byte over a text"},
    {"gen", qref_command_gen, "make a suite of golden vectors, and measure what it covers"},
    {"merge", qref_command_merge, "put the shards of a suite together"},
    {"verify", qref_command_verify, "recompute a suite and compare bit for bit"},
    {"sweep", qref_command_sweep, "digests of the functions over all 2^32 arguments"},
    {"cross", qref_command_cross, "prove a backend equal to the reference, on suites and random cases"},
    {"replay", qref_command_replay, "recorded outputs of other people's kernels against the reference"},
    {"diff", qref_command_diff, "two suites, or two directories of layer logs"},
    {"info", qref_command_info, "build, numerics self-test, backends, profiles, suites, flags"},
};

static void print_help(void) {
  printf(
      "usage: qref COMMAND [options]\n\n"
      "Bit-exact golden model of a quantized-Mamba (Quamba W8A8) accelerator.\n\ncommands:\n");
  for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
    printf("  %-10s %s\n", commands[i].name, commands[i].summary);
  }
  printf(
      "\n  qref COMMAND --help    options of a command\n  qref --version         version\n\n"
      "Exit code: 0 everything equal or explained, 1 differences, 2 bad usage, input or output.\n\n"
      "example:\n  qref check --quantize --seq-len 32 --test-better-scale --scale-factor 2025\n");
}

int main(int argc, char **argv) {
  /* A reader that goes away is an output that cannot be written, not a silent death. */
  signal(SIGPIPE, SIG_IGN);
  const char *command = argc > 1 ? argv[1] : "";
  if (strcmp(command, "--help") == 0 || strcmp(command, "-h") == 0 || strcmp(command, "help") == 0) {
    print_help();
    return qref_finish_output("help", QREF_EXIT_EXPLAINED);
  }
  if (strcmp(command, "--version") == 0) {
    printf("qref %s\n", QREF_VERSION);
    return qref_finish_output("version", QREF_EXIT_EXPLAINED);
  }
  for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
    if (strcmp(commands[i].name, command) == 0) {
      const int exit_code = commands[i].run(argc - 2, argv + 2);
      qref_named_backends_close();
      qref_watch_done(exit_code);
      return exit_code;
    }
  }
  if (argc < 2) {
    fprintf(stderr, "qref: expected a command (see qref --help)\n");
  } else {
    fprintf(stderr, "qref: unknown command '%s' (see qref --help)\n", command);
  }
  return QREF_EXIT_BAD;
}
