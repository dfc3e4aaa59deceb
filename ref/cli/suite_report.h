/* What gen and merge print: the suite that was made, and its coverage table. */
#ifndef QREF_CLI_SUITE_REPORT_H
#define QREF_CLI_SUITE_REPORT_H

#include "ref/base/json.h"
#include "ref/cli/options.h"

typedef struct qref_suite_summary {
  const char *directory;
  const char *suite;
  const char *op;      /* NULL: all */
  const char *case_id; /* NULL: all */
  uint64_t seed;
  size_t shard_index, shard_count; /* count 0: the whole suite */
  const char *profile;
  size_t merged; /* shards that were put together; 0: none were */
  const qref_gen_report *report;
} qref_suite_summary;

/* Prints everything, as text or JSON, and writes --junit: a test case for each coverage point, or, where coverage is
 * not checked, for each case. Returns the exit code: 1 if there are holes, with a message on stderr. */
int qref_report_suite(const qref_suite_summary *summary, const qref_common *common);

#endif
