/* NumPy .npy files, version 1.0, C order. Reading also accepts 2.0. Little-endian on disk whatever the host. */
#ifndef QREF_VECTORS_NPY_H
#define QREF_VECTORS_NPY_H

#include <qref/types.h>

enum { QREF_TENSOR_MAX_DIMENSIONS = 8 };

/* A dense row-major tensor in host byte order. */
typedef struct qref_tensor {
  qref_dtype dtype;
  size_t dimensions;
  size_t shape[QREF_TENSOR_MAX_DIMENSIONS];
  size_t count; /* product of the shape */
  void *data;   /* malloc'ed */
} qref_tensor;

/* Reads a whole file. The element types of qref_dtype but bfloat16 are accepted; Fortran order, big-endian data,
 * object arrays and files shorter or longer than the header says are errors. */
qref_status qref_npy_read(const char *path, qref_tensor *tensor, qref_error *error);
void qref_tensor_free(qref_tensor *tensor);

/* Writes a whole file or nothing. */
qref_status qref_npy_write(const char *path, qref_dtype dtype, size_t dimensions, const size_t *shape, const void *data,
                           qref_error *error);

#endif
