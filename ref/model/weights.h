/* Elements of stored floating-point tensors. */
#ifndef QREF_MODEL_WEIGHTS_H
#define QREF_MODEL_WEIGHTS_H

#include "ref/model/safetensors.h"

/* Whether the element type is float16, bfloat16 or float32. */
bool qref_dtype_is_float(qref_dtype dtype);

/* Elements first .. first + count - 1 of a floating-point tensor, widened without rounding. */
void qref_weights_to_f32(const qref_stored_tensor *tensor, size_t first, size_t count, float *values);

/* `value` rounded once to the element type `dtype`, as a float32. */
float qref_round_to_dtype(double value, qref_dtype dtype);

/* QREF_ERROR_FORMAT that names path, tensor and index of the first NaN or infinity of a floating-point tensor. */
qref_status qref_weights_check_finite(const qref_stored_tensor *tensor, const char *path, qref_error *error);

#endif
