/* One case of a manifest. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ref/base/error.h"
#include "ref/vectors/case/flags.h"
#include "ref/vectors/suite/hex.h"
#include "ref/vectors/suite/manifest.h"

enum { WHERE_SIZE = 384 };

/* ---- op, profile, flags ---- */

static qref_status read_flags(const qref_suite_case_context *context, const cJSON *json, const char *where,
                              uint64_t *flags, qref_error *error) {
  const cJSON *array = NULL;
  QREF_TRY(qref_json_array(json, "flags", where, &array, error));
  for (const cJSON *item = array->child; item != NULL; item = item->next) {
    const char *name = cJSON_GetStringValue(item);
    if (name == NULL || cJSON_GetObjectItemCaseSensitive(context->flags, name) == NULL) {
      return qref_fail(error, QREF_ERROR_FORMAT, "%s: field 'flags': expected names that the suite's 'flags' has",
                       where);
    }
    for (int flag = 0; flag < QREF_FLAG_COUNT; flag++) { /* those of another version are passed over */
      if (strcmp(qref_flag_name((qref_flag)flag), name) == 0) {
        *flags |= QREF_FLAG_BIT(flag);
      }
    }
  }
  return QREF_OK;
}

static qref_status begin(const qref_suite_case_context *context, const cJSON *json, const char *where,
                         qref_suite_case *entry, qref_error *error) {
  const char *id = NULL;
  const char *op = NULL;
  const char *profile = NULL;
  QREF_TRY(qref_json_string(json, "id", where, &id, error));
  QREF_TRY(qref_json_string(json, "op", where, &op, error));
  QREF_TRY(qref_json_string(json, "profile", where, &profile, error));
  const qref_op_schema *schema = qref_op_schema_find(op);
  if (schema == NULL) {
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: field 'op': expected the name of an op, found '%.64s'", where, op);
  }
  for (size_t i = 0; i < context->profile_count; i++) {
    if (strcmp(context->profiles[i].name, profile) == 0) {
      qref_case_begin(&entry->item, schema->op, id, &context->profiles[i]);
      return QREF_OK;
    }
  }
  return qref_fail(error, QREF_ERROR_FORMAT, "%s: field 'profile': expected one of the suite's, found '%.64s'", where,
                   profile);
}

/* ---- attributes ---- */

static qref_status read_scale(const cJSON *attributes, const char *name, const char *where, float *value,
                              qref_error *error) {
  static const char *const keys[] = {"value", "bits", NULL};
  const cJSON *pair = NULL;
  const char *text = NULL;
  QREF_TRY(qref_json_object(attributes, name, where, &pair, error));
  QREF_TRY(qref_suite_check_keys(pair, where, keys, error));
  QREF_TRY(qref_json_string(pair, "bits", where, &text, error));
  if (strlen(text) != 10 || strncmp(text, "0x", 2) != 0 || strspn(text + 2, "0123456789abcdef") != 8) {
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: field '%s': field 'bits': expected 0x and 8 hexadecimal digits",
                     where, name);
  }
  const uint32_t bits = (uint32_t)strtoul(text + 2, NULL, 16);
  const cJSON *number = cJSON_GetObjectItemCaseSensitive(pair, "value");
  *value = qref_f32_from_bits(bits);
  const bool agrees = isfinite(*value)
                          ? cJSON_IsNumber(number) && qref_bits_from_f32((float)number->valuedouble) == bits
                          : cJSON_IsNull(number);
  if (!agrees) {
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: field '%s': field 'value': expected a number that rounds to %s",
                     where, name, text);
  }
  return QREF_OK;
}

static qref_status read_attribute(const cJSON *attributes, const char *where, qref_case *item, size_t i,
                                  qref_error *error) {
  const char *name = item->schema->attributes[i].name;
  size_t size = 0;
  float scale = 0.0f;
  const cJSON *node = NULL;
  switch (item->schema->attributes[i].kind) {
    case QREF_ATTRIBUTE_SIZE:
      QREF_TRY(qref_json_size(attributes, name, where, &size, error));
      qref_case_set_size_attribute(item, i, size);
      break;
    case QREF_ATTRIBUTE_F32:
      QREF_TRY(read_scale(attributes, name, where, &scale, error));
      qref_case_set_f32_attribute(item, i, scale);
      break;
    case QREF_ATTRIBUTE_BOOL:
      node = cJSON_GetObjectItemCaseSensitive(attributes, name);
      if (!cJSON_IsBool(node)) {
        return qref_fail(error, QREF_ERROR_FORMAT, "%s: field '%s': expected true or false", where, name);
      }
      qref_case_set_bool_attribute(item, i, cJSON_IsTrue(node));
      break;
  }
  return QREF_OK;
}

static qref_status read_attributes(const cJSON *json, const char *where, qref_case *item, qref_error *error) {
  const char *keys[QREF_OP_MAX_ATTRIBUTES + 1] = {NULL};
  const cJSON *attributes = NULL;
  QREF_TRY(qref_json_object(json, "attributes", where, &attributes, error));
  for (size_t i = 0; item->schema->attributes[i].name != NULL; i++) {
    keys[i] = item->schema->attributes[i].name;
    QREF_TRY(read_attribute(attributes, where, item, i, error));
  }
  return qref_suite_check_keys(attributes, where, keys, error);
}

/* ---- tensors ---- */

/* Relative, without empty parts, "." and "..": it cannot leave the directory but through a link of the file system,
 * which is looked at when the file is opened. */
static bool is_contained(const char *path) {
  for (const char *part = path;; part++) {
    const size_t size = strcspn(part, "/");
    if (size == 0 || (size == 1 && part[0] == '.') || (size == 2 && part[0] == '.' && part[1] == '.')) {
      return false;
    }
    part += size;
    if (*part == '\0') {
      return true;
    }
  }
}

static qref_status read_path(const cJSON *json, const char *name, const char *where, const char **path,
                             qref_error *error) {
  QREF_TRY(qref_json_string(json, name, where, path, error));
  if (!is_contained(*path)) {
    return qref_fail(error, QREF_ERROR_FORMAT,
                     "%s: field '%s': expected a relative path that stays in the directory, found '%.128s'", where,
                     name, *path);
  }
  return QREF_OK;
}

static qref_status read_hex(const qref_suite_case_context *context, const cJSON *json, const char *where,
                            const qref_case_tensor *tensor, const char **path, qref_error *error) {
  static const char *const keys[] = {"file", "words", "lines", "digits", NULL};
  const qref_hex_layout layout = qref_hex_layout_of(tensor, context->header->hex_lanes);
  const size_t expected[] = {layout.words, layout.lines, layout.digits};
  const cJSON *hex = NULL;
  QREF_TRY(qref_json_object(json, "hex", where, &hex, error));
  QREF_TRY(qref_suite_check_keys(hex, where, keys, error));
  QREF_TRY(read_path(hex, "file", where, path, error));
  for (size_t i = 0; i < 3; i++) {
    size_t value = 0;
    QREF_TRY(qref_json_size(hex, keys[i + 1], where, &value, error));
    if (value != expected[i]) {
      return qref_fail(error, QREF_ERROR_FORMAT, "%s: field '%s': expected %zu, found %zu", where, keys[i + 1],
                       expected[i], value);
    }
  }
  return QREF_OK;
}

static qref_status check_shape(const cJSON *json, const char *where, const qref_case_tensor *tensor,
                               qref_error *error) {
  const cJSON *shape = NULL;
  QREF_TRY(qref_json_array(json, "shape", where, &shape, error));
  size_t rank = 0;
  bool equal = true;
  for (const cJSON *item = shape->child; item != NULL; item = item->next) {
    size_t size = 0;
    equal = equal && rank < tensor->rank && qref_json_is_size(item, &size) && size == tensor->shape[rank];
    rank++;
  }
  if (equal && rank == tensor->rank) {
    return QREF_OK;
  }
  qref_text expected = {0};
  for (size_t i = 0; i < tensor->rank; i++) {
    qref_text_format(&expected, i == 0 ? "%zu" : ", %zu", tensor->shape[i]);
  }
  const qref_status status = qref_fail(error, QREF_ERROR_FORMAT, "%s: field 'shape': expected [%s]", where,
                                       expected.data != NULL ? expected.data : "");
  qref_text_free(&expected);
  return status;
}

static qref_status read_tensor(const qref_suite_case_context *context, const cJSON *json, const char *where,
                               const qref_case_tensor *tensor, qref_suite_tensor *listed, qref_error *error) {
  const char *const keys[] = {"dtype",
                              "shape",
                              "bits",
                              "sha256",
                              context->header->npy ? "npy" : "hex",
                              context->header->npy && context->header->hex ? "hex" : NULL,
                              NULL};
  const char *dtype = NULL;
  size_t bits = 0;
  if (!cJSON_IsObject(json)) {
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: expected an object", where);
  }
  QREF_TRY(qref_suite_check_keys(json, where, keys, error));
  QREF_TRY(qref_json_string(json, "dtype", where, &dtype, error));
  if (strcmp(dtype, qref_dtype_name(tensor->schema->dtype)) != 0) {
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: field 'dtype': expected %s, found '%.32s'", where,
                     qref_dtype_name(tensor->schema->dtype), dtype);
  }
  QREF_TRY(check_shape(json, where, tensor, error));
  QREF_TRY(qref_json_size(json, "bits", where, &bits, error));
  if (bits != tensor->bits) {
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: field 'bits': expected %u, found %zu", where,
                     (unsigned)tensor->bits, bits);
  }
  QREF_TRY(qref_json_string(json, "sha256", where, &listed->sha256, error));
  if (strlen(listed->sha256) != 64 || strspn(listed->sha256, "0123456789abcdef") != 64) {
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: field 'sha256': expected 64 hexadecimal digits", where);
  }
  if (context->header->npy) {
    QREF_TRY(read_path(json, "npy", where, &listed->npy, error));
  }
  return context->header->hex ? read_hex(context, json, where, tensor, &listed->hex, error) : QREF_OK;
}

static const cJSON *find_tensor(const cJSON *json, const qref_tensor_schema *schema) {
  return cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(json, qref_tensor_role_key(schema->role)),
                                          schema->name);
}

/* The lists hold exactly the tensors that the op has with the optional ones that are listed. */
static qref_status check_tensor_lists(const cJSON *json, const char *where, qref_case *item, qref_error *error) {
  for (size_t t = 0; t < item->tensor_count; t++) {
    const qref_tensor_schema *schema = item->tensors[t].schema;
    if (schema->optional && find_tensor(json, schema) == NULL) {
      qref_case_without(item, schema->name);
    }
  }
  for (qref_tensor_role role = QREF_ROLE_INPUT; role <= QREF_ROLE_OUTPUT; role++) {
    const char *group = qref_tensor_role_key(role);
    const char *keys[QREF_OP_MAX_TENSORS + 1] = {NULL};
    size_t count = 0;
    const cJSON *object = NULL;
    QREF_TRY(qref_json_object(json, group, where, &object, error));
    for (size_t t = 0; t < item->tensor_count; t++) {
      const qref_case_tensor *tensor = &item->tensors[t];
      if (!tensor->present || tensor->schema->role != role) {
        continue;
      }
      keys[count++] = tensor->schema->name;
      if (cJSON_GetObjectItemCaseSensitive(object, tensor->schema->name) == NULL) {
        return qref_fail(error, QREF_ERROR_FORMAT, "%s: field '%s': expected a tensor '%s'", where, group,
                         tensor->schema->name);
      }
    }
    qref_status status = qref_suite_check_keys(object, where, keys, error);
    if (status != QREF_OK) {
      return status;
    }
  }
  return QREF_OK;
}

static qref_status read_tensors(const qref_suite_case_context *context, const cJSON *json, const char *where,
                                qref_suite_case *entry, qref_error *error) {
  qref_case *item = &entry->item;
  QREF_TRY(check_tensor_lists(json, where, item, error));
  qref_status status = qref_case_resolve_shapes(item, error);
  if (status != QREF_OK) {
    return qref_fail_prefix(error, QREF_ERROR_FORMAT, "%s", context->source);
  }
  for (size_t t = 0; t < item->tensor_count; t++) {
    const qref_case_tensor *tensor = &item->tensors[t];
    if (tensor->present) {
      char place[WHERE_SIZE + 64];
      snprintf(place, sizeof place, "%s: tensor '%s'", where, tensor->schema->name);
      QREF_TRY(read_tensor(context, find_tensor(json, tensor->schema), place, tensor, &entry->tensors[t], error));
    }
  }
  return QREF_OK;
}

/* ---- counts and links ---- */

static qref_status read_counts(const cJSON *json, const char *where, qref_counts *counts, qref_error *error) {
  const char *keys[QREF_COUNTS + 1] = {NULL};
  const cJSON *object = NULL;
  QREF_TRY(qref_json_object(json, "counts", where, &object, error));
  for (size_t i = 0; i < QREF_COUNTS; i++) {
    size_t value = 0;
    keys[i] = qref_counts_name(i);
    QREF_TRY(qref_json_size(object, keys[i], where, &value, error));
    qref_counts_set(counts, i, value);
  }
  return qref_suite_check_keys(object, where, keys, error);
}

static qref_status copy_name(const cJSON *json, const char *name, const char *where, char *text, size_t size,
                             qref_error *error) {
  const char *value = NULL;
  QREF_TRY(qref_json_string(json, name, where, &value, error));
  if (strlen(value) >= size) {
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: field '%s': expected fewer than %zu characters", where, name, size);
  }
  memcpy(text, value, strlen(value) + 1);
  return QREF_OK;
}

static qref_status read_link(const cJSON *json, const char *where, const qref_case *item, qref_case_link *link,
                             qref_error *error) {
  static const char *const keys[] = {"tensor",  "source_case", "source_tensor", "layout", "first_column",
                                     "columns", NULL};
  const char *layout = NULL;
  if (!cJSON_IsObject(json)) {
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: field 'links': expected objects", where);
  }
  QREF_TRY(qref_suite_check_keys(json, where, keys, error));
  QREF_TRY(copy_name(json, "tensor", where, link->tensor, sizeof link->tensor, error));
  QREF_TRY(copy_name(json, "source_case", where, link->source_case, sizeof link->source_case, error));
  QREF_TRY(copy_name(json, "source_tensor", where, link->source_tensor, sizeof link->source_tensor, error));
  QREF_TRY(qref_json_string(json, "layout", where, &layout, error));
  QREF_TRY(qref_json_size(json, "first_column", where, &link->first_column, error));
  QREF_TRY(qref_json_size(json, "columns", where, &link->columns, error));
  const qref_case_tensor *tensor = qref_case_tensor_const(item, link->tensor);
  if (tensor == NULL || !tensor->present || tensor->schema->role != QREF_ROLE_INPUT) {
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: field 'links': '%s': expected an input of the case", where,
                     link->tensor);
  }
  const char *name = NULL;
  for (int i = 0; (name = qref_link_layout_name((qref_link_layout)i)) != NULL; i++) {
    if (strcmp(name, layout) == 0) {
      link->layout = (qref_link_layout)i;
      return QREF_OK;
    }
  }
  return qref_fail(error, QREF_ERROR_FORMAT,
                   "%s: field 'layout': expected the name of a layout, such as same or columns, found '%.32s'", where,
                   layout);
}

static qref_status read_links(const cJSON *json, const char *where, qref_case *item, qref_error *error) {
  if (cJSON_GetObjectItemCaseSensitive(json, "links") == NULL) {
    return QREF_OK;
  }
  const cJSON *array = NULL;
  QREF_TRY(qref_json_array(json, "links", where, &array, error));
  for (const cJSON *link = array->child; link != NULL; link = link->next) {
    if (item->link_count == QREF_CASE_MAX_LINKS) {
      return qref_fail(error, QREF_ERROR_FORMAT, "%s: field 'links': expected at most %d", where, QREF_CASE_MAX_LINKS);
    }
    QREF_TRY(read_link(link, where, item, &item->links[item->link_count], error));
    item->link_count++;
  }
  return QREF_OK;
}

qref_status qref_suite_read_case(const qref_suite_case_context *context, const cJSON *json, size_t index,
                                 qref_suite_case *entry, qref_error *error) {
  static const char *const keys[] = {"id",      "op",     "profile", "flags", "attributes", "inputs", "intermediates",
                                     "outputs", "counts", "links",   NULL};
  memset(entry, 0, sizeof *entry);
  const char *id = cJSON_IsObject(json) ? cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(json, "id")) : NULL;
  if (id == NULL || !qref_suite_is_case_id(id)) {
    return qref_fail(error, QREF_ERROR_FORMAT,
                     "%s: case %zu: field 'id': expected fewer than %d letters, digits, '_', '-', '.', '/'",
                     context->source, index, QREF_CASE_ID_SIZE);
  }
  char where[WHERE_SIZE];
  snprintf(where, sizeof where, "%.240s: case '%s'", context->source, id);
  QREF_TRY(qref_suite_check_keys(json, where, keys, error));
  QREF_TRY(begin(context, json, where, entry, error));
  QREF_TRY(read_flags(context, json, where, &entry->item.flags, error));
  QREF_TRY(read_attributes(json, where, &entry->item, error));
  QREF_TRY(read_tensors(context, json, where, entry, error));
  QREF_TRY(read_counts(json, where, &entry->item.counts, error));
  return read_links(json, where, &entry->item, error);
}
