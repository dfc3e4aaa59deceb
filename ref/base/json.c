#include "ref/base/json.h"

#include <locale.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ref/base/decimal.h"
#include "ref/base/error.h"
#include "ref/base/file.h"
#include "ref/base/size.h"

static const double largest_exact_integer = 9007199254740992.0; /* 2^53 */

/* ---- parsing ---- */

static int compare_names(const void *a, const void *b) {
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Fails if an object anywhere in `json` has the same key twice. Recursion is bounded by cJSON's nesting limit. */
static qref_status refuse_repeated_keys(const cJSON *json, const char *source, qref_error *error) {
  if (cJSON_IsObject(json) && json->child != NULL && json->child->next != NULL) {
    size_t count = 0;
    for (const cJSON *item = json->child; item != NULL; item = item->next) {
      count++;
    }
    const char **names = qref_allocate(count, sizeof *names);
    if (names == NULL) {
      return qref_fail(error, QREF_ERROR_MEMORY, "%s: out of memory", source);
    }
    size_t filled = 0;
    for (const cJSON *item = json->child; item != NULL; item = item->next) {
      names[filled++] = item->string;
    }
    qsort(names, count, sizeof *names, compare_names);
    const char *repeated = NULL;
    for (size_t i = 1; i < count && repeated == NULL; i++) {
      if (strcmp(names[i - 1], names[i]) == 0) {
        repeated = names[i];
      }
    }
    free(names);
    if (repeated != NULL) {
      return qref_fail(error, QREF_ERROR_FORMAT, "%s: field '%s': expected once, found again", source, repeated);
    }
  }
  for (const cJSON *item = json->child; item != NULL; item = item->next) {
    if (item->child != NULL) {
      QREF_TRY(refuse_repeated_keys(item, source, error));
    }
  }
  return QREF_OK;
}

static qref_status fail_at(const char *text, const char *position, const char *source, const char *what,
                           qref_error *error) {
  size_t line = 1;
  size_t column = 1;
  for (const char *c = text; c < position; c++) {
    column++;
    if (*c == '\n') {
      line++;
      column = 1;
    }
  }
  return qref_fail(error, QREF_ERROR_FORMAT, "%s: line %zu, column %zu: %s", source, line, column, what);
}

/* cJSON ends a C string at a NUL, so that two names which differ behind one would look the same. */
static const char *find_nul(const char *text, size_t size) {
  const char *nul = memchr(text, '\0', size);
  if (nul != NULL) {
    return nul;
  }
  for (size_t i = 0; i + 1 < size; i++) {
    if (text[i] == '\\') {
      if (size - i >= 6 && memcmp(text + i, "\\u0000", 6) == 0) {
        return text + i;
      }
      i++; /* the escaped character, perhaps a backslash */
    }
  }
  return NULL;
}

/* cJSON replaces '.' by the first byte of the locale's decimal point, which is not enough where it has several: number
 * parsing is kept out of this thread's locale. */
static cJSON *parse_in_c_locale(const char *text, size_t size, const char **end) {
  locale_t c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
  if (c_locale == (locale_t)0) {
    return NULL;
  }
  locale_t previous = uselocale(c_locale);
  cJSON *json = cJSON_ParseWithLengthOpts(text, size, end, false);
  uselocale(previous);
  freelocale(c_locale);
  return json;
}

qref_status qref_json_parse(const char *text, size_t size, const char *source, cJSON **json, qref_error *error) {
  *json = NULL;
  if (size == 0) {
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: expected JSON, found nothing", source);
  }
  const char *nul = find_nul(text, size);
  if (nul != NULL) {
    return fail_at(text, nul, source, "expected JSON without a NUL character", error);
  }
  const char *end = NULL;
  cJSON *parsed = parse_in_c_locale(text, size, &end);
  if (parsed == NULL) {
    return fail_at(text, end != NULL ? end : text, source, "expected valid JSON (or memory ran out)", error);
  }
  for (; end < text + size; end++) {
    if (strchr(" \t\r\n", *end) == NULL) {
      cJSON_Delete(parsed);
      return fail_at(text, end, source, "expected the end after one JSON value", error);
    }
  }
  qref_status status = refuse_repeated_keys(parsed, source, error);
  if (status != QREF_OK) {
    cJSON_Delete(parsed);
    return status;
  }
  *json = parsed;
  return QREF_OK;
}

qref_status qref_json_read(const char *path, size_t limit, cJSON **json, qref_error *error) {
  *json = NULL;
  char *text = NULL;
  size_t size = 0;
  QREF_TRY(qref_read_file(path, limit, &text, &size, error));
  qref_status status = qref_json_parse(text, size, path, json, error);
  free(text);
  return status;
}

/* ---- members ---- */

static const char *type_of(const cJSON *item) {
  if (item == NULL) {
    return "nothing";
  }
  if (cJSON_IsNull(item)) {
    return "null";
  }
  if (cJSON_IsBool(item)) {
    return "a boolean";
  }
  if (cJSON_IsNumber(item)) {
    return "another number";
  }
  if (cJSON_IsString(item)) {
    return "a string";
  }
  if (cJSON_IsArray(item)) {
    return "an array";
  }
  return "an object";
}

static qref_status fail_member(const cJSON *item, const char *name, const char *source, const char *expected,
                               qref_error *error) {
  return qref_fail(error, QREF_ERROR_FORMAT, "%s: field '%s': expected %s, found %s", source, name, expected,
                   type_of(item));
}

static const cJSON *find_member(const cJSON *object, const char *name) {
  return cJSON_GetObjectItemCaseSensitive(object, name);
}

/* A member for which an _or form takes its fallback. */
static bool is_absent(const cJSON *object, const char *name) {
  const cJSON *item = find_member(object, name);
  return item == NULL || cJSON_IsNull(item);
}

bool qref_json_is_size(const cJSON *item, size_t *value) {
  if (!cJSON_IsNumber(item) || !(item->valuedouble >= 0) || item->valuedouble > largest_exact_integer ||
      item->valuedouble > (double)SIZE_MAX || floor(item->valuedouble) != item->valuedouble) {
    return false;
  }
  *value = (size_t)item->valuedouble;
  return true;
}

qref_status qref_json_size(const cJSON *object, const char *name, const char *source, size_t *value,
                           qref_error *error) {
  const cJSON *item = find_member(object, name);
  return qref_json_is_size(item, value) ? QREF_OK : fail_member(item, name, source, "an integer from 0 to 2^53", error);
}

qref_status qref_json_size_or(const cJSON *object, const char *name, const char *source, size_t fallback, size_t *value,
                              qref_error *error) {
  if (is_absent(object, name)) {
    *value = fallback;
    return QREF_OK;
  }
  return qref_json_size(object, name, source, value, error);
}

qref_status qref_json_f32(const cJSON *object, const char *name, const char *source, float *value, qref_error *error) {
  const cJSON *item = find_member(object, name);
  if (!cJSON_IsNumber(item) || !isfinite(item->valuedouble) || !isfinite((float)item->valuedouble)) {
    return fail_member(item, name, source, "a number in the range of float32", error);
  }
  *value = (float)item->valuedouble;
  return QREF_OK;
}

qref_status qref_json_f32_or(const cJSON *object, const char *name, const char *source, float fallback, float *value,
                             qref_error *error) {
  if (is_absent(object, name)) {
    *value = fallback;
    return QREF_OK;
  }
  return qref_json_f32(object, name, source, value, error);
}

qref_status qref_json_bool_or(const cJSON *object, const char *name, const char *source, bool fallback, bool *value,
                              qref_error *error) {
  if (is_absent(object, name)) {
    *value = fallback;
    return QREF_OK;
  }
  const cJSON *item = find_member(object, name);
  if (!cJSON_IsBool(item)) {
    return fail_member(item, name, source, "true or false", error);
  }
  *value = cJSON_IsTrue(item);
  return QREF_OK;
}

qref_status qref_json_string(const cJSON *object, const char *name, const char *source, const char **value,
                             qref_error *error) {
  const cJSON *item = find_member(object, name);
  if (!cJSON_IsString(item)) {
    return fail_member(item, name, source, "a string", error);
  }
  *value = item->valuestring;
  return QREF_OK;
}

qref_status qref_json_object(const cJSON *object, const char *name, const char *source, const cJSON **value,
                             qref_error *error) {
  const cJSON *item = find_member(object, name);
  if (!cJSON_IsObject(item)) {
    return fail_member(item, name, source, "an object", error);
  }
  *value = item;
  return QREF_OK;
}

qref_status qref_json_array(const cJSON *object, const char *name, const char *source, const cJSON **value,
                            qref_error *error) {
  const cJSON *item = find_member(object, name);
  if (!cJSON_IsArray(item)) {
    return fail_member(item, name, source, "an array", error);
  }
  *value = item;
  return QREF_OK;
}

/* ---- writing ---- */

cJSON *qref_json_from_f32(float value) {
  if (!isfinite(value)) {
    return cJSON_CreateNull();
  }
  char text[QREF_DECIMAL_SIZE];
  qref_format_f32(value, text);
  return cJSON_CreateRaw(text);
}

static bool add_node(cJSON *object, const char *name, cJSON *node) {
  if (node == NULL || !cJSON_AddItemToObject(object, name, node)) {
    cJSON_Delete(node);
    return false;
  }
  return true;
}

bool qref_json_add_f32(cJSON *object, const char *name, float value) {
  return add_node(object, name, qref_json_from_f32(value));
}

cJSON *qref_json_from_u64(uint64_t value) {
  char text[QREF_DECIMAL_SIZE];
  char *end = text + sizeof text - 1;
  *end = '\0';
  do {
    *--end = (char)('0' + (int)(value % 10));
    value /= 10;
  } while (value != 0);
  return cJSON_CreateRaw(end);
}

bool qref_json_add_u64(cJSON *object, const char *name, uint64_t value) {
  return add_node(object, name, qref_json_from_u64(value));
}
