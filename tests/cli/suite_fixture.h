/* A suite made once for a test program, and copies of it that are damaged: the manifest as a tree that is changed and
 * written back, tensors as files. In commands of program.h, $S is the suite; `damaged` in the work directory is the
 * copy. */
#ifndef QREF_TESTS_CLI_SUITE_FIXTURE_H
#define QREF_TESTS_CLI_SUITE_FIXTURE_H

#include <cjson/cJSON.h>

#include "ref/base/sha256.h"
#include "tests/cli/program.h"

static inline cJSON *json_of(const program *p) {
  cJSON *json = cJSON_Parse(p->out);
  if (json == NULL) {
    fail_msg("not JSON: %s", p->out);
  }
  return json;
}

static inline const char *text_of(const cJSON *object, const char *name) {
  const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));
  if (text == NULL) {
    fail_msg("no text field %s", name);
  }
  return text != NULL ? text : "";
}

/* ---- the manifest ---- */

typedef struct suite_copy {
  program *program;
  cJSON *manifest;
  char path[256]; /* of a file in the copy, named last */
} suite_copy;

static inline const char *copy_path(suite_copy *copy, const char *file) {
  snprintf(copy->path, sizeof copy->path, "%s/damaged/%s", copy->program->work.directory, file);
  return copy->path;
}

static inline void copy_begin(suite_copy *copy, program *p) {
  expect(p, "rm -rf damaged && cp -r $S damaged", 0);
  size_t size = 0;
  copy->program = p;
  char *text = (char *)read_bytes(copy_path(copy, "manifest.json"), &size);
  copy->manifest = cJSON_Parse(text);
  assert_non_null(copy->manifest);
  free(text);
}

/* Writes the manifest back and frees it. */
static inline void copy_end(suite_copy *copy) {
  char *text = cJSON_Print(copy->manifest);
  assert_non_null(text);
  write_text(copy_path(copy, "manifest.json"), text);
  cJSON_free(text);
  cJSON_Delete(copy->manifest);
  copy->manifest = NULL;
}

static inline cJSON *member(cJSON *object, const char *name) {
  cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
  if (item == NULL) {
    fail_msg("no field %s", name);
  }
  return item;
}

static inline cJSON *cases_of(suite_copy *copy) {
  return member(copy->manifest, "cases");
}

static inline size_t element_count(const cJSON *tensor) {
  size_t count = 1;
  const cJSON *length = NULL;
  cJSON_ArrayForEach(length, cJSON_GetObjectItemCaseSensitive(tensor, "shape")) {
    count *= (size_t)length->valuedouble;
  }
  return count;
}

/* The first case: of a suite of linear_w8a8, so that it has x, w, accumulator, before_rounding and y. */
static inline cJSON *some_case(suite_copy *copy) {
  cJSON *item = cJSON_GetArrayItem(cases_of(copy), 0);
  assert_non_null(item);
  assert_string_equal(text_of(item, "op"), "linear_w8a8");
  return item;
}

static inline cJSON *tensor_of(cJSON *item, const char *name) {
  static const char *const groups[] = {"inputs", "intermediates", "outputs"};
  for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++) {
    cJSON *tensor = cJSON_GetObjectItemCaseSensitive(member(item, groups[i]), name);
    if (tensor != NULL) {
      return tensor;
    }
  }
  fail_msg("no tensor %s", name);
  return NULL;
}

static inline void set_text(cJSON *object, const char *name, const char *text) {
  assert_true(cJSON_ReplaceItemInObjectCaseSensitive(object, name, cJSON_CreateString(text)));
}

/* ---- digests: the contract of the manifest, computed here anew ---- */

static inline void digest_line(qref_sha256 *hash, const char *line) {
  qref_sha256_update(hash, line, strlen(line));
}

/* Over "<case id> <tensor> <dtype> <shape> <sha256>\n" of every tensor, and "<case id> counts <five numbers>\n". */
static inline void suite_digest(cJSON *manifest, char hex[65]) {
  static const char *const groups[] = {"inputs", "intermediates", "outputs"};
  static const char *const counts[] = {"saturated", "wrapped", "not_a_number", "nonpositive_rows",
                                       "accumulator_overflows"};
  qref_sha256 hash;
  qref_sha256_begin(&hash);
  cJSON *item = NULL;
  char line[512];
  cJSON_ArrayForEach(item, member(manifest, "cases")) {
    for (size_t g = 0; g < 3; g++) {
      cJSON *tensor = NULL;
      cJSON_ArrayForEach(tensor, member(item, groups[g])) {
        int length =
            snprintf(line, sizeof line, "%s %s %s ", text_of(item, "id"), tensor->string, text_of(tensor, "dtype"));
        const cJSON *dimension = NULL;
        cJSON_ArrayForEach(dimension, member(tensor, "shape")) {
          length += snprintf(line + length, sizeof line - (size_t)length, "%s%.0f",
                             dimension->prev == NULL || dimension == member(tensor, "shape")->child ? "" : "x",
                             dimension->valuedouble);
        }
        snprintf(line + length, sizeof line - (size_t)length, " %s\n", text_of(tensor, "sha256"));
        digest_line(&hash, line);
      }
    }
    int length = snprintf(line, sizeof line, "%s counts", text_of(item, "id"));
    for (size_t c = 0; c < 5; c++) {
      length += snprintf(line + length, sizeof line - (size_t)length, " %.0f",
                         member(member(item, "counts"), counts[c])->valuedouble);
    }
    snprintf(line + length, sizeof line - (size_t)length, "\n");
    digest_line(&hash, line);
  }
  qref_sha256_end(&hash, hex);
}

/* ---- .npy files ---- */

/* Where the elements begin in a .npy 1.0. */
static inline size_t npy_payload(const uint8_t *bytes) {
  return 10u + bytes[8] + 256u * bytes[9];
}

/* The line of a .hex file with one word a line that holds an element of `size` bytes, little-endian at `element`. */
static inline void write_hex_word(suite_copy *copy, cJSON *hex, size_t index, const uint8_t *element, size_t size) {
  const char *path = copy_path(copy, text_of(hex, "file"));
  size_t file_size = 0;
  uint8_t *text = read_bytes(path, &file_size);
  uint8_t *line = text + index * (2 * size + 1);
  assert_true(line + 2 * size < text + file_size);
  for (size_t k = 0; k < size; k++) {
    char digits[3];
    snprintf(digits, sizeof digits, "%02x", element[size - 1 - k]);
    memcpy(line + 2 * k, digits, 2);
  }
  write_bytes(path, text, file_size);
  free(text);
}

static inline size_t element_size(const cJSON *tensor) {
  const char *dtype = text_of(tensor, "dtype");
  return strcmp(dtype, "int8") == 0 ? 1 : strcmp(dtype, "float16") == 0 ? 2 : 4;
}

/* Flips the lowest bit of an element. With `consistent`, the .hex file and the digests of the manifest follow: only a
 * computation can tell. */
static inline void flip_bit(suite_copy *copy, cJSON *tensor, size_t index, bool consistent) {
  char path[sizeof copy->path];
  snprintf(path, sizeof path, "%s", copy_path(copy, text_of(tensor, "npy")));
  size_t size = 0;
  uint8_t *bytes = read_bytes(path, &size);
  const size_t payload = npy_payload(bytes);
  const size_t width = element_size(tensor);
  uint8_t *element = bytes + payload + index * width;
  assert_true(element + width <= bytes + size);
  element[0] ^= 1u;
  write_bytes(path, bytes, size);
  cJSON *hex = cJSON_GetObjectItemCaseSensitive(tensor, "hex");
  if (consistent && hex != NULL) {
    write_hex_word(copy, hex, index, element, width);
  }
  if (consistent) {
    char digest[65];
    qref_sha256_of(bytes + payload, size - payload, digest);
    set_text(tensor, "sha256", digest);
    suite_digest(copy->manifest, digest);
    set_text(copy->manifest, "digest", digest);
  }
  free(bytes);
}

/* ---- the group ---- */

/* Makes the suite with this command's options. */
static inline void suite_begin(void **state, const char *options) {
  program *p = calloc(1, sizeof *p);
  assert_non_null(p);
  *state = p;
  scratch_begin(&p->work);
  scratch_begin(&p->results);
  char command[256];
  snprintf(command, sizeof command, "$Q gen %s -o $S", options);
  expect(p, command, 0);
}

#endif
