#include "ref/vectors/suite/parallel.h"

#ifdef _OPENMP
#include <omp.h>
#endif

size_t qref_suite_thread_count(int threads) {
#ifdef _OPENMP
  return threads < 1 ? 1 : threads > QREF_SUITE_MAX_THREADS ? (size_t)QREF_SUITE_MAX_THREADS : (size_t)threads;
#else
  (void)threads;
  return 1;
#endif
}

#ifdef _OPENMP
static int team_size(size_t count, int threads) {
  const size_t most = qref_suite_thread_count(threads);
  return (int)(count > 0 && count < most ? count : most);
}
#endif

static size_t current_thread(void) {
#ifdef _OPENMP
  return (size_t)omp_get_thread_num();
#else
  return 0;
#endif
}

qref_status qref_suite_for_each(size_t count, int threads, qref_suite_task task, void *context,
                                const qref_suite_progress *progress, qref_error *error) {
  size_t first_failed = count;
  size_t done = 0;
  qref_status first_status = QREF_OK;
  qref_error first_error = {""};
#ifndef _OPENMP
  (void)threads;
#else
#pragma omp parallel for num_threads(team_size(count, threads)) schedule(dynamic, 1)
#endif
  for (size_t i = 0; i < count; i++) {
    bool skip = false;
#ifdef _OPENMP
#pragma omp critical(qref_suite_state)
#endif
    skip = i > first_failed;
    if (skip) {
      continue;
    }
    qref_error task_error = {""};
    const qref_status status = task(context, i, current_thread(), &task_error);
#ifdef _OPENMP
#pragma omp critical(qref_suite_state)
#endif
    {
      done++;
      if (status != QREF_OK && i < first_failed) {
        first_failed = i;
        first_status = status;
        first_error = task_error;
      }
      if (status == QREF_OK && progress != NULL && progress->call != NULL) {
        progress->call(progress->context, progress->what, done, count);
      }
    }
  }
  if (first_status != QREF_OK && error != NULL) {
    *error = first_error;
  }
  return first_status;
}
