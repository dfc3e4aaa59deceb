#include <stdlib.h>
#include <string.h>

#include "ref/base/bytes.h"
#include "ref/base/error.h"
#include "ref/base/json.h"
#include "ref/base/size.h"
#include "ref/model/safetensors.h"
#include "ref/model/safetensors_format.h"

static const char *dtype_name(qref_dtype dtype) {
  for (size_t i = 0; i < QREF_SAFETENSORS_DTYPE_COUNT; i++) {
    if (qref_safetensors_dtypes[i].dtype == dtype) {
      return qref_safetensors_dtypes[i].name;
    }
  }
  return NULL;
}

static int compare_names(const void *a, const void *b) {
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Fails if two of the strings at items + i * stride are equal. */
static qref_status refuse_repeated(const void *items, size_t count, size_t stride, qref_error *error) {
  const char **names = qref_allocate(count, sizeof *names);
  if (names == NULL) {
    return qref_fail(error, QREF_ERROR_MEMORY, "safetensors: out of memory");
  }
  for (size_t i = 0; i < count; i++) {
    memcpy(&names[i], (const uint8_t *)items + i * stride, sizeof names[i]);
  }
  qsort(names, count, sizeof *names, compare_names);
  qref_status status = QREF_OK;
  for (size_t i = 1; i < count && status == QREF_OK; i++) {
    if (strcmp(names[i - 1], names[i]) == 0) {
      status = qref_fail(error, QREF_ERROR_ARGUMENT, "safetensors: name '%s': expected once, found again", names[i]);
    }
  }
  free(names);
  return status;
}

/* Elements and bytes of an item; also checks its other fields. */
static qref_status measure(const qref_safetensors_item *item, size_t *count, size_t *size, qref_error *error) {
  if (strcmp(item->name, QREF_SAFETENSORS_METADATA) == 0 || item->dimensions > QREF_SAFETENSORS_MAX_DIMENSIONS ||
      dtype_name(item->dtype) == NULL) {
    return qref_fail(error, QREF_ERROR_ARGUMENT,
                     "safetensors: tensor '%s': expected a name other than " QREF_SAFETENSORS_METADATA
                     ", a stored dtype and at most %d dimensions",
                     item->name, QREF_SAFETENSORS_MAX_DIMENSIONS);
  }
  if (!qref_size_product(item->shape, item->dimensions, count) ||
      !qref_size_multiply(*count, qref_dtype_size(item->dtype), size)) {
    return qref_fail(error, QREF_ERROR_OVERFLOW, "safetensors: tensor '%s': shape: expected a product that fits a size",
                     item->name);
  }
  if (*size > 0 && item->data == NULL) {
    return qref_fail(error, QREF_ERROR_ARGUMENT, "safetensors: tensor '%s': expected data", item->name);
  }
  return QREF_OK;
}

static bool add_integer(cJSON *array, uint64_t value) {
  cJSON *node = qref_json_from_u64(value);
  if (node == NULL || !cJSON_AddItemToArray(array, node)) {
    cJSON_Delete(node);
    return false;
  }
  return true;
}

static bool add_tensor(cJSON *header, const qref_safetensors_item *item, size_t begin, size_t end) {
  cJSON *entry = cJSON_AddObjectToObject(header, item->name);
  if (entry == NULL || cJSON_AddStringToObject(entry, "dtype", dtype_name(item->dtype)) == NULL) {
    return false;
  }
  cJSON *shape = cJSON_AddArrayToObject(entry, "shape");
  if (shape == NULL) {
    return false;
  }
  for (size_t i = 0; i < item->dimensions; i++) {
    if (!add_integer(shape, item->shape[i])) {
      return false;
    }
  }
  cJSON *offsets = cJSON_AddArrayToObject(entry, "data_offsets");
  return offsets != NULL && add_integer(offsets, begin) && add_integer(offsets, end);
}

/* The header as text, malloc'ed. */
static qref_status make_header(const qref_safetensors_item *items, size_t item_count,
                               const qref_safetensors_metadata_item *metadata, size_t metadata_count, char **text,
                               qref_error *error) {
  *text = NULL;
  cJSON *header = cJSON_CreateObject();
  bool built = header != NULL;
  qref_status status = QREF_OK;
  if (built && metadata_count > 0) {
    cJSON *object = cJSON_AddObjectToObject(header, QREF_SAFETENSORS_METADATA);
    built = object != NULL;
    for (size_t i = 0; i < metadata_count && built; i++) {
      built = cJSON_AddStringToObject(object, metadata[i].key, metadata[i].value) != NULL;
    }
  }
  size_t begin = 0;
  for (size_t i = 0; i < item_count && built && status == QREF_OK; i++) {
    size_t count = 0;
    size_t size = 0;
    status = measure(&items[i], &count, &size, error);
    if (status == QREF_OK && size > SIZE_MAX - begin) {
      status = qref_fail(error, QREF_ERROR_OVERFLOW, "safetensors: tensor '%s': the file's size does not fit a size",
                         items[i].name);
    }
    if (status == QREF_OK) {
      built = add_tensor(header, &items[i], begin, begin + size);
      begin += size;
    }
  }
  if (built && status == QREF_OK) {
    *text = cJSON_PrintUnformatted(header);
    built = *text != NULL;
  }
  cJSON_Delete(header);
  return built ? status : qref_fail(error, QREF_ERROR_MEMORY, "safetensors: out of memory");
}

static qref_status write_header(const char *text, qref_byte_sink sink, void *context, qref_error *error) {
  size_t length = strlen(text);
  size_t padding = (8 - length % 8) % 8;
  uint8_t prefix[8];
  qref_store_u64(prefix, length + padding);
  QREF_TRY(sink(context, prefix, sizeof prefix, error));
  QREF_TRY(sink(context, text, length, error));
  return padding > 0 ? sink(context, "        ", padding, error) : QREF_OK;
}

static qref_status write_data(const qref_safetensors_item *item, qref_byte_sink sink, void *context,
                              qref_error *error) {
  size_t element = qref_dtype_size(item->dtype);
  size_t remaining = 0;
  size_t size = 0;
  QREF_TRY(measure(item, &remaining, &size, error));
  if (element == 1) {
    return size > 0 ? sink(context, item->data, size, error) : QREF_OK;
  }
  uint8_t buffer[16384];
  const uint8_t *from = item->data;
  while (remaining > 0) {
    size_t count = remaining < sizeof buffer / element ? remaining : sizeof buffer / element;
    qref_to_little_endian(buffer, from, count, element);
    QREF_TRY(sink(context, buffer, count * element, error));
    from += count * element;
    remaining -= count;
  }
  return QREF_OK;
}

qref_status qref_safetensors_write(const qref_safetensors_item *items, size_t item_count,
                                   const qref_safetensors_metadata_item *metadata, size_t metadata_count,
                                   qref_byte_sink sink, void *context, qref_error *error) {
  QREF_TRY(refuse_repeated(items, item_count, sizeof *items, error));
  QREF_TRY(refuse_repeated(metadata, metadata_count, sizeof *metadata, error));
  char *header = NULL;
  QREF_TRY(make_header(items, item_count, metadata, metadata_count, &header, error));
  qref_status status = write_header(header, sink, context, error);
  cJSON_free(header);
  for (size_t i = 0; i < item_count && status == QREF_OK; i++) {
    status = write_data(&items[i], sink, context, error);
  }
  return status;
}
