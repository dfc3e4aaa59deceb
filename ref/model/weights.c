#include "ref/model/weights.h"

#include <qref/numerics.h>

#include "ref/base/bytes.h"
#include "ref/base/error.h"

bool qref_dtype_is_float(qref_dtype dtype) {
  return dtype == QREF_DTYPE_FLOAT16 || dtype == QREF_DTYPE_BFLOAT16 || dtype == QREF_DTYPE_FLOAT32;
}

void qref_weights_to_f32(const qref_stored_tensor *tensor, size_t first, size_t count, float *values) {
  const uint8_t *data = tensor->data + first * qref_dtype_size(tensor->dtype);
  if (tensor->dtype == QREF_DTYPE_FLOAT16) {
    for (size_t i = 0; i < count; i++) {
      values[i] = qref_f32_from_f16(qref_load_u16(data + 2 * i));
    }
  } else if (tensor->dtype == QREF_DTYPE_BFLOAT16) {
    for (size_t i = 0; i < count; i++) {
      values[i] = qref_f32_from_bf16(qref_load_u16(data + 2 * i));
    }
  } else {
    for (size_t i = 0; i < count; i++) {
      values[i] = qref_f32_from_bits(qref_load_u32(data + 4 * i));
    }
  }
}

float qref_round_to_dtype(double value, qref_dtype dtype) {
  switch (dtype) {
    case QREF_DTYPE_FLOAT16:
      return qref_f32_from_f16(qref_f16_from_f64(value));
    case QREF_DTYPE_BFLOAT16:
      return qref_f32_from_bf16(qref_bf16_from_f64(value));
    case QREF_DTYPE_FLOAT32:
    case QREF_DTYPE_INT8:
    case QREF_DTYPE_INT32:
    case QREF_DTYPE_INT64:
      break;
  }
  return (float)value;
}

/* Index of the first element whose exponent bits are all ones, or `count`. */
static size_t first_not_finite(const qref_stored_tensor *tensor) {
  const uint8_t *data = tensor->data;
  if (tensor->dtype == QREF_DTYPE_FLOAT32) {
    const uint32_t exponent = 0x7f800000u;
    for (size_t i = 0; i < tensor->count; i++) {
      if ((qref_load_u32(data + 4 * i) & exponent) == exponent) {
        return i;
      }
    }
  } else {
    const unsigned exponent = tensor->dtype == QREF_DTYPE_FLOAT16 ? 0x7c00u : 0x7f80u;
    for (size_t i = 0; i < tensor->count; i++) {
      if ((qref_load_u16(data + 2 * i) & exponent) == exponent) {
        return i;
      }
    }
  }
  return tensor->count;
}

qref_status qref_weights_check_finite(const qref_stored_tensor *tensor, const char *path, qref_error *error) {
  const size_t i = first_not_finite(tensor);
  if (i == tensor->count) {
    return QREF_OK;
  }
  float value;
  qref_weights_to_f32(tensor, i, 1, &value);
  return qref_fail(error, QREF_ERROR_FORMAT, "%s: tensor '%s': element %zu is %s, expected a finite number", path,
                   tensor->name, i, value != value ? "NaN" : "infinite");
}
