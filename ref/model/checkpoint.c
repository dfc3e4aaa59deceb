#include "ref/model/checkpoint.h"

#include <stdlib.h>
#include <string.h>

#include "ref/base/error.h"
#include "ref/base/file.h"
#include "ref/base/json.h"
#include "ref/base/size.h"
#include "ref/model/allocate.h"

#define SINGLE_FILE "model.safetensors"
#define INDEX_FILE "model.safetensors.index.json"
static const size_t index_size_limit = (size_t)64 << 20;

void qref_checkpoint_close(qref_checkpoint *checkpoint) {
  for (size_t i = 0; i < checkpoint->file_count; i++) {
    qref_safetensors_close(checkpoint->files[i]);
  }
  free(checkpoint->files);
  free(checkpoint->tensors);
  memset(checkpoint, 0, sizeof *checkpoint);
}

static qref_status reserve(qref_checkpoint *checkpoint, size_t files, size_t tensors, qref_error *error) {
  checkpoint->files = qref_allocate_zeroed(files, sizeof *checkpoint->files);
  checkpoint->tensors = qref_allocate_zeroed(tensors, sizeof *checkpoint->tensors);
  if (checkpoint->files == NULL || checkpoint->tensors == NULL) {
    return qref_fail_memory(error, "the list of tensors");
  }
  return QREF_OK;
}

static void add_tensor(qref_checkpoint *checkpoint, const qref_safetensors *file, const qref_stored_tensor *stored) {
  checkpoint->tensors[checkpoint->tensor_count++] =
      (qref_checkpoint_tensor){.stored = stored, .path = qref_safetensors_path(file), .used = false};
}

static qref_status open_single(const char *path, qref_checkpoint *checkpoint, qref_error *error) {
  qref_safetensors *file = NULL;
  QREF_TRY(qref_safetensors_open(path, &file, error));
  const size_t count = qref_safetensors_count(file);
  const qref_status status = reserve(checkpoint, 1, count, error);
  if (status != QREF_OK) {
    qref_safetensors_close(file);
    return status;
  }
  checkpoint->files[checkpoint->file_count++] = file;
  for (size_t i = 0; i < count; i++) {
    add_tensor(checkpoint, file, qref_safetensors_at(file, i));
  }
  return QREF_OK;
}

/* A shard lies beside its index: an index from elsewhere must not make us read other files. */
static bool plain_file_name(const char *name) {
  return name[0] != '\0' && strcmp(name, ".") != 0 && strcmp(name, "..") != 0 && strpbrk(name, "/\\") == NULL;
}

/* The open file at `path`, opening it if need be. */
static qref_status shard_at(const char *path, qref_checkpoint *checkpoint, const qref_safetensors **shard,
                            qref_error *error) {
  for (size_t i = 0; i < checkpoint->file_count; i++) {
    if (strcmp(qref_safetensors_path(checkpoint->files[i]), path) == 0) {
      *shard = checkpoint->files[i];
      return QREF_OK;
    }
  }
  QREF_TRY(qref_safetensors_open(path, &checkpoint->files[checkpoint->file_count], error));
  *shard = checkpoint->files[checkpoint->file_count++];
  return QREF_OK;
}

static qref_status add_shard_entry(const char *directory, const char *index_path, const cJSON *entry,
                                   qref_checkpoint *checkpoint, qref_error *error) {
  if (!cJSON_IsString(entry) || !plain_file_name(entry->valuestring)) {
    return qref_fail(error, QREF_ERROR_FORMAT,
                     "%s: field 'weight_map.%s': expected the name of a file "
                     "beside the index",
                     index_path, entry->string);
  }
  char *path = qref_path_join(directory, entry->valuestring);
  if (path == NULL) {
    return qref_fail_memory(error, "a file name");
  }
  const qref_safetensors *shard = NULL;
  const qref_status status = shard_at(path, checkpoint, &shard, error);
  free(path);
  QREF_TRY(status);
  const qref_stored_tensor *stored = qref_safetensors_find(shard, entry->string);
  if (stored == NULL) {
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: tensor '%s' is missing, expected from %s",
                     qref_safetensors_path(shard), entry->string, index_path);
  }
  add_tensor(checkpoint, shard, stored);
  return QREF_OK;
}

static qref_status add_shards(const char *directory, const char *index_path, const cJSON *index,
                              qref_checkpoint *checkpoint, qref_error *error) {
  const cJSON *map, *entry;
  if (!cJSON_IsObject(index)) {
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: expected a JSON object", index_path);
  }
  QREF_TRY(qref_json_object(index, "weight_map", index_path, &map, error));
  const size_t entries = (size_t)cJSON_GetArraySize(map);
  QREF_TRY(reserve(checkpoint, entries, entries, error));
  cJSON_ArrayForEach(entry, map) {
    QREF_TRY(add_shard_entry(directory, index_path, entry, checkpoint, error));
  }
  return QREF_OK;
}

static qref_status open_index(const char *directory, const char *path, qref_checkpoint *checkpoint, qref_error *error) {
  cJSON *index = NULL;
  QREF_TRY(qref_json_read(path, index_size_limit, &index, error));
  const qref_status status = add_shards(directory, path, index, checkpoint, error);
  cJSON_Delete(index);
  return status;
}

qref_status qref_checkpoint_open(const char *directory, qref_checkpoint *checkpoint, qref_error *error) {
  memset(checkpoint, 0, sizeof *checkpoint);
  char *single = qref_path_join(directory, SINGLE_FILE);
  char *index = qref_path_join(directory, INDEX_FILE);
  qref_status status;
  if (single == NULL || index == NULL) {
    status = qref_fail_memory(error, "a file name");
  } else if (qref_path_exists(single)) {
    status = open_single(single, checkpoint, error);
  } else if (qref_path_exists(index)) {
    status = open_index(directory, index, checkpoint, error);
  } else {
    status = qref_fail(error, QREF_ERROR_IO, "%s: expected " SINGLE_FILE " or " INDEX_FILE, directory);
  }
  free(single);
  free(index);
  if (status != QREF_OK) {
    qref_checkpoint_close(checkpoint);
  }
  return status;
}

const qref_checkpoint_tensor *qref_checkpoint_find(qref_checkpoint *checkpoint, const char *name) {
  for (size_t i = 0; i < checkpoint->tensor_count; i++) {
    if (strcmp(checkpoint->tensors[i].stored->name, name) == 0) {
      checkpoint->tensors[i].used = true;
      return &checkpoint->tensors[i];
    }
  }
  return NULL;
}
