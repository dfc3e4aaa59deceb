/* The backends of qref that take part. */
#ifndef QREF_BENCH_BACKENDS_H
#define QREF_BENCH_BACKENDS_H

#include <qref/backend.h>

#include "bench/harness.h"

enum { BENCH_MOST_BACKENDS = 8 };

typedef struct bench_backends {
  struct {
    const qref_backend *backend;
    char title[48];    /* "qref cpu (avx512)" */
    const char *limit; /* of integer multiply-adds with its instructions; NULL: the best */
  } list[BENCH_MOST_BACKENDS];
  size_t count;
} bench_backends;

/* The one that `cpu` stands for here (cpu-avx2 with --isa avx2) first, then every other one that computes `op` in
 * profile quamba, but neither `ref` nor the portable path. */
bench_backends bench_find_backends(const bench_options *options, qref_op op);
const qref_backend *bench_reference(void);
/* `ref` as a contestant: on one thread, for so many rounds. */
bench_contestant *bench_add_reference(bench_work *work, void (*run)(void *context, int threads), void *context,
                                      int most_rounds);
const qref_profile *bench_profile(void);

/* Exits with the message unless status is QREF_OK. */
void bench_check(qref_status status, const qref_error *error);

#endif
