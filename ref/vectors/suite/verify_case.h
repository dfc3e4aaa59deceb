/* One case of a suite that is verified. */
#ifndef QREF_VECTORS_SUITE_VERIFY_CASE_H
#define QREF_VECTORS_SUITE_VERIFY_CASE_H

#include "ref/vectors/suite/manifest.h"
#include "ref/vectors/suite/source.h"

typedef struct qref_verify_work {
  const qref_suite_manifest *manifest;
  const qref_backend *backend;
  int threads;                    /* of an op */
  const qref_case_source *source; /* NULL: stored inputs are taken as they are */
  const size_t *source_index;     /* per case of the manifest: its index there; SIZE_MAX if it has none */
} qref_verify_work;

/* Fills `result` but for index and count; adds to *tensors and *bytes. The status is not QREF_OK only when memory ran
 * out or the backend does not support the op. */
qref_status qref_verify_one(const qref_verify_work *work, const qref_suite_case *entry, qref_verify_case *result,
                            uint64_t *tensors, uint64_t *bytes, qref_error *error);

#endif
