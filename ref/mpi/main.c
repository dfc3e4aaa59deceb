/* qref-mpi: the commands of qref whose work can be shared, run by the ranks of an MPI job. Options, results and exit
 * codes are those of qref. */
#include <qref/version.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "ref/cli/backends.h"
#include "ref/cli/cli.h"
#include "ref/cli/output.h"
#include "ref/cli/supervise.h"
#include "ref/cli/team.h"
#include "ref/mpi/member.h"

const char qref_program_name[] = "qref-mpi";

static const struct {
  const char *name;
  int (*run)(int argc, char **argv);
} commands[] = {{"gen", qref_command_gen}, {"verify", qref_command_verify}, {"sweep", qref_command_sweep}};
enum { COMMAND_COUNT = sizeof commands / sizeof commands[0] };

static int print_help(void) {
  printf(
      "usage: mpirun -n N qref-mpi COMMAND [options]\n\n"
      "The work of these commands of qref, with their options and results, shared by N ranks. Output is\n"
      "written where all ranks see it. A run that was cut short, as by a rank that died, is continued by\n"
      "the same command.\n\n"
      "  gen       makes a suite (--pieces, default %d, are handed out one by one)\n"
      "  verify    recomputes a suite\n"
      "  sweep     digests of the functions over all 2^32 arguments\n\n"
      "  qref-mpi COMMAND --help    options of a command\n  qref-mpi --version         version\n\n"
      "example:\n  mpirun -n 4 qref-mpi gen --suite thorough -o thorough\n",
      (int)qref_program_team()->gen_pieces);
  return qref_finish_output("help", QREF_EXIT_EXPLAINED);
}

static int run_command(int argc, char **argv) {
  const char *command = argc > 1 ? argv[1] : "";
  qref_watch *watch = qref_watch_here();
  if (watch != NULL && qref_program_team()->members > 1) {
    qref_mpi_member_name(watch->member, sizeof watch->member);
  }
  for (size_t i = 0; i < COMMAND_COUNT; i++) {
    if (strcmp(commands[i].name, command) == 0) {
      const int exit_code = commands[i].run(argc - 2, argv + 2);
      qref_named_backends_close();
      return exit_code;
    }
  }
  if (strcmp(command, "--help") == 0 || strcmp(command, "-h") == 0) {
    return print_help();
  }
  if (strcmp(command, "--version") == 0) {
    printf("qref-mpi %s\n", QREF_VERSION);
    return qref_finish_output("version", QREF_EXIT_EXPLAINED);
  }
  fprintf(stderr, "qref-mpi: expected gen, verify or sweep, not '%s' (see qref-mpi --help)\n", command);
  return QREF_EXIT_BAD;
}

static bool may_use_module(int argc, char **argv) {
  for (int i = 2; i + 1 < argc; i++) {
    if (strcmp(argv[i], "--backend") == 0 && qref_names_module(argv[i + 1])) {
      return true;
    }
  }
  return false;
}

int main(int argc, char **argv) {
  signal(SIGPIPE, SIG_IGN);
  qref_status status = QREF_OK;
  qref_error error;
  int exit_code = QREF_EXIT_BAD;
  /* Before MPI has this process, which must not fork then. The command sets the limit of time. */
  if (may_use_module(argc, argv) && qref_supervise(0, &status, &exit_code, &error)) {
    return status == QREF_OK ? exit_code : qref_report_error(argv[1], &error);
  }
  exit_code = qref_mpi_main(argc, argv, run_command);
  qref_watch_done(exit_code);
  return exit_code;
}
