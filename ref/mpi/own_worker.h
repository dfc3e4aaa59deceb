/* A thread that does one piece at a time beside the thread that it belongs to. */
#ifndef QREF_MPI_OWN_WORKER_H
#define QREF_MPI_OWN_WORKER_H

#include "ref/cli/team.h"

typedef struct qref_own_worker qref_own_worker;

qref_status qref_own_worker_start(const qref_work *work, qref_own_worker **worker, qref_error *error);
/* Gives it a piece; it must have none. */
void qref_own_worker_give(qref_own_worker *worker, size_t piece);
/* If the piece given is done: true, with its status, result (moved out) and error. */
bool qref_own_worker_take(qref_own_worker *worker, qref_status *status, qref_text *result, qref_error *error);
/* Ends the thread, after the piece that it has. NULL is allowed. */
void qref_own_worker_stop(qref_own_worker *worker);

#endif
