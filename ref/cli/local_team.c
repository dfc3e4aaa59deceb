/* The team of the program without MPI: its own threads. */
#include <stdlib.h>

#include "ref/cli/team.h"
#include "ref/vectors/suite/parallel.h"

static qref_status run_piece(void *context, size_t i, size_t thread, qref_error *error) {
  const qref_work *work = context;
  qref_text result = {0};
  (void)thread;
  qref_status status = work->run(work->context, work->pieces[i], &result, error);
  if (status == QREF_OK) {
#ifdef _OPENMP
#pragma omp critical(qref_team_collect)
#endif
    status = work->collect(work->context, work->pieces[i], &result, error);
  }
  qref_text_free(&result);
  return status;
}

static qref_status run_all(const qref_work *work, qref_error *error) {
  const qref_suite_progress progress = {.call = work->progress, .context = work->progress_context, .what = work->name};
  return qref_suite_for_each(work->count, work->threads, run_piece, (void *)(uintptr_t)work, &progress, error);
}

const qref_team *qref_program_team(void) {
  static const qref_team team = {.leader = true, .members = 1, .member = "process", .run = run_all};
  return &team;
}
