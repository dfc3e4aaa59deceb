/* Reading recorded outputs of other people's kernels: DIR/manifest.json and its .npy files. */
#ifndef QREF_VECTORS_RECORDING_H
#define QREF_VECTORS_RECORDING_H

#include "ref/base/json.h"
#include "ref/vectors/npy.h"

typedef struct qref_recording {
  char *directory;     /* resolved, without links */
  char *manifest_path; /* for messages */
  cJSON *manifest;
  const cJSON *cases; /* an array of at least one object */
} qref_recording;

/* Opens a recording: the manifest is read and its list of cases checked for ids that are missing or repeated. */
qref_status qref_recording_open(const char *directory, qref_recording *recording, qref_error *error);
void qref_recording_close(qref_recording *recording);

/* The case of that id, or NULL. */
const cJSON *qref_recording_find(const qref_recording *recording, const char *id);

/* Loads the tensor that `entry` = {file, dtype, shape, sha256} describes. The file must lie inside the directory and
 * have that digest, dtype and shape. `where` names the entry in messages. */
qref_status qref_recording_load(const qref_recording *recording, const cJSON *entry, const char *where,
                                qref_tensor *tensor, qref_error *error);
/* Loads a file of the directory whose name alone is known. */
qref_status qref_recording_load_file(const qref_recording *recording, const char *file, const char *where,
                                     qref_tensor *tensor, qref_error *error);

#endif
