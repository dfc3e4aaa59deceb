/* realpath */
#define _XOPEN_SOURCE 700

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ref/base/error.h"
#include "ref/base/file.h"
#include "ref/base/sha256.h"
#include "ref/base/size.h"
#include "ref/profile/profile_from_json.h"
#include "ref/vectors/case/flags.h"
#include "ref/vectors/suite/manifest.h"

enum { MANIFEST_LIMIT = 1 << 30, MAX_LANES = 1 << 16 };

qref_status qref_suite_check_keys(const cJSON *object, const char *source, const char *const *keys, qref_error *error) {
  for (const cJSON *item = object->child; item != NULL; item = item->next) {
    size_t i = 0;
    while (keys[i] != NULL && strcmp(keys[i], item->string) != 0) {
      i++;
    }
    if (keys[i] == NULL) {
      return qref_fail(error, QREF_ERROR_FORMAT, "%s: field '%.64s': expected no field of this name", source,
                       item->string);
    }
  }
  return QREF_OK;
}

/* ---- the header ---- */

static qref_status read_format(const cJSON *root, const char *source, qref_error *error) {
  const char *format = NULL;
  QREF_TRY(qref_json_string(root, "format", source, &format, error));
  if (strcmp(format, QREF_SUITE_FORMAT) != 0) {
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: field 'format': expected %s, found '%.64s'", source,
                     QREF_SUITE_FORMAT, format);
  }
  return QREF_OK;
}

static qref_status read_seed(const cJSON *root, const char *source, uint64_t *seed, qref_error *error) {
  const char *text = NULL;
  QREF_TRY(qref_json_string(root, "seed", source, &text, error));
  bool valid = strlen(text) == 18 && strncmp(text, "0x", 2) == 0 && strspn(text + 2, "0123456789abcdef") == 16;
  if (!valid) {
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: field 'seed': expected 0x and 16 hexadecimal digits", source);
  }
  *seed = strtoull(text + 2, NULL, 16);
  return QREF_OK;
}

static qref_status read_op(const cJSON *root, const char *source, qref_op *op, qref_error *error) {
  *op = QREF_OP_COUNT;
  if (cJSON_IsNull(cJSON_GetObjectItemCaseSensitive(root, "op"))) {
    return QREF_OK;
  }
  const char *name = NULL;
  QREF_TRY(qref_json_string(root, "op", source, &name, error));
  const qref_op_schema *schema = qref_op_schema_find(name);
  if (schema == NULL) {
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: field 'op': expected null or the name of an op, found '%.64s'",
                     source, name);
  }
  *op = schema->op;
  return QREF_OK;
}

static qref_status read_formats(const cJSON *root, const char *source, qref_suite_header *header, qref_error *error) {
  const cJSON *formats = NULL;
  QREF_TRY(qref_json_array(root, "formats", source, &formats, error));
  for (const cJSON *item = formats->child; item != NULL; item = item->next) {
    const char *name = cJSON_GetStringValue(item);
    bool *format = name == NULL               ? NULL
                   : strcmp(name, "npy") == 0 ? &header->npy
                   : strcmp(name, "hex") == 0 ? &header->hex
                                              : NULL;
    if (format == NULL || *format) {
      return qref_fail(error, QREF_ERROR_FORMAT, "%s: field 'formats': expected npy and hex, each once at most",
                       source);
    }
    *format = true;
  }
  if (!header->npy && !header->hex) {
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: field 'formats': expected npy, hex or both", source);
  }
  QREF_TRY(qref_json_size(root, "hex_lanes", source, &header->hex_lanes, error));
  if (header->hex_lanes == 0 || header->hex_lanes > MAX_LANES) {
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: field 'hex_lanes': expected an integer from 1 to %d", source,
                     MAX_LANES);
  }
  return QREF_OK;
}

static qref_status read_shard(const cJSON *root, const char *source, qref_suite_header *header, qref_error *error) {
  static const char *const keys[] = {"index", "count", NULL};
  if (cJSON_IsNull(cJSON_GetObjectItemCaseSensitive(root, "shard"))) {
    return QREF_OK;
  }
  const cJSON *shard = NULL;
  QREF_TRY(qref_json_object(root, "shard", source, &shard, error));
  QREF_TRY(qref_suite_check_keys(shard, source, keys, error));
  QREF_TRY(qref_json_size(shard, "index", source, &header->shard_index, error));
  QREF_TRY(qref_json_size(shard, "count", source, &header->shard_count, error));
  if (header->shard_count < 2 || header->shard_index < 1 || header->shard_index > header->shard_count) {
    return qref_fail(error, QREF_ERROR_FORMAT,
                     "%s: field 'shard': expected a count of at least 2 and an index from 1 to it, found %zu/%zu",
                     source, header->shard_index, header->shard_count);
  }
  return QREF_OK;
}

static qref_status read_digest(const cJSON *object, const char *name, const char *source, const char **digest,
                               qref_error *error) {
  QREF_TRY(qref_json_string(object, name, source, digest, error));
  if (strlen(*digest) != 64 || strspn(*digest, "0123456789abcdef") != 64) {
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: field '%s': expected 64 hexadecimal digits", source, name);
  }
  return QREF_OK;
}

static qref_status read_header(const cJSON *root, const char *source, qref_suite_manifest *manifest,
                               qref_error *error) {
  qref_suite_header *header = &manifest->header;
  QREF_TRY(qref_json_string(root, "suite", source, &header->suite, error));
  const size_t length = strlen(header->suite);
  if (length == 0 || length > 64 || strspn(header->suite, "abcdefghijklmnopqrstuvwxyz0123456789_-") != length) {
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: field 'suite': expected 1 to 64 of a-z, 0-9, '_', '-'", source);
  }
  QREF_TRY(read_seed(root, source, &header->seed, error));
  QREF_TRY(read_op(root, source, &header->op, error));
  QREF_TRY(qref_json_string(root, "qref_version", source, &header->version, error));
  QREF_TRY(read_formats(root, source, header, error));
  QREF_TRY(read_shard(root, source, header, error));
  return read_digest(root, "digest", source, &manifest->digest, error);
}

/* ---- profiles, flags, coverage ---- */

static qref_status read_profile(const cJSON *entry, const char *source, qref_profile *profile, qref_error *error) {
  static const char *const keys[] = {"name", "sha256", "profile", NULL};
  const char *name = NULL;
  const char *listed = NULL;
  const cJSON *definition = NULL;
  if (!cJSON_IsObject(entry)) {
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: field 'profiles': expected objects", source);
  }
  QREF_TRY(qref_suite_check_keys(entry, source, keys, error));
  QREF_TRY(qref_json_string(entry, "name", source, &name, error));
  QREF_TRY(read_digest(entry, "sha256", source, &listed, error));
  QREF_TRY(qref_json_object(entry, "profile", source, &definition, error));
  QREF_TRY(qref_profile_from_json(definition, source, profile, error));
  if (strcmp(profile->name, name) != 0) {
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: field 'profiles': expected the name '%.64s' in its definition",
                     source, name);
  }
  char hash[65];
  QREF_TRY(qref_profile_hash(profile, hash, error));
  if (strcmp(hash, listed) != 0) {
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: profile '%s': field 'sha256': expected %s, found %s", source, name,
                     hash, listed);
  }
  return QREF_OK;
}

static qref_status read_profiles(const cJSON *root, const char *source, qref_profile **profiles, size_t *count,
                                 qref_error *error) {
  const cJSON *array = NULL;
  *profiles = NULL;
  *count = 0;
  QREF_TRY(qref_json_array(root, "profiles", source, &array, error));
  const int size = cJSON_GetArraySize(array);
  if (size == 0) {
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: field 'profiles': expected at least one", source);
  }
  *profiles = qref_allocate((size_t)size, sizeof **profiles);
  if (*profiles == NULL) {
    return qref_fail(error, QREF_ERROR_MEMORY, "%s: out of memory", source);
  }
  for (const cJSON *entry = array->child; entry != NULL; entry = entry->next) {
    qref_profile *profile = &(*profiles)[*count];
    QREF_TRY(read_profile(entry, source, profile, error));
    for (size_t i = 0; i < *count; i++) {
      if (strcmp((*profiles)[i].name, profile->name) == 0) {
        return qref_fail(error, QREF_ERROR_FORMAT, "%s: field 'profiles': '%s' is listed twice", source, profile->name);
      }
    }
    ++*count;
  }
  return QREF_OK;
}

static qref_status check_flags(const cJSON *root, const char *source, const cJSON **flags, qref_error *error) {
  QREF_TRY(qref_json_object(root, "flags", source, flags, error));
  for (const cJSON *item = (*flags)->child; item != NULL; item = item->next) {
    if (!cJSON_IsString(item)) {
      return qref_fail(error, QREF_ERROR_FORMAT, "%s: field 'flags': '%.64s': expected its note", source, item->string);
    }
  }
  return QREF_OK;
}

static qref_status check_coverage_entry(const cJSON *entry, const char *source, qref_error *error) {
  static const char *const keys[] = {"op", "tensor", "point", "seen", "needed", "required", NULL};
  const char *text = NULL;
  size_t number = 0;
  if (!cJSON_IsObject(entry)) {
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: field 'coverage': expected objects", source);
  }
  QREF_TRY(qref_suite_check_keys(entry, source, keys, error));
  for (size_t i = 0; i < 3; i++) {
    QREF_TRY(qref_json_string(entry, keys[i], source, &text, error));
  }
  QREF_TRY(qref_json_size(entry, "seen", source, &number, error));
  QREF_TRY(qref_json_size(entry, "needed", source, &number, error));
  if (!cJSON_IsBool(cJSON_GetObjectItemCaseSensitive(entry, "required"))) {
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: field 'coverage': field 'required': expected true or false",
                     source);
  }
  return QREF_OK;
}

static qref_status check_coverage(const cJSON *root, const char *source, bool *present, qref_error *error) {
  *present = false;
  if (cJSON_IsNull(cJSON_GetObjectItemCaseSensitive(root, "coverage"))) {
    return QREF_OK;
  }
  const cJSON *coverage = NULL;
  QREF_TRY(qref_json_array(root, "coverage", source, &coverage, error));
  for (const cJSON *entry = coverage->child; entry != NULL; entry = entry->next) {
    QREF_TRY(check_coverage_entry(entry, source, error));
  }
  *present = true;
  return QREF_OK;
}

/* ---- cases ---- */

static int compare_ids(const void *a, const void *b) {
  return strcmp((*(const qref_suite_case *const *)a)->item.id, (*(const qref_suite_case *const *)b)->item.id);
}

static qref_status sort_ids(qref_suite_manifest *manifest, qref_error *error) {
  manifest->by_id = qref_allocate(manifest->count, sizeof(const qref_suite_case *));
  if (manifest->by_id == NULL) {
    return qref_fail(error, QREF_ERROR_MEMORY, "%s: out of memory", manifest->path);
  }
  for (size_t i = 0; i < manifest->count; i++) {
    manifest->by_id[i] = &manifest->cases[i];
  }
  qsort(manifest->by_id, manifest->count, sizeof *manifest->by_id, compare_ids);
  for (size_t i = 1; i < manifest->count; i++) {
    if (compare_ids(&manifest->by_id[i - 1], &manifest->by_id[i]) == 0) {
      return qref_fail(error, QREF_ERROR_FORMAT, "%s: case '%s': field 'id': used by another case too", manifest->path,
                       manifest->by_id[i]->item.id);
    }
  }
  return QREF_OK;
}

const qref_suite_case *qref_suite_find(const qref_suite_manifest *manifest, const char *id) {
  for (size_t low = 0, high = manifest->count; low < high;) {
    const size_t middle = low + (high - low) / 2;
    const int order = strcmp(id, manifest->by_id[middle]->item.id);
    if (order == 0) {
      return manifest->by_id[middle];
    }
    low = order > 0 ? middle + 1 : low;
    high = order < 0 ? middle : high;
  }
  return NULL;
}

size_t qref_suite_index(const qref_suite_manifest *manifest, const qref_suite_case *entry) {
  return (size_t)(entry - manifest->cases);
}

/* Every link leads to an earlier case. A shard has only some of the cases: there the source may be
 * missing. */
static qref_status check_links(const qref_suite_manifest *manifest, const qref_suite_case *entry, qref_error *error) {
  const qref_case *item = &entry->item;
  for (size_t i = 0; i < item->link_count; i++) {
    const qref_case_link *link = &item->links[i];
    const qref_suite_case *source = qref_suite_find(manifest, link->source_case);
    if (source == NULL && manifest->header.shard_count != 0) {
      continue;
    }
    if (source == NULL || source >= entry) {
      return qref_fail(error, QREF_ERROR_FORMAT, "%s: case '%s': field 'links': '%s': expected an earlier case",
                       manifest->path, item->id, link->source_case);
    }
    const qref_case_tensor *from = qref_case_tensor_const(&source->item, link->source_tensor);
    const qref_case_tensor *target = qref_case_tensor_const(item, link->tensor);
    if (from == NULL || !from->present) {
      return qref_fail(error, QREF_ERROR_FORMAT, "%s: case '%s': field 'links': '%s': expected a tensor of case '%s'",
                       manifest->path, item->id, link->source_tensor, link->source_case);
    }
    const bool transposed = link->layout == QREF_LINK_ROWS_TO_CHANNELS;
    if (transposed && target->rank > 2 && target->shape[1] != link->columns) {
      return qref_fail(error, QREF_ERROR_FORMAT,
                       "%s: case '%s': field 'links': '%s': expected as many channels as the link has columns",
                       manifest->path, item->id, link->tensor);
    }
  }
  return QREF_OK;
}

static qref_status read_cases(qref_suite_manifest *manifest, const qref_suite_case_context *context,
                              qref_error *error) {
  const cJSON *array = NULL;
  QREF_TRY(qref_json_array(manifest->json, "cases", manifest->path, &array, error));
  const int size = cJSON_GetArraySize(array);
  if (size == 0) {
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: field 'cases': expected at least one case", manifest->path);
  }
  manifest->cases = qref_allocate((size_t)size, sizeof *manifest->cases);
  if (manifest->cases == NULL) {
    return qref_fail(error, QREF_ERROR_MEMORY, "%s: out of memory for %d cases", manifest->path, size);
  }
  for (const cJSON *json = array->child; json != NULL; json = json->next) {
    QREF_TRY(qref_suite_read_case(context, json, manifest->count, &manifest->cases[manifest->count], error));
    manifest->count++;
  }
  QREF_TRY(sort_ids(manifest, error));
  for (size_t i = 0; i < manifest->count; i++) {
    QREF_TRY(check_links(manifest, &manifest->cases[i], error));
  }
  return QREF_OK;
}

/* ---- the whole ---- */

static qref_status read_root(qref_suite_manifest *manifest, qref_error *error) {
  static const char *const keys[] = {"format", "suite",  "seed",     "op",    "qref_version", "formats", "hex_lanes",
                                     "shard",  "digest", "profiles", "flags", "coverage",     "cases",   NULL};
  const cJSON *root = manifest->json;
  if (!cJSON_IsObject(root)) {
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: expected an object", manifest->path);
  }
  QREF_TRY(read_format(root, manifest->path, error));
  QREF_TRY(qref_suite_check_keys(root, manifest->path, keys, error));
  QREF_TRY(read_header(root, manifest->path, manifest, error));
  QREF_TRY(check_coverage(root, manifest->path, &manifest->has_coverage, error));
  qref_suite_case_context context = {.source = manifest->path, .header = &manifest->header};
  QREF_TRY(check_flags(root, manifest->path, &context.flags, error));
  qref_profile *profiles = NULL;
  qref_status status = read_profiles(root, manifest->path, &profiles, &context.profile_count, error);
  if (status == QREF_OK) {
    manifest->header.profile = profiles[0];
    context.profiles = profiles;
    status = read_cases(manifest, &context, error);
  }
  free(profiles);
  return status;
}

/* Takes over manifest->directory and ->path. */
static qref_status open_manifest(qref_suite_manifest *manifest, qref_error *error) {
  qref_status status = qref_json_read(manifest->path, MANIFEST_LIMIT, &manifest->json, error);
  if (status == QREF_OK) {
    status = read_root(manifest, error);
  }
  if (status != QREF_OK) {
    qref_suite_close(manifest);
  }
  return status;
}

qref_status qref_suite_manifest_read(const char *path, qref_suite_manifest *manifest, qref_error *error) {
  memset(manifest, 0, sizeof *manifest);
  manifest->path = strdup(path);
  if (manifest->path == NULL) {
    return qref_fail(error, QREF_ERROR_MEMORY, "%s: out of memory", path);
  }
  return open_manifest(manifest, error);
}

qref_status qref_suite_open(const char *directory, qref_suite_manifest *manifest, qref_error *error) {
  memset(manifest, 0, sizeof *manifest);
  manifest->directory = realpath(directory, NULL);
  if (manifest->directory == NULL || !qref_path_is_directory(manifest->directory)) {
    qref_suite_close(manifest);
    return qref_fail(error, QREF_ERROR_IO, "%s: expected a directory with manifest.json", directory);
  }
  manifest->path = qref_path_join(directory, "manifest.json");
  if (manifest->path == NULL) {
    qref_suite_close(manifest);
    return qref_fail(error, QREF_ERROR_MEMORY, "%s: out of memory", directory);
  }
  return open_manifest(manifest, error);
}

void qref_suite_close(qref_suite_manifest *manifest) {
  free(manifest->directory);
  free(manifest->path);
  cJSON_Delete(manifest->json);
  free(manifest->cases);
  free(manifest->by_id);
  memset(manifest, 0, sizeof *manifest);
}

void qref_suite_listed_digest(const qref_suite_manifest *manifest, char hex[65]) {
  qref_sha256 hash;
  qref_sha256_begin(&hash);
  for (size_t i = 0; i < manifest->count; i++) {
    const qref_suite_case *entry = &manifest->cases[i];
    const char *digests[QREF_OP_MAX_TENSORS];
    for (size_t t = 0; t < entry->item.tensor_count; t++) {
      digests[t] = entry->tensors[t].sha256;
    }
    qref_text text = {0};
    qref_suite_digest_lines(&entry->item, digests, &text);
    qref_sha256_update(&hash, text.data != NULL ? text.data : "", text.size);
    qref_text_free(&text);
  }
  qref_sha256_end(&hash, hex);
}

/* ---- whether there is one ---- */

bool qref_is_suite(const char *directory) {
  char *path = qref_path_join(directory, "manifest.json");
  char *text = NULL;
  size_t size = 0;
  cJSON *json = NULL;
  bool found = path != NULL && qref_read_file(path, MANIFEST_LIMIT, &text, &size, NULL) == QREF_OK;
  if (found) {
    /* Anything that begins with the format's name: a manifest of another version is for the reader to refuse. */
    found = qref_json_parse(text, size, path, &json, NULL) == QREF_OK;
  }
  const char *format = found ? cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(json, "format")) : NULL;
  found = format != NULL && strncmp(format, "qref-vectors/", strlen("qref-vectors/")) == 0;
  cJSON_Delete(json);
  free(text);
  free(path);
  return found;
}
