#include "ref/base/bytes.h"
#include "ref/base/error.h"
#include "ref/base/file.h"
#include "ref/base/size.h"
#include "ref/vectors/npy.h"
#include "ref/vectors/npy_format.h"

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
  uint8_t header[QREF_NPY_HEADER_SIZE];
  size_t header_size = qref_npy_header(header, descr, dimensions, shape);
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
