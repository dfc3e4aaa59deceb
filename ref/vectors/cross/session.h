/* The state of a cross-check: what was compared so far, and how a case's outcome gets into it. Needs libc only. */
#ifndef QREF_VECTORS_CROSS_SESSION_H
#define QREF_VECTORS_CROSS_SESSION_H

#include "ref/vectors/cross/compare.h"

typedef struct qref_cross_session {
  const qref_cross_options *options;
  const qref_backend *against;
  qref_cross_callback callback; /* NULL: none */
  void *context;
  qref_cross_report *report;
  size_t row_capacity;
  qref_cross_workspace workspace;
  bool stopped;
} qref_cross_session;

/* Where a case comes from. */
typedef struct qref_cross_origin {
  const char *suite; /* "" for a random case */
  uint64_t index;    /* of a random case */
} qref_cross_origin;

/* Whether the work is to end: asked in front of every case. */
bool qref_cross_stopped(qref_cross_session *session);

/* Whether the op was asked for. */
bool qref_cross_has_op(const qref_cross_options *options, qref_op op);

/* Compares a case that is laid out and filled in the session's workspace, adds it to the report, and tells the callback
 * of a divergence. */
qref_status qref_cross_check_case(qref_cross_session *session, qref_case *item, const qref_cross_origin *origin,
                                  uint64_t variation, qref_error *error);

/* The random cases of every op, a few hundred of each in turn. */
qref_status qref_cross_random_cases(qref_cross_session *session, qref_error *error);
/* The suites, each under every profile. Not libc only: a layer needs a model. */
qref_status qref_cross_suites(qref_cross_session *session, qref_error *error);

/* Puts the rows into the order of the ops and adds them up. */
void qref_cross_sum_up(qref_cross_report *report);

#endif
