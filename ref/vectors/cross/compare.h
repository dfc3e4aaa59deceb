/* One case on two backends, called in every way that the op allows, compared byte by byte. Needs libc only. */
#ifndef QREF_VECTORS_CROSS_COMPARE_H
#define QREF_VECTORS_CROSS_COMPARE_H

#include <qref/vectors.h>

#include "ref/vectors/cross/workspace.h"

/* Which intermediates a call asks for. */
typedef enum qref_cross_request {
  QREF_CROSS_ALL,
  QREF_CROSS_SOME, /* a subset that the variation chooses */
  QREF_CROSS_NONE,
} qref_cross_request;

/* One way of calling an op. */
typedef struct qref_cross_run {
  qref_cross_request request;
  bool counts;   /* event counts are asked for */
  bool packed;   /* linear W8A8: with packed weights, and something else where the weights were */
  bool in_place; /* an output is the input that it may be: residual_out = residual, h_final = h_initial, y = x */
  int threads;
} qref_cross_run;

typedef struct qref_cross_outcome {
  bool supported; /* false: nothing was compared */
  qref_cross_problem problem;
  qref_cross_run run; /* the first that differs; the rest of the way here is about it */
  size_t tensor;      /* index into the case's, QREF_CROSS_SLOTS where the problem is of no tensor */
  size_t element;
  uint64_t different;                    /* elements (bytes, of guards) of this tensor */
  uint32_t expected_bits, found_bits;    /* of the element, or of the byte of a guard */
  qref_status expected_status, status;   /* of the two */
  qref_counts expected_counts, counts;   /* what the run added */
  char message[QREF_CROSS_MESSAGE_SIZE]; /* says it in a line; "" without a problem */
  /* of all runs */
  size_t runs;
  uint64_t tensors, bytes;                             /* outputs and intermediates that were compared */
  uint64_t reference_nanoseconds, backend_nanoseconds; /* of the first run, one thread, all intermediates */
} qref_cross_outcome;

/* Runs a case that qref_cross_lay_out has laid out and whose inputs lie in the workspace: once on `against`, then on
 * `backend` in every way, up to the first that differs. threads above 1: every way with so many threads too. On return
 * the tensors of `item` point to what `against` computed, in the workspace. The status is about memory
 * alone, the comparison's and the backends': any other failure of a backend is an outcome. */
qref_status qref_cross_compare(qref_cross_workspace *workspace, qref_case *item, const qref_backend *backend,
                               const qref_backend *against, int threads, uint64_t variation,
                               qref_cross_outcome *outcome, qref_error *error);

/* "outputs only, no counts, packed weights, 2 threads" */
void qref_cross_run_text(const qref_cross_run *run, char text[QREF_CROSS_RUN_SIZE]);

#endif
