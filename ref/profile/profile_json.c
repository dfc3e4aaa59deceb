#include <string.h>

#include "ref/base/error.h"
#include "ref/base/json.h"
#include "ref/base/sha256.h"
#include "ref/profile/profile_fields.h"

/* The node of a field's value; NULL when out of memory. */
static cJSON *make_value(const qref_profile *profile, const qref_profile_field *field) {
  switch (field->kind) {
    case QREF_PROFILE_CHOICE:
      return cJSON_CreateString(field->choices[qref_profile_integer(profile, field)]);
    case QREF_PROFILE_INTEGER:
    case QREF_PROFILE_TABLE_ENTRIES:
      return qref_json_from_u64(qref_profile_integer(profile, field));
    case QREF_PROFILE_SEED: {
      cJSON *digits = qref_json_from_u64(qref_profile_integer(profile, field));
      cJSON *string = digits != NULL ? cJSON_CreateString(digits->valuestring) : NULL;
      cJSON_Delete(digits);
      return string;
    }
    case QREF_PROFILE_REAL:
    case QREF_PROFILE_POSITIVE_REAL:
      return qref_json_from_f32(qref_profile_real(profile, field));
  }
  return NULL;
}

enum { KEY_SIZE = 64 }; /* longer than every key of the list */

/* Adds `value`, which becomes the tree's, at a dotted path; makes the objects on the way. */
static bool add_at_path(cJSON *root, const char *path, cJSON *value) {
  cJSON *object = root;
  for (const char *dot = strchr(path, '.'); dot != NULL; dot = strchr(path, '.')) {
    char key[KEY_SIZE] = {0};
    memcpy(key, path, (size_t)(dot - path));
    cJSON *next = cJSON_GetObjectItemCaseSensitive(object, key);
    object = next != NULL ? next : cJSON_AddObjectToObject(object, key);
    path = dot + 1;
  }
  if (object == NULL || value == NULL || !cJSON_AddItemToObject(object, path, value)) {
    cJSON_Delete(value);
    return false;
  }
  return true;
}

/* Keys in the order of the list. */
static qref_status print(const qref_profile *profile, bool with_name, char **text, qref_error *error) {
  *text = NULL;
  QREF_TRY(qref_profile_check(profile, "profile", QREF_ERROR_ARGUMENT, error));
  cJSON *root = cJSON_CreateObject();
  bool built = root != NULL && (!with_name || cJSON_AddStringToObject(root, "name", profile->name) != NULL);
  const qref_profile_field *field = NULL;
  for (size_t i = 0; built && (field = qref_profile_field_at(i)) != NULL; i++) {
    built = add_at_path(root, field->path, make_value(profile, field));
  }
  if (built) {
    *text = cJSON_PrintUnformatted(root);
  }
  cJSON_Delete(root);
  return *text != NULL ? QREF_OK : qref_fail(error, QREF_ERROR_MEMORY, "profile: out of memory");
}

qref_status qref_profile_to_json(const qref_profile *profile, char **text, qref_error *error) {
  return print(profile, true, text, error);
}

qref_status qref_profile_hash(const qref_profile *profile, char hex[65], qref_error *error) {
  char *text = NULL;
  QREF_TRY(print(profile, false, &text, error));
  qref_sha256_of(text, strlen(text), hex);
  cJSON_free(text);
  return QREF_OK;
}
