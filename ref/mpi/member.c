#include "ref/mpi/member.h"

#include <mpi.h>
#include <stdio.h>

#include "ref/cli/cli.h"
#include "ref/cli/team.h"
#include "ref/mpi/work_queue.h"

enum { GEN_PIECES = 64 };

static qref_team team = {.gen_pieces = GEN_PIECES, .member = "rank"};

const qref_team *qref_program_team(void) {
  return &team;
}

static int take_part(int argc, char **argv, int (*command)(int argc, char **argv)) {
  int exit_code = QREF_EXIT_EXPLAINED;
  if (team.leader) {
    exit_code = command(argc, argv);
    qref_work_queue_end();
  } else if (qref_work_queue_wait()) {
    (void)command(argc, argv);
    qref_work_queue_decline();
  }
  return exit_code;
}

void qref_mpi_member_name(char *text, size_t size) {
  char name[MPI_MAX_PROCESSOR_NAME];
  int length = 0;
  int rank = 0;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Get_processor_name(name, &length);
  snprintf(text, size, "rank %d (%.*s)", rank, length, name);
}

int qref_mpi_main(int argc, char **argv, int (*command)(int argc, char **argv)) {
  int provided = MPI_THREAD_SINGLE;
  int rank = 0;
  int size = 1;
  MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &provided); /* argv stays what the supervising process reads */
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  team.leader = rank == 0;
  team.members = (size_t)size;
  team.run = team.leader ? qref_work_queue_lead : qref_work_queue_follow;
  int exit_code = QREF_EXIT_BAD;
  if (provided >= MPI_THREAD_FUNNELED) {
    exit_code = take_part(argc, argv, command);
  } else if (team.leader) {
    fprintf(stderr, "%s: this MPI library does not let a program have threads\n", qref_program_name);
  }
  qref_work_queue_barrier();
  MPI_Finalize();
  return exit_code;
}
