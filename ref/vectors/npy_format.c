#include "ref/vectors/npy_format.h"

#include <string.h>

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
