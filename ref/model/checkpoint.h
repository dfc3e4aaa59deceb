/* The tensors of a checkpoint directory: model.safetensors, or the shards that model.safetensors.index.json lists. */
#ifndef QREF_MODEL_CHECKPOINT_H
#define QREF_MODEL_CHECKPOINT_H

#include "ref/model/safetensors.h"

typedef struct qref_checkpoint_tensor {
  const qref_stored_tensor *stored;
  const char *path; /* of its file */
  bool used;        /* found by name before */
} qref_checkpoint_tensor;

typedef struct qref_checkpoint {
  qref_safetensors **files;
  size_t file_count;
  qref_checkpoint_tensor *tensors;
  size_t tensor_count;
} qref_checkpoint;

/* Opens every file. Each name of the index must be in the file that the index says; file names with a directory part
 * are refused. */
qref_status qref_checkpoint_open(const char *directory, qref_checkpoint *checkpoint, qref_error *error);
void qref_checkpoint_close(qref_checkpoint *checkpoint);

/* NULL if there is none of that name. Marks the tensor as used. */
const qref_checkpoint_tensor *qref_checkpoint_find(qref_checkpoint *checkpoint, const char *name);

#endif
