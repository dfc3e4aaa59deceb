/* Names that the reader and the writer of safetensors files share. */
#ifndef QREF_MODEL_SAFETENSORS_FORMAT_H
#define QREF_MODEL_SAFETENSORS_FORMAT_H

#include <qref/types.h>

#define QREF_SAFETENSORS_METADATA "__metadata__"

typedef struct qref_safetensors_dtype {
  const char *name;
  qref_dtype dtype;
} qref_safetensors_dtype;

enum { QREF_SAFETENSORS_DTYPE_COUNT = 6 };

extern const qref_safetensors_dtype qref_safetensors_dtypes[QREF_SAFETENSORS_DTYPE_COUNT];

#endif
