#include "ref/vectors/npy_format.h"

#include <stdio.h>
#include <string.h>

#include "ref/base/bytes.h"
#include "ref/vectors/npy.h"

static const struct {
  const char *descr;
  qref_dtype dtype;
} types[] = {
    {"|i1", QREF_DTYPE_INT8},    {"<i4", QREF_DTYPE_INT32},   {"<i8", QREF_DTYPE_INT64},
    {"<f2", QREF_DTYPE_FLOAT16}, {"<f4", QREF_DTYPE_FLOAT32},
};

const char *qref_npy_descr(qref_dtype dtype) {
  for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
    if (types[i].dtype == dtype) {
      return types[i].descr;
    }
  }
  return NULL;
}

bool qref_npy_find_dtype(const char *descr, qref_dtype *dtype) {
  for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
    if (strcmp(types[i].descr, descr) == 0) {
      *dtype = types[i].dtype;
      return true;
    }
  }
  return false;
}

/* Magic, version 1.0, header length. */
enum { PREFIX_SIZE = QREF_NPY_MAGIC_SIZE + 4 };

/* The shape as a Python tuple: (), (3,), (3, 4). */
static void print_shape(char *text, size_t size, size_t dimensions, const size_t *shape) {
  size_t length = (size_t)snprintf(text, size, "(");
  for (size_t i = 0; i < dimensions; i++) {
    length += (size_t)snprintf(text + length, size - length, i == 0 ? "%zu" : ", %zu", shape[i]);
  }
  snprintf(text + length, size - length, dimensions == 1 ? ",)" : ")");
}

size_t qref_npy_header(uint8_t header[QREF_NPY_HEADER_SIZE], const char *descr, size_t dimensions,
                       const size_t *shape) {
  char tuple[24 * QREF_TENSOR_MAX_DIMENSIONS];
  print_shape(tuple, sizeof tuple, dimensions, shape);
  char text[QREF_NPY_HEADER_SIZE];
  size_t length =
      (size_t)snprintf(text, sizeof text, "{'descr': '%s', 'fortran_order': False, 'shape': %s, }", descr, tuple);
  size_t total = (PREFIX_SIZE + length + 1 + QREF_NPY_ALIGNMENT - 1) / QREF_NPY_ALIGNMENT * QREF_NPY_ALIGNMENT;
  memcpy(header, QREF_NPY_MAGIC "\x01\x00", QREF_NPY_MAGIC_SIZE + 2);
  qref_store_u16(header + QREF_NPY_MAGIC_SIZE + 2, (uint16_t)(total - PREFIX_SIZE));
  memcpy(header + PREFIX_SIZE, text, length);
  memset(header + PREFIX_SIZE + length, ' ', total - PREFIX_SIZE - length);
  header[total - 1] = '\n';
  return total;
}
