#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ref/base/bytes.h"
#include "ref/base/error.h"
#include "ref/base/file.h"
#include "ref/base/json.h"
#include "ref/base/size.h"
#include "ref/model/safetensors.h"
#include "ref/model/safetensors_format.h"

/* The format's own limit. */
static const uint64_t max_header_size = 100000000;

struct qref_safetensors {
  char *path;
  qref_mapped_file map;
  cJSON *header; /* names point into it */
  const cJSON *metadata;
  size_t count;
  qref_stored_tensor *tensors;        /* in the header's order */
  const qref_stored_tensor **by_name; /* sorted */
};

static bool find_dtype(const char *name, qref_dtype *dtype) {
  for (size_t i = 0; i < QREF_SAFETENSORS_DTYPE_COUNT; i++) {
    if (strcmp(qref_safetensors_dtypes[i].name, name) == 0) {
      *dtype = qref_safetensors_dtypes[i].dtype;
      return true;
    }
  }
  return false;
}

/* The JSON header as text inside the map, and the tensor data behind it. */
static qref_status locate(const qref_safetensors *file, const char **header, size_t *header_size, const uint8_t **data,
                          size_t *data_size, qref_error *error) {
  if (file->map.size < 8) {
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: header length: expected 8 bytes, found %zu", file->path,
                     file->map.size);
  }
  uint64_t length = qref_load_u64(file->map.data);
  size_t rest = file->map.size - 8;
  if (length > max_header_size) {
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: header length: expected at most %" PRIu64 ", found %" PRIu64,
                     file->path, max_header_size, length);
  }
  if (length < 2 || length > rest) {
    return qref_fail(error, QREF_ERROR_FORMAT,
                     "%s: header length: expected 2 to %zu, the bytes behind it, found %" PRIu64 "%s", file->path, rest,
                     length, length > rest ? " (truncated file?)" : "");
  }
  *header = (const char *)file->map.data + 8;
  *header_size = (size_t)length;
  *data = file->map.data + 8 + *header_size;
  *data_size = rest - *header_size;
  return QREF_OK;
}

static qref_status read_shape(const cJSON *entry, const char *source, qref_stored_tensor *tensor, qref_error *error) {
  const cJSON *shape = NULL;
  QREF_TRY(qref_json_array(entry, "shape", source, &shape, error));
  for (const cJSON *item = shape->child; item != NULL; item = item->next) {
    if (tensor->dimensions == QREF_SAFETENSORS_MAX_DIMENSIONS) {
      return qref_fail(error, QREF_ERROR_FORMAT, "%s: field 'shape': expected at most %d dimensions", source,
                       QREF_SAFETENSORS_MAX_DIMENSIONS);
    }
    if (!qref_json_is_size(item, &tensor->shape[tensor->dimensions])) {
      return qref_fail(error, QREF_ERROR_FORMAT, "%s: field 'shape': expected integers from 0 to 2^53", source);
    }
    tensor->dimensions++;
  }
  if (!qref_size_product(tensor->shape, tensor->dimensions, &tensor->count)) {
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: field 'shape': expected a product that fits a size", source);
  }
  return QREF_OK;
}

static qref_status read_tensor(const cJSON *entry, const char *path, const uint8_t *data, size_t data_size,
                               qref_stored_tensor *tensor, qref_error *error) {
  char source[sizeof error->message];
  snprintf(source, sizeof source, "%s: tensor '%s'", path, entry->string);
  if (!cJSON_IsObject(entry)) {
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: expected an object", source);
  }
  for (const cJSON *item = entry->child; item != NULL; item = item->next) {
    if (strcmp(item->string, "dtype") != 0 && strcmp(item->string, "shape") != 0 &&
        strcmp(item->string, "data_offsets") != 0) {
      return qref_fail(error, QREF_ERROR_FORMAT, "%s: field '%s': expected only dtype, shape and data_offsets", source,
                       item->string);
    }
  }
  tensor->name = entry->string;
  const char *dtype = NULL;
  QREF_TRY(qref_json_string(entry, "dtype", source, &dtype, error));
  if (!find_dtype(dtype, &tensor->dtype)) {
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: field 'dtype': expected I8, I32, I64, F16, BF16 or F32, found '%s'",
                     source, dtype);
  }
  QREF_TRY(read_shape(entry, source, tensor, error));
  const cJSON *offsets = NULL;
  QREF_TRY(qref_json_array(entry, "data_offsets", source, &offsets, error));
  size_t begin = 0;
  size_t end = 0;
  if (cJSON_GetArraySize(offsets) != 2 || !qref_json_is_size(offsets->child, &begin) ||
      !qref_json_is_size(offsets->child->next, &end)) {
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: field 'data_offsets': expected two integers from 0 to 2^53",
                     source);
  }
  if (begin > end || end > data_size) {
    return qref_fail(error, QREF_ERROR_FORMAT,
                     "%s: field 'data_offsets': expected begin <= end <= %zu, the size of the data, found [%zu, %zu]",
                     source, data_size, begin, end);
  }
  size_t size = 0;
  if (!qref_size_multiply(tensor->count, qref_dtype_size(tensor->dtype), &size) || size != end - begin) {
    return qref_fail(error, QREF_ERROR_FORMAT,
                     "%s: field 'data_offsets': expected the %zu elements of %s that 'shape' gives, found %zu bytes",
                     source, tensor->count, dtype, end - begin);
  }
  tensor->data = data + begin;
  return QREF_OK;
}

static size_t stored_size(const qref_stored_tensor *tensor) {
  return tensor->count * qref_dtype_size(tensor->dtype);
}

/* By where they begin; at the same place the empty ones first. */
static int compare_places(const void *a, const void *b) {
  const qref_stored_tensor *left = *(const qref_stored_tensor *const *)a;
  const qref_stored_tensor *right = *(const qref_stored_tensor *const *)b;
  if (left->data != right->data) {
    return left->data < right->data ? -1 : 1;
  }
  return (stored_size(left) > stored_size(right)) - (stored_size(left) < stored_size(right));
}

static int compare_names(const void *a, const void *b) {
  return strcmp((*(const qref_stored_tensor *const *)a)->name, (*(const qref_stored_tensor *const *)b)->name);
}

/* Fails unless the tensors cover the data exactly. Reorders file->by_name. */
static qref_status check_places(const qref_safetensors *file, const uint8_t *data, size_t data_size,
                                qref_error *error) {
  qsort(file->by_name, file->count, sizeof(const qref_stored_tensor *), compare_places);
  size_t end = 0;
  const char *before = "the header";
  for (size_t i = 0; i < file->count; i++) {
    const qref_stored_tensor *tensor = file->by_name[i];
    size_t begin = (size_t)(tensor->data - data);
    if (begin != end) {
      return qref_fail(error, QREF_ERROR_FORMAT,
                       "%s: tensor '%s': field 'data_offsets': expected to begin at %zu, the end of '%s', found %zu %s",
                       file->path, tensor->name, end, before, begin, begin < end ? "(overlap)" : "(hole)");
    }
    end = begin + stored_size(tensor);
    before = tensor->name;
  }
  if (end != data_size) {
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: data: expected %zu bytes, the end of '%s', found %zu", file->path,
                     end, before, data_size);
  }
  return QREF_OK;
}

static qref_status check_metadata(const qref_safetensors *file, qref_error *error) {
  if (!cJSON_IsObject(file->metadata)) {
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: field '__metadata__': expected an object", file->path);
  }
  for (const cJSON *item = file->metadata->child; item != NULL; item = item->next) {
    if (!cJSON_IsString(item)) {
      return qref_fail(error, QREF_ERROR_FORMAT, "%s: field '__metadata__.%s': expected a string", file->path,
                       item->string);
    }
  }
  return QREF_OK;
}

/* Fills `file`, whose path is set; whatever it holds on failure is the caller's to close. */
static qref_status read_header(qref_safetensors *file, qref_error *error) {
  QREF_TRY(qref_mapped_file_open(file->path, &file->map, error));
  const char *header = NULL;
  size_t header_size = 0;
  const uint8_t *data = NULL;
  size_t data_size = 0;
  QREF_TRY(locate(file, &header, &header_size, &data, &data_size, error));
  QREF_TRY(qref_json_parse(header, header_size, file->path, &file->header, error));
  if (header[0] != '{') {
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: header: expected a JSON object", file->path);
  }
  size_t entries = 0;
  for (const cJSON *entry = file->header->child; entry != NULL; entry = entry->next) {
    entries++;
  }
  file->tensors = qref_allocate_zeroed(entries, sizeof *file->tensors);
  file->by_name = qref_allocate_zeroed(entries, sizeof *file->by_name);
  if (file->tensors == NULL || file->by_name == NULL) {
    return qref_fail(error, QREF_ERROR_MEMORY, "%s: out of memory", file->path);
  }
  for (const cJSON *entry = file->header->child; entry != NULL; entry = entry->next) {
    if (strcmp(entry->string, QREF_SAFETENSORS_METADATA) == 0) {
      file->metadata = entry;
      QREF_TRY(check_metadata(file, error));
      continue;
    }
    qref_stored_tensor *tensor = &file->tensors[file->count];
    QREF_TRY(read_tensor(entry, file->path, data, data_size, tensor, error));
    file->by_name[file->count] = tensor;
    file->count++;
  }
  QREF_TRY(check_places(file, data, data_size, error));
  qsort(file->by_name, file->count, sizeof(const qref_stored_tensor *), compare_names);
  return QREF_OK;
}

qref_status qref_safetensors_open(const char *path, qref_safetensors **file, qref_error *error) {
  *file = NULL;
  qref_safetensors *opened = calloc(1, sizeof *opened);
  char *copy = strdup(path);
  if (opened == NULL || copy == NULL) {
    free(opened);
    free(copy);
    return qref_fail(error, QREF_ERROR_MEMORY, "%s: out of memory", path);
  }
  opened->path = copy;
  qref_status status = read_header(opened, error);
  if (status != QREF_OK) {
    qref_safetensors_close(opened);
    return status;
  }
  *file = opened;
  return QREF_OK;
}

void qref_safetensors_close(qref_safetensors *file) {
  if (file == NULL) {
    return;
  }
  free(file->by_name);
  free(file->tensors);
  cJSON_Delete(file->header);
  qref_mapped_file_close(&file->map);
  free(file->path);
  free(file);
}

const char *qref_safetensors_path(const qref_safetensors *file) {
  return file->path;
}

size_t qref_safetensors_count(const qref_safetensors *file) {
  return file->count;
}

const qref_stored_tensor *qref_safetensors_at(const qref_safetensors *file, size_t i) {
  return i < file->count ? &file->tensors[i] : NULL;
}

const qref_stored_tensor *qref_safetensors_find(const qref_safetensors *file, const char *name) {
  const qref_stored_tensor key = {.name = name};
  const qref_stored_tensor *wanted = &key;
  const qref_stored_tensor **found = bsearch(&wanted, file->by_name, file->count, sizeof wanted, compare_names);
  return found != NULL ? *found : NULL;
}

const char *qref_safetensors_metadata(const qref_safetensors *file, const char *key) {
  return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(file->metadata, key));
}
