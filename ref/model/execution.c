#include "ref/model/execution.h"

#include "ref/backends/builtin.h"
#include "ref/base/error.h"

qref_status qref_execution_resolve(const qref_execution *execution, const qref_profile *profile, const qref_op *ops,
                                   size_t op_count, qref_resolved_execution *resolved, qref_error *error) {
  const qref_backend *backend = execution == NULL ? NULL : execution->backend;
  const int threads = execution == NULL ? 0 : execution->threads;
  if (threads < 0) {
    return qref_fail(error, QREF_ERROR_ARGUMENT, "threads: %d, expected 0 or more", threads);
  }
  if (backend == NULL) {
    QREF_TRY(qref_backend_find("cpu", &backend, error));
  }
  if (backend->abi_version != QREF_BACKEND_ABI_VERSION || backend->struct_size < sizeof(qref_backend)) {
    return qref_fail(error, QREF_ERROR_ARGUMENT, "backend: interface version %lu, expected %lu",
                     (unsigned long)backend->abi_version, (unsigned long)QREF_BACKEND_ABI_VERSION);
  }
  const char *reason = qref_backend_unavailable(backend);
  if (reason != NULL) {
    return qref_fail(error, QREF_ERROR_UNSUPPORTED, "backend '%s': %s", backend->name, reason);
  }
  if (profile == NULL) {
    profile = qref_profile_builtin("quamba");
  }
  for (size_t i = 0; i < op_count; i++) {
    if (!backend->supports(ops[i], profile)) {
      return qref_fail(error, QREF_ERROR_UNSUPPORTED, "backend '%s' does not compute %s under profile '%s'",
                       backend->name, qref_op_name(ops[i]), profile->name);
    }
  }
  resolved->backend = backend;
  resolved->threads = threads == 0 ? 1 : threads;
  return QREF_OK;
}

void qref_execution_report(const qref_execution *execution, const char *what, size_t done, size_t total) {
  if (execution != NULL && execution->progress != NULL) {
    execution->progress(execution->progress_context, what, done, total);
  }
}
