/* Pieces of work, and who does them: the threads of this process, or the ranks of an MPI job. A command that can share
 * its work hands it to the team of its program; every member of the team runs the same command with the same arguments.
 */
#ifndef QREF_CLI_TEAM_H
#define QREF_CLI_TEAM_H

#include <qref/qref.h>

#include "ref/vectors/suite/text.h"

typedef struct qref_work {
  const char *name;     /* of the work, for the progress bar */
  const size_t *pieces; /* what is to be done; only the leader's list counts */
  size_t count;
  int threads; /* of this process, where the team is its threads */
  /* Does one piece, by any member, and adds what the leader needs to know to `result`. */
  qref_status (*run)(void *context, size_t piece, qref_text *result, qref_error *error);
  /* Takes a result, in the leader, one at a time, in any order. */
  qref_status (*collect)(void *context, size_t piece, const qref_text *result, qref_error *error);
  void *context;
  void (*progress)(void *context, const char *what, size_t done, size_t total); /* optional */
  void *progress_context;
} qref_work;

typedef struct qref_team {
  bool leader;        /* collects, writes the final result and prints; the others return 0 from the command silently */
  size_t members;     /* processes */
  size_t gen_pieces;  /* into which qref gen divides a suite by itself; 0: it does not */
  const char *member; /* what a member is called: "process" */
  /* Returns when all is done: to the leader the failure of the lowest piece that failed, to others QREF_OK. At most
   * once in a run of the program. */
  qref_status (*run)(const qref_work *work, qref_error *error);
} qref_team;

/* The program's own. */
const qref_team *qref_program_team(void);

#endif
