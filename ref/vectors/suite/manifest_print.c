#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ref/base/error.h"
#include "ref/base/size.h"
#include "ref/vectors/case/flags.h"
#include "ref/vectors/suite/hex.h"
#include "ref/vectors/suite/manifest.h"

/* ---- one case ---- */

static bool add_string(cJSON *object, const char *name, const char *value) {
  return cJSON_AddStringToObject(object, name, value) != NULL;
}

static bool append(cJSON *array, cJSON *node) {
  if (node == NULL || !cJSON_AddItemToArray(array, node)) {
    cJSON_Delete(node);
    return false;
  }
  return true;
}

static bool add_flags(cJSON *json, uint64_t flags) {
  cJSON *array = cJSON_AddArrayToObject(json, "flags");
  bool built = array != NULL;
  for (int flag = 0; built && flag < QREF_FLAG_COUNT; flag++) {
    if ((flags & QREF_FLAG_BIT(flag)) != 0) {
      built = append(array, cJSON_CreateString(qref_flag_name((qref_flag)flag)));
    }
  }
  return built;
}

static bool add_attribute(cJSON *object, const qref_case *item, size_t i) {
  const char *name = item->schema->attributes[i].name;
  switch (item->schema->attributes[i].kind) {
    case QREF_ATTRIBUTE_SIZE:
      return qref_json_add_u64(object, name, qref_case_size_attribute(item, i));
    case QREF_ATTRIBUTE_BOOL:
      return cJSON_AddBoolToObject(object, name, qref_case_bool_attribute(item, i)) != NULL;
    case QREF_ATTRIBUTE_F32:
    default: {
      const float value = qref_case_f32_attribute(item, i);
      cJSON *pair = cJSON_AddObjectToObject(object, name);
      char bits[16];
      snprintf(bits, sizeof bits, "0x%08" PRIx32, qref_bits_from_f32(value));
      return pair != NULL && qref_json_add_f32(pair, "value", value) && add_string(pair, "bits", bits);
    }
  }
}

static bool add_attributes(cJSON *json, const qref_case *item) {
  cJSON *object = cJSON_AddObjectToObject(json, "attributes");
  bool built = object != NULL;
  for (size_t i = 0; built && item->schema->attributes[i].name != NULL; i++) {
    built = add_attribute(object, item, i);
  }
  return built;
}

static bool add_hex(cJSON *json, const qref_case *item, const qref_case_tensor *tensor, size_t lanes) {
  const qref_hex_layout layout = qref_hex_layout_of(tensor, lanes);
  char path[QREF_SUITE_PATH_SIZE];
  qref_suite_path(item, tensor, "hex", path);
  cJSON *hex = cJSON_AddObjectToObject(json, "hex");
  return hex != NULL && add_string(hex, "file", path) && qref_json_add_u64(hex, "words", layout.words) &&
         qref_json_add_u64(hex, "lines", layout.lines) && qref_json_add_u64(hex, "digits", layout.digits);
}

static bool add_tensor(cJSON *object, const qref_suite_header *header, const qref_case *item,
                       const qref_case_tensor *tensor, const char *digest) {
  cJSON *json = cJSON_AddObjectToObject(object, tensor->schema->name);
  bool built = json != NULL && add_string(json, "dtype", qref_dtype_name(tensor->schema->dtype));
  cJSON *shape = built ? cJSON_AddArrayToObject(json, "shape") : NULL;
  built = shape != NULL;
  for (size_t i = 0; built && i < tensor->rank; i++) {
    built = append(shape, qref_json_from_u64(tensor->shape[i]));
  }
  built = built && qref_json_add_u64(json, "bits", tensor->bits) && add_string(json, "sha256", digest);
  if (built && header->npy) {
    char path[QREF_SUITE_PATH_SIZE];
    qref_suite_path(item, tensor, "npy", path);
    built = add_string(json, "npy", path);
  }
  return built && (!header->hex || add_hex(json, item, tensor, header->hex_lanes));
}

static bool add_tensors(cJSON *json, const qref_suite_header *header, const qref_case *item, qref_tensor_role role,
                        const char *const *digests) {
  cJSON *object = cJSON_AddObjectToObject(json, qref_tensor_role_key(role));
  bool built = object != NULL;
  for (size_t t = 0; built && t < item->tensor_count; t++) {
    const qref_case_tensor *tensor = &item->tensors[t];
    if (tensor->present && tensor->schema->role == role) {
      built = add_tensor(object, header, item, tensor, digests[t]);
    }
  }
  return built;
}

static bool add_counts(cJSON *json, const qref_counts *counts) {
  cJSON *object = cJSON_AddObjectToObject(json, "counts");
  bool built = object != NULL;
  for (size_t i = 0; built && i < QREF_COUNTS; i++) {
    built = qref_json_add_u64(object, qref_counts_name(i), qref_counts_value(counts, i));
  }
  return built;
}

static bool add_links(cJSON *json, const qref_case *item) {
  cJSON *array = item->link_count == 0 ? NULL : cJSON_AddArrayToObject(json, "links");
  bool built = item->link_count == 0 || array != NULL;
  for (size_t i = 0; built && i < item->link_count; i++) {
    const qref_case_link *link = &item->links[i];
    cJSON *object = cJSON_CreateObject();
    built = append(array, object) && add_string(object, "tensor", link->tensor) &&
            add_string(object, "source_case", link->source_case) &&
            add_string(object, "source_tensor", link->source_tensor) &&
            add_string(object, "layout", qref_link_layout_name(link->layout)) &&
            qref_json_add_u64(object, "first_column", link->first_column) &&
            qref_json_add_u64(object, "columns", link->columns);
  }
  return built;
}

static cJSON *case_json(const qref_suite_header *header, const qref_case *item, const char *const *digests) {
  cJSON *json = cJSON_CreateObject();
  const bool built = json != NULL && add_string(json, "id", item->id) &&
                     add_string(json, "op", qref_op_name(item->schema->op)) &&
                     add_string(json, "profile", item->profile.name) && add_flags(json, item->flags) &&
                     add_attributes(json, item) && add_tensors(json, header, item, QREF_ROLE_INPUT, digests) &&
                     add_tensors(json, header, item, QREF_ROLE_INTERMEDIATE, digests) &&
                     add_tensors(json, header, item, QREF_ROLE_OUTPUT, digests) && add_counts(json, &item->counts) &&
                     add_links(json, item);
  if (!built) {
    cJSON_Delete(json);
    json = NULL;
  }
  return json;
}

qref_status qref_suite_record_make(const qref_suite_header *header, const qref_case *item, qref_suite_record *record,
                                   qref_error *error) {
  memset(record, 0, sizeof *record);
  record->profile = item->profile;
  record->flags = item->flags;
  if (!qref_suite_is_case_id(item->id)) {
    return qref_fail(error, QREF_ERROR_ARGUMENT, "case '%s': the id cannot be a path", item->id);
  }
  QREF_TRY(qref_profile_hash(&item->profile, record->profile_hash, error));
  char digests[QREF_OP_MAX_TENSORS][65];
  const char *pointers[QREF_OP_MAX_TENSORS] = {NULL};
  for (size_t t = 0; t < item->tensor_count; t++) {
    const qref_case_tensor *tensor = &item->tensors[t];
    if (tensor->present) {
      qref_case_tensor_digest(tensor, digests[t]);
      pointers[t] = digests[t];
      record->tensors++;
      record->bytes += (uint64_t)tensor->count * qref_dtype_size(tensor->schema->dtype);
    }
  }
  qref_suite_digest_lines(item, pointers, &record->digest_lines);
  cJSON *json = case_json(header, item, pointers);
  record->json = json != NULL ? cJSON_PrintUnformatted(json) : NULL;
  cJSON_Delete(json);
  if (record->json == NULL || record->digest_lines.failed) {
    qref_suite_record_free(record);
    return qref_fail(error, QREF_ERROR_MEMORY, "case '%s': out of memory for its entry of the manifest", item->id);
  }
  return QREF_OK;
}

void qref_suite_record_free(qref_suite_record *record) {
  cJSON_free(record->json);
  record->json = NULL;
  qref_text_free(&record->digest_lines);
}

/* ---- the suite ---- */

static void print_json(cJSON *json, qref_text *text) {
  char *printed = json != NULL ? cJSON_PrintUnformatted(json) : NULL;
  if (printed == NULL) {
    text->failed = true;
  } else {
    qref_text_append(text, printed, strlen(printed));
  }
  cJSON_free(printed);
  cJSON_Delete(json);
}

static void print_string(const char *string, qref_text *text) {
  print_json(cJSON_CreateString(string), text);
}

static qref_status print_profile(const qref_profile *profile, const char *hash, bool first, qref_text *text,
                                 qref_error *error) {
  char *json = NULL;
  QREF_TRY(qref_profile_to_json(profile, &json, error));
  qref_text_format(text, "%s\n{\"name\":", first ? "" : ",");
  print_string(profile->name, text);
  qref_text_format(text, ",\"sha256\":\"%s\",\"profile\":%s}", hash, json);
  free(json);
  return QREF_OK;
}

/* The suite's profile, then every other one that a case uses. One name must not stand for two profiles. */
static qref_status print_profiles(const qref_suite_header *header, const qref_suite_record *records, size_t count,
                                  qref_text *text, qref_error *error) {
  char hash[65];
  QREF_TRY(qref_profile_hash(&header->profile, hash, error));
  QREF_TRY(print_profile(&header->profile, hash, true, text, error));
  const qref_suite_record **listed = qref_allocate(count, sizeof(const qref_suite_record *));
  if (listed == NULL) {
    return qref_fail(error, QREF_ERROR_MEMORY, "suite '%s': out of memory", header->suite);
  }
  size_t listed_count = 0;
  qref_status status = QREF_OK;
  for (size_t i = 0; i < count && status == QREF_OK; i++) {
    const qref_suite_record *record = &records[i];
    const char *known = strcmp(record->profile.name, header->profile.name) == 0 ? hash : NULL;
    for (size_t p = 0; p < listed_count && known == NULL; p++) {
      known = strcmp(record->profile.name, listed[p]->profile.name) == 0 ? listed[p]->profile_hash : NULL;
    }
    if (known == NULL) {
      listed[listed_count++] = record;
      status = print_profile(&record->profile, record->profile_hash, false, text, error);
    } else if (strcmp(known, record->profile_hash) != 0) {
      status = qref_fail(error, QREF_ERROR_ARGUMENT, "suite '%s': profile '%s' stands for two different profiles",
                         header->suite, record->profile.name);
    }
  }
  free(listed);
  return status;
}

static void print_flags(const qref_suite_record *records, size_t count, qref_text *text) {
  uint64_t flags = 0;
  for (size_t i = 0; i < count; i++) {
    flags |= records[i].flags;
  }
  bool first = true;
  for (int flag = 0; flag < QREF_FLAG_COUNT; flag++) {
    if ((flags & QREF_FLAG_BIT(flag)) != 0) {
      qref_text_format(text, "%s\n\"%s\":", first ? "" : ",", qref_flag_name((qref_flag)flag));
      print_string(qref_flag_note((qref_flag)flag), text);
      first = false;
    }
  }
}

static void print_coverage(const qref_coverage_entry *coverage, size_t count, qref_text *text) {
  if (coverage == NULL) {
    qref_text_format(text, "null");
    return;
  }
  qref_text_format(text, "[");
  for (size_t i = 0; i < count; i++) {
    qref_text_format(text,
                     "%s\n{\"op\":\"%s\",\"tensor\":\"%s\",\"point\":\"%s\",\"seen\":%" PRIu64 ",\"needed\":%" PRIu64
                     ",\"required\":%s}",
                     i == 0 ? "" : ",", coverage[i].op, coverage[i].tensor, coverage[i].point, coverage[i].seen,
                     coverage[i].needed, coverage[i].required ? "true" : "false");
  }
  qref_text_format(text, "]");
}

qref_status qref_suite_manifest_print(const qref_suite_header *header, const char *digest,
                                      const qref_coverage_entry *coverage, size_t coverage_count,
                                      const qref_suite_record *records, size_t count, qref_text *text,
                                      qref_error *error) {
  qref_text_format(text, "{\"format\":\"" QREF_SUITE_FORMAT "\",\n\"suite\":");
  print_string(header->suite, text);
  qref_text_format(text, ",\n\"seed\":\"0x%016" PRIx64 "\",\n\"op\":", header->seed);
  if (header->op == QREF_OP_COUNT) {
    qref_text_format(text, "null");
  } else {
    qref_text_format(text, "\"%s\"", qref_op_name(header->op));
  }
  qref_text_format(text, ",\n\"qref_version\":");
  print_string(header->version, text);
  qref_text_format(text, ",\n\"formats\":[%s%s%s],\n\"hex_lanes\":%zu,\n\"shard\":", header->npy ? "\"npy\"" : "",
                   header->npy && header->hex ? "," : "", header->hex ? "\"hex\"" : "", header->hex_lanes);
  if (header->shard_count == 0) {
    qref_text_format(text, "null");
  } else {
    qref_text_format(text, "{\"index\":%zu,\"count\":%zu}", header->shard_index, header->shard_count);
  }
  qref_text_format(text, ",\n\"digest\":\"%s\",\n\"profiles\":[", digest);
  QREF_TRY(print_profiles(header, records, count, text, error));
  qref_text_format(text, "],\n\"flags\":{");
  print_flags(records, count, text);
  qref_text_format(text, "},\n\"coverage\":");
  print_coverage(coverage, coverage_count, text);
  qref_text_format(text, ",\n\"cases\":[");
  for (size_t i = 0; i < count; i++) {
    qref_text_format(text, "%s\n", i == 0 ? "" : ",");
    qref_text_append(text, records[i].json, strlen(records[i].json));
  }
  qref_text_format(text, "]}\n");
  return text->failed ? qref_fail(error, QREF_ERROR_MEMORY, "suite '%s': out of memory for the manifest", header->suite)
                      : QREF_OK;
}
