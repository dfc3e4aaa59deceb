/* A backend against the reference: the suites, then random cases. */
#include <stdlib.h>
#include <string.h>

#include "ref/base/error.h"
#include "ref/vectors/cross/session.h"

static qref_status check_options(const qref_cross_options *options, const qref_cross_report *report,
                                 qref_error *error) {
  if (options == NULL || report == NULL || options->backend == NULL) {
    return qref_fail(error, QREF_ERROR_ARGUMENT, "cross: expected a backend and a report");
  }
  if (options->suite_count == 0 && options->random_cases == 0 && !options->forever) {
    return qref_fail(error, QREF_ERROR_ARGUMENT, "cross: expected a suite or random cases");
  }
  if (options->suite_count != 0 && options->profile_count == 0 && options->random_rules) {
    return qref_fail(error, QREF_ERROR_ARGUMENT, "cross: a suite: expected a profile besides random rules");
  }
  for (size_t i = 0; i < options->op_count; i++) {
    if ((unsigned)options->ops[i] >= QREF_OP_COUNT) {
      return qref_fail(error, QREF_ERROR_ARGUMENT, "cross: op %d: expected one of qref_op", (int)options->ops[i]);
    }
  }
  return QREF_OK;
}

qref_status qref_cross(const qref_cross_options *options, qref_cross_callback callback, void *context,
                       qref_cross_report *report, qref_error *error) {
  if (report != NULL) {
    memset(report, 0, sizeof *report);
  }
  QREF_TRY(check_options(options, report, error));
  qref_cross_session session = {
      .options = options, .against = options->against, .callback = callback, .context = context, .report = report};
  if (session.against == NULL) {
    QREF_TRY(qref_backend_find("ref", &session.against, error));
  }
  if (session.against == options->backend) {
    return qref_fail(error, QREF_ERROR_ARGUMENT, "cross: backend %s against itself proves nothing: expected another",
                     options->backend->name);
  }
  qref_status status = qref_cross_suites(&session, error);
  if (status == QREF_OK && !session.stopped) {
    status = qref_cross_random_cases(&session, error);
  }
  qref_cross_sum_up(report);
  report->stopped = session.stopped;
  qref_cross_workspace_free(&session.workspace);
  return status;
}

void qref_cross_report_free(qref_cross_report *report) {
  if (report != NULL) {
    free(report->rows);
    memset(report, 0, sizeof *report);
  }
}
