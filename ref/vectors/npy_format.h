/* What the reader and the writer of .npy files share. */
#ifndef QREF_VECTORS_NPY_FORMAT_H
#define QREF_VECTORS_NPY_FORMAT_H

#include <qref/types.h>

#define QREF_NPY_MAGIC "\x93NUMPY"
/* Where the data begins is a multiple of this. */
enum { QREF_NPY_MAGIC_SIZE = 6, QREF_NPY_ALIGNMENT = 64 };

/* NumPy's array-protocol type string, such as "<f4"; NULL for bfloat16, which NumPy does not have. Static storage. */
const char *qref_npy_descr(qref_dtype dtype);
/* The element type of such a string; false if there is none. */
bool qref_npy_find_dtype(const char *descr, qref_dtype *dtype);

/* More than the longest header needs. */
enum { QREF_NPY_HEADER_SIZE = 512 };
/* Everything in front of the data: version 1.0, padded with spaces and ended by a newline to a multiple of the
 * alignment. At most QREF_TENSOR_MAX_DIMENSIONS dimensions. Returns its size in bytes. */
size_t qref_npy_header(uint8_t header[QREF_NPY_HEADER_SIZE], const char *descr, size_t dimensions, const size_t *shape);

#endif
