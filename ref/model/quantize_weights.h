/* Offline step 4: weights to int8, in the arithmetic of the element type that they are stored in.
 *
 * "In the arithmetic of" float16 means: the operation in float32, its result rounded to float16. Values are held in
 * float32, which represents every value of the three element types. */
#ifndef QREF_MODEL_QUANTIZE_WEIGHTS_H
#define QREF_MODEL_QUANTIZE_WEIGHTS_H

#include <qref/numerics.h>

/* The largest |w|, not less than `largest`. */
float qref_largest_magnitude(const float *w, size_t count, float largest);

/* max(largest, dtype(1e-5)) / 127 in dtype's arithmetic. */
float qref_weight_scale(float largest, qref_dtype dtype);

/* q[i] = ovf(rnd(dtype(w[i] / scale))). `first` is the position of w[0] in the whole tensor. */
void qref_quantize_weights(const float *w, size_t count, size_t first, float scale, qref_dtype dtype,
                           const qref_quantize_rule *rule, int8_t *q);

/* One row of an embedding: scale = max(row) / 127 in dtype's arithmetic, without the absolute value that one would
 * expect (the original has none), then stored as float16. Quotients take the stored scale, so that q * scale is what
 * inference computes from the same number. A scale of 0 gives q = 0 where w is 0, and saturates elsewhere.
 * QREF_ERROR_FORMAT if the scale overflows float16. */
qref_status qref_quantize_embedding_row(const float *w, size_t count, size_t first, qref_dtype dtype,
                                        const qref_quantize_rule *rule, int8_t *q, qref_float16 *scale,
                                        qref_error *error);

/* y[i] = float16(w[i]). QREF_ERROR_FORMAT if one overflows. */
qref_status qref_weights_to_f16(const float *w, size_t count, qref_float16 *y, qref_error *error);

#endif
