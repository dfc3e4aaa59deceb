/* What qref verify prints. */
#ifndef QREF_CLI_VERIFY_REPORT_H
#define QREF_CLI_VERIFY_REPORT_H

#include "ref/base/json.h"
#include "ref/cli/junit.h"

typedef struct qref_verify_results {
  qref_verify_case *cases; /* malloc'ed, with their strings */
  size_t count;
  bool out_of_memory;
} qref_verify_results;

/* A qref_verify_callback; context is a qref_verify_results. Copies the result. */
void qref_verify_collect(void *context, const qref_verify_case *result);
void qref_verify_results_free(qref_verify_results *results);

typedef struct qref_verify_summary {
  const char *directory;
  const char *backend;
  bool stored_inputs_only; /* as asked for */
  bool inputs_generated;   /* inputs were compared with the generator's */
  /* from the manifest, so that a failing case can be made anew */
  const char *suite, *profile;
  uint64_t seed;
  const qref_verify_results *results;
  const qref_verify_report *report;
} qref_verify_summary;

void qref_verify_print_text(const qref_verify_summary *summary);
/* NULL when out of memory. */
cJSON *qref_verify_to_json(const qref_verify_summary *summary);
/* One test case for each case of the suite. */
void qref_verify_add_junit(const qref_verify_summary *summary, qref_junit *junit);

#endif
