/* What qref cross prints. */
#ifndef QREF_CLI_CROSS_REPORT_H
#define QREF_CLI_CROSS_REPORT_H

#include "ref/base/json.h"
#include "ref/cli/junit.h"

enum { QREF_CROSS_KEPT = 200 };

/* The first divergences, and the first of every op and profile. */
typedef struct qref_cross_results {
  qref_cross_divergence *kept; /* malloc'ed, with their strings */
  size_t count, capacity;
  uint64_t all; /* divergences, kept or not */
  bool out_of_memory;
} qref_cross_results;

/* A qref_cross_callback; context is a qref_cross_results. */
void qref_cross_collect(void *context, const qref_cross_divergence *divergence);
void qref_cross_results_free(qref_cross_results *results);

/* What was asked for, as given, so that a case can be repeated. */
typedef struct qref_cross_summary {
  const char *backend, *against;
  const qref_option_strings *given_profiles; /* --profile, as given */
  const char *const *profile_texts;          /* of each of the options' profiles: its name or file */
  const qref_cross_options *options;
  bool interrupted;
  double seconds; /* that everything took */
  const qref_cross_results *results;
  const qref_cross_report *report;
} qref_cross_summary;

void qref_cross_print_text(const qref_cross_summary *summary);
/* NULL when out of memory. */
cJSON *qref_cross_to_json(const qref_cross_summary *summary);
/* One test case for each op and profile; unsupported ones are skipped, with a reason. */
void qref_cross_add_junit(const qref_cross_summary *summary, qref_junit *junit);

#endif
