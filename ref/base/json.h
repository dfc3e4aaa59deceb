/* Typed access to JSON, read and written by cJSON, with errors that name file and field. */
#ifndef QREF_BASE_JSON_H
#define QREF_BASE_JSON_H

#include <cjson/cJSON.h>
#include <qref/types.h>

/* Parses text that must be one JSON value and nothing else. `source` (a file name) goes into the error. Objects with
 * a repeated key are refused. Destroy with cJSON_Delete. */
qref_status qref_json_parse(const char *text, size_t size, const char *source, cJSON **json, qref_error *error);
/* Reads and parses a file of at most `limit` bytes. */
qref_status qref_json_read(const char *path, size_t limit, cJSON **json, qref_error *error);

/* Members of an object. A missing member or one of another type gives QREF_ERROR_FORMAT and a message
 * "<source>: field '<name>': expected ...". The _or forms take `fallback` where the member is missing or null. */
qref_status qref_json_size(const cJSON *object, const char *name, const char *source, size_t *value, qref_error *error);
qref_status qref_json_size_or(const cJSON *object, const char *name, const char *source, size_t fallback, size_t *value,
                              qref_error *error);
/* The same for an item of an array: false if it is not an integer from 0 to 2^53. */
bool qref_json_is_size(const cJSON *item, size_t *value);
/* Any finite number, rounded to float32. */
qref_status qref_json_f32(const cJSON *object, const char *name, const char *source, float *value, qref_error *error);
qref_status qref_json_f32_or(const cJSON *object, const char *name, const char *source, float fallback, float *value,
                             qref_error *error);
qref_status qref_json_bool_or(const cJSON *object, const char *name, const char *source, bool fallback, bool *value,
                              qref_error *error);
/* Points into the JSON. */
qref_status qref_json_string(const cJSON *object, const char *name, const char *source, const char **value,
                             qref_error *error);
qref_status qref_json_object(const cJSON *object, const char *name, const char *source, const cJSON **value,
                             qref_error *error);
qref_status qref_json_array(const cJSON *object, const char *name, const char *source, const cJSON **value,
                            qref_error *error);

/* A number node that prints as the shortest decimal of the float32 (null if not finite). NULL when out of memory. */
cJSON *qref_json_from_f32(float value);
cJSON *qref_json_from_u64(uint64_t value);
/* Adds such a node, a size or an unsigned count to an object; false when out of memory. */
bool qref_json_add_f32(cJSON *object, const char *name, float value);
bool qref_json_add_u64(cJSON *object, const char *name, uint64_t value);

#endif
