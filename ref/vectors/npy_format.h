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

#endif
