/* Writing a suite from any source of cases. */
#ifndef QREF_VECTORS_SUITE_WRITE_H
#define QREF_VECTORS_SUITE_WRITE_H

#include "ref/vectors/suite/manifest.h"
#include "ref/vectors/suite/parallel.h"
#include "ref/vectors/suite/source.h"

typedef struct qref_suite_write_options {
  const qref_suite_header *header;
  const size_t *selected; /* indices of the source's cases that are written, ascending */
  size_t count;
  bool coverage;       /* into the manifest: the source has one */
  bool coverage_check; /* and a hole keeps the suite from being written, if the profile's numerics are built in, */
  bool coverage_of_any_profile; /* or whatever they are */
  int threads;
  qref_suite_progress progress;
} qref_suite_write_options;

/* Makes the cases, runs those that are not complete with the backend `ref`, and writes everything, as qref_gen says. */
qref_status qref_suite_write(const char *directory, const qref_suite_write_options *options,
                             const qref_case_source *source, qref_gen_report *report, qref_error *error);

/* What qref_gen makes of its options: the head of the manifest, and the cases, of which a shard takes some. Strings are
 * those of the options; the header must outlive the source. */
qref_status qref_gen_header(const qref_gen_options *options, qref_suite_header *header, qref_error *error);
qref_status qref_gen_source_open(const qref_gen_options *options, const qref_suite_header *header,
                                 qref_case_source *source, qref_error *error);

#endif
