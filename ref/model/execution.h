/* Defaults and checks of qref_execution. */
#ifndef QREF_MODEL_EXECUTION_H
#define QREF_MODEL_EXECUTION_H

#include <qref/model.h>

/* A qref_execution with its defaults filled in. */
typedef struct qref_resolved_execution {
  const qref_backend *backend;
  int threads;
} qref_resolved_execution;

/* `execution` may be NULL. The backend must have each of the `op_count` ops under `profile` (NULL: quamba);
 * QREF_ERROR_UNSUPPORTED names the first that it lacks. */
qref_status qref_execution_resolve(const qref_execution *execution, const qref_profile *profile, const qref_op *ops,
                                   size_t op_count, qref_resolved_execution *resolved, qref_error *error);

/* Calls the progress function, if there is one. */
void qref_execution_report(const qref_execution *execution, const char *what, size_t done, size_t total);

#endif
