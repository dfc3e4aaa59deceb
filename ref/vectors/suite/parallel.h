/* Cases side by side. */
#ifndef QREF_VECTORS_SUITE_PARALLEL_H
#define QREF_VECTORS_SUITE_PARALLEL_H

#include <qref/types.h>

enum { QREF_SUITE_MAX_THREADS = 256 };

/* Optional; `what` names the work. */
typedef struct qref_suite_progress {
  void (*call)(void *context, const char *what, size_t done, size_t total);
  void *context;
  const char *what;
} qref_suite_progress;

/* One of `count` pieces of work. `thread` is below qref_suite_thread_count(threads): two calls at the same time have
 * different ones. */
typedef qref_status (*qref_suite_task)(void *context, size_t index, size_t thread, qref_error *error);

/* How many threads are used for that many asked for: at least 1; 1 without OpenMP. */
size_t qref_suite_thread_count(int threads);

/* Runs the pieces, lowest index first. Returns the failure of the lowest index that fails; pieces behind it may be left
 * out. Progress is reported by one thread at a time. */
qref_status qref_suite_for_each(size_t count, int threads, qref_suite_task task, void *context,
                                const qref_suite_progress *progress, qref_error *error);

#endif
