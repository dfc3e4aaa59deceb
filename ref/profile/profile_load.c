#include <math.h>
#include <stdio.h>
#include <string.h>

#include "ref/base/decimal.h"
#include "ref/base/error.h"
#include "ref/base/file.h"
#include "ref/base/json.h"
#include "ref/profile/profile_fields.h"
#include "ref/profile/profile_from_json.h"

enum {
  MAX_FILE_SIZE = 1 << 20, /* a profile with every field is a few kilobytes */
  PATH_SIZE = 256,         /* of a dotted path in a file: longer than every path of the list */
};

/* ---- one field ---- */

/* Sets the field if the JSON value is one that it accepts. */
static bool set_value(qref_profile *profile, const qref_profile_field *field, const cJSON *json) {
  size_t integer = 0;
  uint64_t seed = 0;
  switch (field->kind) {
    case QREF_PROFILE_CHOICE:
      for (uint32_t i = 0; cJSON_IsString(json) && i <= field->maximum; i++) {
        if (strcmp(field->choices[i], json->valuestring) == 0) {
          qref_profile_set_integer(profile, field, i);
          return true;
        }
      }
      return false;
    case QREF_PROFILE_INTEGER:
    case QREF_PROFILE_TABLE_ENTRIES:
      if (!qref_json_is_size(json, &integer) || integer < field->minimum || integer > field->maximum) {
        return false;
      }
      qref_profile_set_integer(profile, field, integer);
      return true;
    case QREF_PROFILE_SEED:
      if (cJSON_IsString(json) ? !qref_parse_u64(json->valuestring, &seed) : !qref_json_is_size(json, &integer)) {
        return false;
      }
      qref_profile_set_integer(profile, field, cJSON_IsString(json) ? seed : integer);
      return true;
    case QREF_PROFILE_REAL:
    case QREF_PROFILE_POSITIVE_REAL: {
      float real = cJSON_IsNumber(json) ? (float)json->valuedouble : NAN;
      if (!isfinite(real) || (field->kind == QREF_PROFILE_POSITIVE_REAL && !(real > 0))) {
        return false;
      }
      qref_profile_set_real(profile, field, real);
      return true;
    }
  }
  return false;
}

static qref_status read_value(qref_profile *profile, const qref_profile_field *field, const cJSON *json,
                              const char *source, qref_error *error) {
  if (set_value(profile, field, json)) {
    return QREF_OK;
  }
  char expected[QREF_PROFILE_EXPECTED_SIZE];
  qref_profile_expected(field, expected);
  char *found = cJSON_PrintUnformatted(json);
  qref_status status = qref_fail(error, QREF_ERROR_FORMAT, "%s: field '%s': expected %s, found %.80s", source,
                                 field->path, expected, found != NULL ? found : "something else");
  cJSON_free(found);
  return status;
}

/* ---- the tree ---- */

static const qref_profile_field *find_field(const char *path) {
  const qref_profile_field *field = NULL;
  for (size_t i = 0; (field = qref_profile_field_at(i)) != NULL; i++) {
    if (strcmp(field->path, path) == 0) {
      return field;
    }
  }
  return NULL;
}

/* Whether `path` ("" is the root) is an object that holds fields. */
static bool is_parent(const char *path, const qref_profile_field *field) {
  size_t length = strlen(path);
  return length == 0 || (strncmp(field->path, path, length) == 0 && field->path[length] == '.');
}

static bool has_children(const char *path) {
  const qref_profile_field *field = NULL;
  for (size_t i = 0; (field = qref_profile_field_at(i)) != NULL; i++) {
    if (is_parent(path, field)) {
      return true;
    }
  }
  return false;
}

/* Fails with the names that `parent` has. */
static qref_status fail_unknown(const char *parent, const char *path, const char *source, qref_error *error) {
  char known[384] = "";
  size_t length = 0;
  const char *last = "";
  size_t last_size = 0;
  const qref_profile_field *field = NULL;
  for (size_t i = 0; (field = qref_profile_field_at(i)) != NULL; i++) {
    if (!is_parent(parent, field)) {
      continue;
    }
    const char *key = field->path + (parent[0] != '\0' ? strlen(parent) + 1 : 0);
    size_t size = strcspn(key, ".");
    /* The list keeps the members of an object together. */
    if ((size == last_size && memcmp(key, last, size) == 0) || length + size + 3 > sizeof known) {
      continue;
    }
    length += (size_t)snprintf(known + length, sizeof known - length, "%s%.*s", length > 0 ? ", " : "", (int)size, key);
    last = key;
    last_size = size;
  }
  return qref_fail(error, QREF_ERROR_FORMAT, "%s: field '%s': expected one of %s%s", source, path,
                   parent[0] == '\0' ? "name, base, " : "", known);
}

static qref_status read_object(qref_profile *profile, const char *parent, const cJSON *object, const char *source,
                               qref_error *error) {
  for (const cJSON *item = object->child; item != NULL; item = item->next) {
    bool root = parent[0] == '\0';
    if (root && (strcmp(item->string, "name") == 0 || strcmp(item->string, "base") == 0)) {
      continue;
    }
    char path[PATH_SIZE];
    int length = snprintf(path, sizeof path, "%s%s%s", parent, root ? "" : ".", item->string);
    /* A key that is empty or has a dot of its own would look like another path. */
    bool fits = length >= 0 && length < PATH_SIZE && item->string[0] != '\0' && strchr(item->string, '.') == NULL;
    const qref_profile_field *field = fits ? find_field(path) : NULL;
    if (field != NULL) {
      QREF_TRY(read_value(profile, field, item, source, error));
    } else if (!fits || !has_children(path)) {
      return fail_unknown(parent, path, source, error);
    } else if (!cJSON_IsObject(item)) {
      return qref_fail(error, QREF_ERROR_FORMAT, "%s: field '%s': expected an object", source, path);
    } else {
      QREF_TRY(read_object(profile, path, item, source, error));
    }
  }
  return QREF_OK;
}

/* ---- the file ---- */

static void list_builtins(char *text, size_t size) {
  size_t length = 0;
  for (size_t i = 0; i < qref_profile_count() && length < size; i++) {
    length += (size_t)snprintf(text + length, size - length, i == 0 ? "%s" : ", %s", qref_profile_at(i)->name);
  }
}

static qref_status read_base(const cJSON *root, const char *source, const qref_profile **base, qref_error *error) {
  const char *name = "quamba";
  if (cJSON_GetObjectItemCaseSensitive(root, "base") != NULL) {
    QREF_TRY(qref_json_string(root, "base", source, &name, error));
  }
  *base = qref_profile_builtin(name);
  if (*base == NULL) {
    char known[128];
    list_builtins(known, sizeof known);
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: field 'base': expected one of %s, found '%s'", source, known, name);
  }
  return QREF_OK;
}

/* The member "name", or else the file's name without directory and ".json", cut to fit. */
static qref_status read_name(const cJSON *root, const char *source, qref_profile *profile, qref_error *error) {
  const size_t room = sizeof profile->name - 1;
  const char *name = NULL;
  size_t length = 0;
  if (cJSON_GetObjectItemCaseSensitive(root, "name") != NULL) {
    QREF_TRY(qref_json_string(root, "name", source, &name, error));
    length = strlen(name);
    if (length == 0 || length > room) {
      return qref_fail(error, QREF_ERROR_FORMAT, "%s: field 'name': expected 1 to %zu bytes, found %zu", source, room,
                       length);
    }
  } else {
    const char *slash = strrchr(source, '/');
    name = slash != NULL ? slash + 1 : source;
    length = strlen(name);
    if (length > 5 && strcmp(name + length - 5, ".json") == 0) {
      length -= 5;
    }
    length = length < room ? length : room;
  }
  memset(profile->name, 0, sizeof profile->name);
  memcpy(profile->name, name, length);
  return QREF_OK;
}

qref_status qref_profile_from_json(const cJSON *root, const char *source, qref_profile *profile, qref_error *error) {
  if (!cJSON_IsObject(root)) {
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: expected a JSON object", source);
  }
  const qref_profile *base = NULL;
  QREF_TRY(read_base(root, source, &base, error));
  *profile = *base;
  QREF_TRY(read_name(root, source, profile, error));
  QREF_TRY(read_object(profile, "", root, source, error));
  return qref_profile_check(profile, source, QREF_ERROR_FORMAT, error);
}

qref_status qref_profile_load(const char *path, qref_profile *profile, qref_error *error) {
  cJSON *root = NULL;
  QREF_TRY(qref_json_read(path, MAX_FILE_SIZE, &root, error));
  qref_profile loaded;
  qref_status status = qref_profile_from_json(root, path, &loaded, error);
  cJSON_Delete(root);
  if (status == QREF_OK) {
    *profile = loaded;
  }
  return status;
}

qref_status qref_profile_resolve(const char *name_or_path, qref_profile *profile, qref_error *error) {
  const qref_profile *builtin = qref_profile_builtin(name_or_path);
  if (builtin != NULL) {
    *profile = *builtin;
    return QREF_OK;
  }
  if (!qref_path_exists(name_or_path)) {
    char known[128];
    list_builtins(known, sizeof known);
    return qref_fail(error, QREF_ERROR_ARGUMENT, "profile '%s': expected one of %s, or the name of a profile file",
                     name_or_path, known);
  }
  return qref_profile_load(name_or_path, profile, error);
}
