/* qref_verify in steps, for those who share its cases out: everything is opened once, then any range of the cases is
 * verified, in any order and in any process that has opened the same suite. */
#ifndef QREF_VECTORS_SUITE_VERIFY_SESSION_H
#define QREF_VECTORS_SUITE_VERIFY_SESSION_H

#include <qref/vectors.h>

typedef struct qref_verify_session qref_verify_session;

/* Opens the suite and, unless stored inputs suffice, its generator. The options, whose strings and backend must outlive
 * the session, select the cases: at least one. */
qref_status qref_verify_open(const char *directory, const qref_verify_options *options, qref_verify_session **session,
                             qref_error *error);
/* Cases selected. */
size_t qref_verify_count(const qref_verify_session *session);
/* Verifies the selected cases first .. first + count - 1, which must exist; calls back in their order and adds to
 * `report`. */
qref_status qref_verify_range(qref_verify_session *session, size_t first, size_t count, qref_verify_callback callback,
                              void *context, qref_verify_report *report, qref_error *error);
/* When all ranges are in `report`: if no case of the whole suite failed, its digest. */
qref_status qref_verify_conclude(const qref_verify_session *session, qref_verify_report *report, qref_error *error);
/* NULL is allowed. */
void qref_verify_close(qref_verify_session *session);

#endif
