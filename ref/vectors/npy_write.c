#include <stdio.h>
#include <string.h>

#include "ref/base/bytes.h"
#include "ref/base/error.h"
#include "ref/base/file.h"
#include "ref/base/size.h"
#include "ref/vectors/npy.h"
#include "ref/vectors/npy_format.h"

enum {
  PREFIX_SIZE = QREF_NPY_MAGIC_SIZE + 4, /* magic, version 1.0, header length */
  HEADER_SIZE = 512,                     /* more than the longest dictionary needs */
};

/* The shape as a Python tuple: (), (3,), (3, 4). */
static void print_shape(char *text, size_t size, size_t dimensions, const size_t *shape) {
  size_t length = (size_t)snprintf(text, size, "(");
  for (size_t i = 0; i < dimensions; i++) {
    length += (size_t)snprintf(text + length, size - length, i == 0 ? "%zu" : ", %zu", shape[i]);
  }
  snprintf(text + length, size - length, dimensions == 1 ? ",)" : ")");
}

/* Everything in front of the data: padded with spaces and ended by a newline to a multiple of the alignment. */
static size_t make_header(uint8_t header[HEADER_SIZE], const char *descr, size_t dimensions, const size_t *shape) {
  char tuple[24 * QREF_TENSOR_MAX_DIMENSIONS];
  print_shape(tuple, sizeof tuple, dimensions, shape);
  char text[HEADER_SIZE];
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

static qref_status write_elements(qref_output *output, const uint8_t *elements, size_t count, size_t element_size,
                                  qref_error *error) {
  uint8_t buffer[16384];
  while (count > 0) {
    size_t part = count < sizeof buffer / element_size ? count : sizeof buffer / element_size;
    qref_to_little_endian(buffer, elements, part, element_size);
    QREF_TRY(qref_output_write(output, buffer, part * element_size, error));
    elements += part * element_size;
    count -= part;
  }
  return QREF_OK;
}

qref_status qref_npy_write(const char *path, qref_dtype dtype, size_t dimensions, const size_t *shape, const void *data,
                           qref_error *error) {
  const char *descr = qref_npy_descr(dtype);
  if (descr == NULL) {
    return qref_fail(error, QREF_ERROR_UNSUPPORTED, "%s: field 'descr': NumPy has no %s", path, qref_dtype_name(dtype));
  }
  if (dimensions > QREF_TENSOR_MAX_DIMENSIONS) {
    return qref_fail(error, QREF_ERROR_ARGUMENT, "%s: field 'shape': expected at most %d dimensions, found %zu", path,
                     QREF_TENSOR_MAX_DIMENSIONS, dimensions);
  }
  size_t count = 0;
  size_t size = 0;
  if (!qref_size_product(shape, dimensions, &count) || !qref_size_multiply(count, qref_dtype_size(dtype), &size)) {
    return qref_fail(error, QREF_ERROR_OVERFLOW, "%s: field 'shape': expected a product that fits a size", path);
  }
  if (size > 0 && data == NULL) {
    return qref_fail(error, QREF_ERROR_ARGUMENT, "%s: expected data", path);
  }
  uint8_t header[HEADER_SIZE];
  size_t header_size = make_header(header, descr, dimensions, shape);
  qref_output *output = NULL;
  QREF_TRY(qref_output_open(path, &output, error));
  qref_status status = qref_output_write(output, header, header_size, error);
  if (status == QREF_OK) {
    status = write_elements(output, data, count, qref_dtype_size(dtype), error);
  }
  if (status != QREF_OK) {
    qref_output_discard(output);
    return status;
  }
  return qref_output_commit(output, error);
}
