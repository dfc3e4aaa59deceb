/* qref-mpi: the commands of qref whose work can be shared, run by the ranks of an MPI job. Options, results and exit
 * codes are those of qref. */
#include <mpi.h>
#include <qref/version.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "ref/cli/cli.h"
#include "ref/cli/output.h"
#include "ref/mpi/work_queue.h"

const char qref_program_name[] = "qref-mpi";

enum { GEN_PIECES = 64 };

static qref_team team = {.gen_pieces = GEN_PIECES, .member = "rank"};

const qref_team *qref_program_team(void) {
  return &team;
}

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
      GEN_PIECES);
  return qref_finish_output("help", QREF_EXIT_EXPLAINED);
}

static int run_command(int argc, char **argv) {
  const char *command = argc > 1 ? argv[1] : "";
  for (size_t i = 0; i < COMMAND_COUNT; i++) {
    if (strcmp(commands[i].name, command) == 0) {
      return commands[i].run(argc - 2, argv + 2);
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

/* The others act only when rank 0 hands out work: what is wrong with the command line is said once. */
static int take_part(int argc, char **argv) {
  int exit_code = QREF_EXIT_EXPLAINED;
  if (team.leader) {
    exit_code = run_command(argc, argv);
    qref_work_queue_end();
  } else if (qref_work_queue_wait()) {
    (void)run_command(argc, argv);
    qref_work_queue_decline();
  }
  return exit_code;
}

int main(int argc, char **argv) {
  signal(SIGPIPE, SIG_IGN);
  int provided = MPI_THREAD_SINGLE;
  int rank = 0;
  int size = 1;
  MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &provided);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  team.leader = rank == 0;
  team.members = (size_t)size;
  team.run = team.leader ? qref_work_queue_lead : qref_work_queue_follow;
  int exit_code = QREF_EXIT_BAD;
  if (provided >= MPI_THREAD_FUNNELED) {
    exit_code = take_part(argc, argv);
  } else if (team.leader) {
    fprintf(stderr, "qref-mpi: this MPI library does not let a program have threads\n");
  }
  qref_work_queue_barrier();
  MPI_Finalize();
  return exit_code;
}
