#include <qref/types.h>

const char *qref_status_name(qref_status status) {
  switch (status) {
    case QREF_OK:
      return "ok";
    case QREF_ERROR_ARGUMENT:
      return "argument";
    case QREF_ERROR_FORMAT:
      return "format";
    case QREF_ERROR_IO:
      return "io";
    case QREF_ERROR_MEMORY:
      return "memory";
    case QREF_ERROR_OVERFLOW:
      return "overflow";
    case QREF_ERROR_UNSUPPORTED:
      return "unsupported";
    case QREF_ERROR_DEVICE:
      return "device";
  }
  return "unknown";
}

size_t qref_dtype_size(qref_dtype dtype) {
  switch (dtype) {
    case QREF_DTYPE_INT8:
      return 1;
    case QREF_DTYPE_FLOAT16:
    case QREF_DTYPE_BFLOAT16:
      return 2;
    case QREF_DTYPE_INT32:
    case QREF_DTYPE_FLOAT32:
      return 4;
    case QREF_DTYPE_INT64:
      return 8;
  }
  return 0;
}

const char *qref_dtype_name(qref_dtype dtype) {
  switch (dtype) {
    case QREF_DTYPE_INT8:
      return "int8";
    case QREF_DTYPE_INT32:
      return "int32";
    case QREF_DTYPE_INT64:
      return "int64";
    case QREF_DTYPE_FLOAT16:
      return "float16";
    case QREF_DTYPE_BFLOAT16:
      return "bfloat16";
    case QREF_DTYPE_FLOAT32:
      return "float32";
  }
  return "unknown";
}
