/* The manifest of a suite: what it says (a checked structure), reading and printing it. */
#ifndef QREF_VECTORS_SUITE_MANIFEST_H
#define QREF_VECTORS_SUITE_MANIFEST_H

#include <qref/vectors.h>

#include "ref/base/json.h"
#include "ref/vectors/case/case.h"
#include "ref/vectors/suite/text.h"

#define QREF_SUITE_FORMAT "qref-vectors/1"

/* What holds for the whole suite. */
typedef struct qref_suite_header {
  const char *suite;
  uint64_t seed;
  qref_op op;           /* QREF_OP_COUNT: every op */
  const char *version;  /* of qref */
  qref_profile profile; /* the suite's: the first of the list; variants follow in the order of their first use */
  bool npy, hex;
  size_t hex_lanes;
  size_t shard_index, shard_count; /* 0 where the suite is whole */
} qref_suite_header;

/* The first field in which two headers of shards of one suite differ, whichever shards they are; NULL if in none. */
qref_status qref_suite_header_difference(const qref_suite_header *a, const qref_suite_header *b, const char **field,
                                         qref_error *error);

/* ---- reading ---- */

typedef struct qref_suite_tensor {
  const char *sha256;
  const char *npy, *hex; /* paths relative to the directory, without ".."; NULL without the format */
} qref_suite_tensor;

typedef struct qref_suite_case {
  qref_case item; /* shapes and widths set, counts as stored, no data */
  qref_suite_tensor tensors[QREF_OP_MAX_TENSORS];
} qref_suite_case;

typedef struct qref_suite_manifest {
  char *directory; /* real path; NULL where a manifest was read alone */
  char *path;      /* of manifest.json, for messages */
  cJSON *json;     /* what the strings point into */
  qref_suite_header header;
  const char *digest;
  bool has_coverage;
  size_t count;
  qref_suite_case *cases;
  const qref_suite_case **by_id; /* sorted */
} qref_suite_manifest;

/* Reads DIR/manifest.json. Every field is checked: types, names, unknown keys, profiles against their hashes, tensors
 * against what the op of the case has, links against earlier cases. A failure names file and field. */
qref_status qref_suite_open(const char *directory, qref_suite_manifest *manifest, qref_error *error);
/* The same for the manifest alone. */
qref_status qref_suite_manifest_read(const char *path, qref_suite_manifest *manifest, qref_error *error);
void qref_suite_close(qref_suite_manifest *manifest);
/* The case of that id, or NULL. */
const qref_suite_case *qref_suite_find(const qref_suite_manifest *manifest, const char *id);
size_t qref_suite_index(const qref_suite_manifest *manifest, const qref_suite_case *entry);
/* Digest of the suite, from the digests that the manifest lists. */
void qref_suite_listed_digest(const qref_suite_manifest *manifest, char hex[65]);

/* One entry of "cases". */
typedef struct qref_suite_case_context {
  const char *source; /* file name */
  const qref_suite_header *header;
  const qref_profile *profiles;
  size_t profile_count;
  const cJSON *flags; /* the suite's */
} qref_suite_case_context;
qref_status qref_suite_read_case(const qref_suite_case_context *context, const cJSON *json, size_t index,
                                 qref_suite_case *entry, qref_error *error);
/* Fails if the object has a key that is not in the list, which ends with NULL. */
qref_status qref_suite_check_keys(const cJSON *object, const char *source, const char *const *keys, qref_error *error);

/* ---- printing ---- */

/* What the manifest keeps of a case that was run. */
typedef struct qref_suite_record {
  char profile_hash[65];
  qref_profile profile;
  uint64_t flags;
  size_t tensors;
  uint64_t bytes; /* of tensor data */
  char *json;     /* one line; free with cJSON_free */
  qref_text digest_lines;
} qref_suite_record;

/* Whether an id can be a path: folders and a name of letters, digits, '_', '-', '.', none of which begins with a dot.
 */
bool qref_suite_is_case_id(const char *id);

/* "cases/<id>/<tensor>.<extension>" */
enum { QREF_SUITE_PATH_SIZE = QREF_CASE_ID_SIZE + 64 };
void qref_suite_path(const qref_case *item, const qref_case_tensor *tensor, const char *extension,
                     char path[QREF_SUITE_PATH_SIZE]);

qref_status qref_suite_record_make(const qref_suite_header *header, const qref_case *item, qref_suite_record *record,
                                   qref_error *error);
void qref_suite_record_free(qref_suite_record *record);

/* Adds the lines of a case to the text that the suite's digest is over. `digests` are those of item's tensors. */
void qref_suite_digest_lines(const qref_case *item, const char *const *digests, qref_text *text);

/* The whole manifest. `coverage` may be NULL. */
qref_status qref_suite_manifest_print(const qref_suite_header *header, const char *digest,
                                      const qref_coverage_entry *coverage, size_t coverage_count,
                                      const qref_suite_record *records, size_t count, qref_text *text,
                                      qref_error *error);

/* Names of the schema's enumerations in manifests. */
const char *qref_tensor_role_key(qref_tensor_role role); /* "inputs", "intermediates", "outputs" */

enum { QREF_COUNTS = 5 };
/* "saturated", ...; NULL past the end. */
const char *qref_counts_name(size_t i);
uint64_t qref_counts_value(const qref_counts *counts, size_t i);
void qref_counts_set(qref_counts *counts, size_t i, uint64_t value);

#endif
