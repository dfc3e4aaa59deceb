/* What qref check prints. */
#ifndef QREF_CLI_CHECK_REPORT_H
#define QREF_CLI_CHECK_REPORT_H

#include "ref/base/json.h"
#include "ref/cli/junit.h"

typedef struct qref_check_summary {
  const char *model;
  char digest[65];    /* of the quantized model */
  const char *tokens; /* where they are from */
  size_t batch, length;
  const char *log_dir; /* NULL: no logs are written */
  const qref_check_report *report;
} qref_check_summary;

void qref_check_print_text(const qref_check_summary *summary);
/* NULL when out of memory. */
cJSON *qref_check_to_json(const qref_check_summary *summary);
void qref_check_add_junit(const qref_check_summary *summary, qref_junit *junit);

#endif
