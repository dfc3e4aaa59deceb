#include <stdlib.h>
#include <string.h>

#include "ref/base/bytes.h"
#include "ref/base/error.h"
#include "ref/base/file.h"
#include "ref/base/size.h"
#include "ref/vectors/npy.h"
#include "ref/vectors/npy_format.h"

/* ---- the header: a Python dictionary of three known keys ---- */

typedef struct cursor {
  const char *path;
  const char *at;
  const char *end;
} cursor;

/* What the dictionary says; a field is unset until its key was seen. */
typedef struct npy_header {
  bool has_descr, has_order, has_shape;
  qref_dtype dtype;
  bool fortran_order;
  size_t dimensions;
  size_t shape[QREF_TENSOR_MAX_DIMENSIONS];
} npy_header;

static void skip_space(cursor *c) {
  while (c->at < c->end && (*c->at == ' ' || *c->at == '\n' || *c->at == '\t' || *c->at == '\r')) {
    c->at++;
  }
}

/* Takes `symbol` if it comes next, white space before it aside. */
static bool take(cursor *c, char symbol) {
  skip_space(c);
  if (c->at < c->end && *c->at == symbol) {
    c->at++;
    return true;
  }
  return false;
}

static bool take_word(cursor *c, const char *word) {
  size_t length = strlen(word);
  skip_space(c);
  if ((size_t)(c->end - c->at) < length || memcmp(c->at, word, length) != 0) {
    return false;
  }
  c->at += length;
  return true;
}

enum { STRING_SIZE = 32 };

/* A quoted string without escapes, shorter than STRING_SIZE. */
static bool take_string(cursor *c, char text[STRING_SIZE]) {
  char quote = take(c, '\'') ? '\'' : take(c, '"') ? '"' : '\0';
  if (quote == '\0') {
    return false;
  }
  for (size_t length = 0; c->at < c->end && length < STRING_SIZE; length++) {
    char next = *c->at++;
    if (next == quote) {
      text[length] = '\0';
      return true;
    }
    if (next < 0x20 || next > 0x7e || next == '\\') { /* plain ASCII, whether or not char is signed */
      return false;
    }
    text[length] = next;
  }
  return false;
}

static bool take_size(cursor *c, size_t *value) {
  skip_space(c);
  const char *first = c->at;
  size_t result = 0;
  for (; c->at < c->end && *c->at >= '0' && *c->at <= '9'; c->at++) {
    size_t digit = (size_t)(*c->at - '0');
    if (result > (SIZE_MAX - digit) / 10) {
      return false;
    }
    result = result * 10 + digit;
  }
  *value = result;
  return c->at > first;
}

static qref_status read_descr(cursor *c, npy_header *header, qref_error *error) {
  char descr[STRING_SIZE];
  if (!take_string(c, descr)) {
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: field 'descr': expected the type string of a plain array", c->path);
  }
  if (!qref_npy_find_dtype(descr, &header->dtype)) {
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: field 'descr': expected |i1, <i4, <i8, <f2 or <f4, found '%s'%s",
                     c->path, descr, descr[0] == '>' ? " (big-endian)" : "");
  }
  header->has_descr = true;
  return QREF_OK;
}

static qref_status read_order(cursor *c, npy_header *header, qref_error *error) {
  header->fortran_order = take_word(c, "True");
  if (!header->fortran_order && !take_word(c, "False")) {
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: field 'fortran_order': expected True or False", c->path);
  }
  header->has_order = true;
  return QREF_OK;
}

static qref_status read_shape(cursor *c, npy_header *header, qref_error *error) {
  bool comma = true;
  bool valid = take(c, '(');
  while (valid && !take(c, ')')) {
    if (header->dimensions == QREF_TENSOR_MAX_DIMENSIONS) {
      return qref_fail(error, QREF_ERROR_FORMAT, "%s: field 'shape': expected at most %d dimensions", c->path,
                       QREF_TENSOR_MAX_DIMENSIONS);
    }
    valid = comma && take_size(c, &header->shape[header->dimensions]);
    header->dimensions++;
    comma = valid && take(c, ',');
  }
  if (!valid || (header->dimensions == 1 && !comma)) { /* (3) is a number, (3,) a tuple */
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: field 'shape': expected a tuple of sizes", c->path);
  }
  header->has_shape = true;
  return QREF_OK;
}

static qref_status read_entry(cursor *c, npy_header *header, qref_error *error) {
  char key[STRING_SIZE];
  if (!take_string(c, key) || !take(c, ':')) {
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: header: expected a key and a colon", c->path);
  }
  if (strcmp(key, "descr") == 0 && !header->has_descr) {
    return read_descr(c, header, error);
  }
  if (strcmp(key, "fortran_order") == 0 && !header->has_order) {
    return read_order(c, header, error);
  }
  if (strcmp(key, "shape") == 0 && !header->has_shape) {
    return read_shape(c, header, error);
  }
  return qref_fail(error, QREF_ERROR_FORMAT, "%s: header: expected descr, fortran_order and shape once, found '%s'",
                   c->path, key);
}

static qref_status read_dictionary(cursor *c, npy_header *header, qref_error *error) {
  bool comma = true;
  if (!take(c, '{')) {
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: header: expected a dictionary", c->path);
  }
  while (!take(c, '}')) {
    if (!comma) {
      return qref_fail(error, QREF_ERROR_FORMAT, "%s: header: expected ',' or '}'", c->path);
    }
    QREF_TRY(read_entry(c, header, error));
    comma = take(c, ',');
  }
  skip_space(c);
  if (c->at != c->end) {
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: header: expected only white space behind the dictionary", c->path);
  }
  const char *missing = !header->has_descr   ? "descr"
                        : !header->has_order ? "fortran_order"
                        : !header->has_shape ? "shape"
                                             : NULL;
  if (missing != NULL) {
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: field '%s': expected, found nothing", c->path, missing);
  }
  if (header->fortran_order && header->dimensions > 1) {
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: field 'fortran_order': expected False (C order)", c->path);
  }
  return QREF_OK;
}

/* ---- the file ---- */

/* Finds the dictionary and the data behind it. */
static qref_status locate(const qref_mapped_file *map, const char *path, cursor *dictionary, qref_error *error) {
  enum { VERSION = QREF_NPY_MAGIC_SIZE, LENGTH = VERSION + 2 };
  if (map->size < LENGTH || memcmp(map->data, QREF_NPY_MAGIC, QREF_NPY_MAGIC_SIZE) != 0) {
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: magic: expected a .npy file", path);
  }
  unsigned major = map->data[VERSION];
  unsigned minor = map->data[VERSION + 1];
  if ((major != 1 && major != 2) || minor != 0) {
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: version: expected 1.0 or 2.0, found %u.%u", path, major, minor);
  }
  size_t begin = LENGTH + (major == 1 ? 2 : 4);
  if (map->size < begin) {
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: header length: expected %zu bytes, found the end", path,
                     begin - LENGTH);
  }
  size_t length = major == 1 ? qref_load_u16(map->data + LENGTH) : qref_load_u32(map->data + LENGTH);
  if (length > map->size - begin) {
    return qref_fail(error, QREF_ERROR_FORMAT,
                     "%s: header length: expected at most %zu, the bytes behind it, found %zu", path, map->size - begin,
                     length);
  }
  dictionary->path = path;
  dictionary->at = (const char *)map->data + begin;
  dictionary->end = dictionary->at + length;
  return QREF_OK;
}

static qref_status read_map(const qref_mapped_file *map, const char *path, qref_tensor *tensor, qref_error *error) {
  cursor dictionary = {0};
  QREF_TRY(locate(map, path, &dictionary, error));
  const uint8_t *data = (const uint8_t *)dictionary.end;
  npy_header header = {0};
  QREF_TRY(read_dictionary(&dictionary, &header, error));
  size_t element_size = qref_dtype_size(header.dtype);
  size_t count = 0;
  size_t size = 0;
  if (!qref_size_product(header.shape, header.dimensions, &count) || !qref_size_multiply(count, element_size, &size)) {
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: field 'shape': expected a product that fits a size", path);
  }
  size_t found = map->size - (size_t)(data - map->data);
  if (size != found) {
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: data: expected %zu bytes, as 'shape' and 'descr' say, found %zu",
                     path, size, found);
  }
  void *elements = qref_allocate(count, element_size);
  if (elements == NULL) {
    return qref_fail(error, QREF_ERROR_MEMORY, "%s: out of memory", path);
  }
  qref_from_little_endian(elements, data, count, element_size);
  tensor->dtype = header.dtype;
  tensor->dimensions = header.dimensions;
  memcpy(tensor->shape, header.shape, sizeof tensor->shape);
  tensor->count = count;
  tensor->data = elements;
  return QREF_OK;
}

qref_status qref_npy_read(const char *path, qref_tensor *tensor, qref_error *error) {
  memset(tensor, 0, sizeof *tensor);
  qref_mapped_file map;
  QREF_TRY(qref_mapped_file_open(path, &map, error));
  qref_status status = read_map(&map, path, tensor, error);
  qref_mapped_file_close(&map);
  return status;
}

void qref_tensor_free(qref_tensor *tensor) {
  free(tensor->data);
  memset(tensor, 0, sizeof *tensor);
}
