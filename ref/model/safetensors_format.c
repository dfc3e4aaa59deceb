#include "ref/model/safetensors_format.h"

const qref_safetensors_dtype qref_safetensors_dtypes[QREF_SAFETENSORS_DTYPE_COUNT] = {
    {"I8", QREF_DTYPE_INT8},     {"I32", QREF_DTYPE_INT32},     {"I64", QREF_DTYPE_INT64},
    {"F16", QREF_DTYPE_FLOAT16}, {"BF16", QREF_DTYPE_BFLOAT16}, {"F32", QREF_DTYPE_FLOAT32},
};
