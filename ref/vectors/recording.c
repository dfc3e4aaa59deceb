/* realpath */
#define _XOPEN_SOURCE 700

#include "ref/vectors/recording.h"

#include <stdlib.h>
#include <string.h>

#include "ref/base/error.h"
#include "ref/base/file.h"
#include "ref/base/sha256.h"
#include "ref/vectors/contained_path.h"

enum { MANIFEST_LIMIT = 256 << 20, CASE_ID_SIZE = 128 };

static qref_status check_cases(const qref_recording *recording, qref_error *error) {
  const char *source = recording->manifest_path;
  const cJSON *entry = NULL;
  size_t count = 0;
  cJSON_ArrayForEach(entry, recording->cases) {
    const char *id = NULL;
    if (!cJSON_IsObject(entry)) {
      return qref_fail(error, QREF_ERROR_FORMAT, "%s: field 'cases': element %zu: expected an object", source, count);
    }
    QREF_TRY(qref_json_string(entry, "id", source, &id, error));
    if (id[0] == '\0' || strlen(id) >= CASE_ID_SIZE) {
      return qref_fail(error, QREF_ERROR_FORMAT, "%s: case %zu: field 'id': expected 1 to %d characters", source, count,
                       CASE_ID_SIZE - 1);
    }
    if (qref_recording_find(recording, id) != entry) {
      return qref_fail(error, QREF_ERROR_FORMAT, "%s: case '%s': field 'id': used by an earlier case too", source, id);
    }
    count++;
  }
  if (count == 0) {
    return qref_fail(error, QREF_ERROR_FORMAT,
                     "%s: field 'cases': expected at least one case, there is nothing to replay", source);
  }
  return QREF_OK;
}

qref_status qref_recording_open(const char *directory, qref_recording *recording, qref_error *error) {
  memset(recording, 0, sizeof *recording);
  recording->directory = realpath(directory, NULL);
  if (recording->directory == NULL || !qref_path_is_directory(recording->directory)) {
    qref_recording_close(recording);
    return qref_fail(error, QREF_ERROR_IO, "%s: expected a directory with manifest.json", directory);
  }
  recording->manifest_path = qref_path_join(directory, "manifest.json");
  if (recording->manifest_path == NULL) {
    qref_recording_close(recording);
    return qref_fail(error, QREF_ERROR_MEMORY, "%s: out of memory", directory);
  }
  qref_status status = qref_json_read(recording->manifest_path, MANIFEST_LIMIT, &recording->manifest, error);
  if (status == QREF_OK && !cJSON_IsObject(recording->manifest)) {
    status = qref_fail(error, QREF_ERROR_FORMAT, "%s: expected an object", recording->manifest_path);
  }
  if (status == QREF_OK) {
    status = qref_json_array(recording->manifest, "cases", recording->manifest_path, &recording->cases, error);
  }
  if (status == QREF_OK) {
    status = check_cases(recording, error);
  }
  if (status != QREF_OK) {
    qref_recording_close(recording);
  }
  return status;
}

void qref_recording_close(qref_recording *recording) {
  free(recording->directory);
  free(recording->manifest_path);
  cJSON_Delete(recording->manifest);
  memset(recording, 0, sizeof *recording);
}

const cJSON *qref_recording_find(const qref_recording *recording, const char *id) {
  const cJSON *entry = NULL;
  cJSON_ArrayForEach(entry, recording->cases) {
    const char *entry_id = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(entry, "id"));
    if (entry_id != NULL && strcmp(entry_id, id) == 0) {
      return entry;
    }
  }
  return NULL;
}

static qref_status resolve(const qref_recording *recording, const char *file, const char *where, char **path,
                           qref_error *error) {
  return qref_contained_path(recording->directory, file, recording->manifest_path, where, path, error);
}

qref_status qref_recording_load_file(const qref_recording *recording, const char *file, const char *where,
                                     qref_tensor *tensor, qref_error *error) {
  char *path = NULL;
  QREF_TRY(resolve(recording, file, where, &path, error));
  qref_status status = qref_npy_read(path, tensor, error);
  free(path);
  return status;
}

static qref_status check_digest(const qref_recording *recording, const char *file, const char *where,
                                const char *expected, qref_error *error) {
  char *path = NULL;
  QREF_TRY(resolve(recording, file, where, &path, error));
  qref_mapped_file mapped;
  qref_status status = qref_mapped_file_open(path, &mapped, error);
  free(path);
  if (status != QREF_OK) {
    return status;
  }
  char actual[65];
  qref_sha256_of(mapped.data, mapped.size, actual);
  qref_mapped_file_close(&mapped);
  if (strcmp(actual, expected) != 0) {
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: %s: file '%s': field 'sha256': expected %s, the file has %s",
                     recording->manifest_path, where, file, expected, actual);
  }
  return QREF_OK;
}

static bool shape_matches(const cJSON *shape, const qref_tensor *tensor) {
  if ((size_t)cJSON_GetArraySize(shape) != tensor->dimensions) {
    return false;
  }
  size_t i = 0;
  const cJSON *dimension = NULL;
  cJSON_ArrayForEach(dimension, shape) {
    if (!cJSON_IsNumber(dimension) || dimension->valuedouble != (double)tensor->shape[i]) {
      return false;
    }
    i++;
  }
  return true;
}

qref_status qref_recording_load(const qref_recording *recording, const cJSON *entry, const char *where,
                                qref_tensor *tensor, qref_error *error) {
  const char *source = recording->manifest_path;
  const char *file = NULL;
  const char *dtype = NULL;
  const char *digest = NULL;
  const cJSON *shape = NULL;
  memset(tensor, 0, sizeof *tensor);
  if (!cJSON_IsObject(entry)) {
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: %s: expected an object with file, dtype, shape, sha256", source,
                     where);
  }
  qref_status status = qref_json_string(entry, "file", source, &file, error);
  if (status == QREF_OK) {
    status = qref_json_string(entry, "dtype", source, &dtype, error);
  }
  if (status == QREF_OK) {
    status = qref_json_string(entry, "sha256", source, &digest, error);
  }
  if (status == QREF_OK) {
    status = qref_json_array(entry, "shape", source, &shape, error);
  }
  if (status != QREF_OK) {
    return qref_fail_prefix(error, status, "%s", where);
  }
  QREF_TRY(check_digest(recording, file, where, digest, error));
  QREF_TRY(qref_recording_load_file(recording, file, where, tensor, error));
  if (strcmp(dtype, qref_dtype_name(tensor->dtype)) != 0) {
    status = qref_fail(error, QREF_ERROR_FORMAT, "%s: %s: file '%s': field 'dtype': expected %s, the file has %s",
                       source, where, file, dtype, qref_dtype_name(tensor->dtype));
  } else if (!shape_matches(shape, tensor)) {
    status = qref_fail(error, QREF_ERROR_FORMAT, "%s: %s: file '%s': field 'shape': not the shape of the file", source,
                       where, file);
  } else if (tensor->count == 0) {
    status = qref_fail(error, QREF_ERROR_FORMAT, "%s: %s: file '%s': field 'shape': a tensor without elements", source,
                       where, file);
  }
  if (status != QREF_OK) {
    qref_tensor_free(tensor);
  }
  return status;
}
