/* Pieces of work handed out on demand to the ranks of an MPI job.
 *
 * Rank 0 leads: its main thread hands out pieces and takes results, a second thread of it works like any other rank, so
 * that one rank is enough and none is idle. Nobody spins while waiting. The other ranks follow: they wait to be
 * started, then ask for piece after piece. A rank that dies takes the job with it (Open MPI names it); on the signal
 * that mpirun then sends, rank 0 says which pieces were at which rank.
 *
 * MPI calls are made by the main threads only: MPI_THREAD_FUNNELED. */
#ifndef QREF_MPI_WORK_QUEUE_H
#define QREF_MPI_WORK_QUEUE_H

#include "ref/cli/team.h"

/* Rank 0: starts all ranks, which call qref_work_queue_follow with the same work, and does all pieces. */
qref_status qref_work_queue_lead(const qref_work *work, qref_error *error);

/* Other ranks: returns when rank 0 starts a queue (true), or ends without one (false). */
bool qref_work_queue_wait(void);
/* Other ranks, after a start: works until rank 0 has no more. */
qref_status qref_work_queue_follow(const qref_work *work, qref_error *error);
/* Other ranks, after a start: tells rank 0 that this rank cannot take part, whose own messages say why; nothing if
 * qref_work_queue_follow was called. */
void qref_work_queue_decline(void);

/* Rank 0, at the end: sends the others home if no queue was started. */
void qref_work_queue_end(void);
/* All ranks, before MPI_Finalize: waits for the others without spinning. */
void qref_work_queue_barrier(void);

#endif
