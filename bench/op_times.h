/* A backend that passes every op on to another one and adds up the time that each takes. */
#ifndef QREF_BENCH_OP_TIMES_H
#define QREF_BENCH_OP_TIMES_H

#include <qref/backend.h>
#include <stdio.h>

/* The table that times `backend` with bench_now or bench_thread_time. `backend` must outlive it. One at a time, called
 * by one thread at a time. */
const qref_backend *bench_op_times(const qref_backend *backend, double (*clock)(void));
/* Forgets what was added up. */
void bench_op_times_reset(void);
/* Prints ops and shapes, the longest first, with their share of `total` seconds; what is in no op comes last. */
void bench_op_times_print(FILE *file, double total);

#endif
