/* Offline step 2: weights move into the basis in which activations have no outliers.
 *
 * Q_n = K_n / sqrt(n) with the Hadamard matrix K_n of qref_hadamard_f64. The residual stream x becomes x Q_M, so that
 * everything that reads it has its rows multiplied by Q_M and everything that writes it has its columns multiplied. The
 * scan output y becomes y Q_D online. Arithmetic is binary64 on weights that are exact in the checkpoint's element
 * type, with one rounding to that type at the end. */
#ifndef QREF_MODEL_ROTATE_H
#define QREF_MODEL_ROTATE_H

#include "ref/model/float_layer.h"

/* QREF_ERROR_UNSUPPORTED, naming the dimension, unless d_model and d_inner are sizes of a Hadamard matrix. */
qref_status qref_rotation_check(const qref_model_config *config, qref_error *error);

/* row <- row Q_count. scratch: count. A result that overflows `dtype` is QREF_ERROR_FORMAT. */
qref_status qref_rotate_row(float *row, size_t count, qref_dtype dtype, double *scratch, qref_error *error);

/* Row `row` of a stored matrix of rows of length d_model, widened, fused with norm_weight (NULL: not fused) and
 * rotated. scratch: d_model. Messages name the tensor. */
qref_status qref_rotated_row(const qref_checkpoint_tensor *tensor, size_t row, const float *norm_weight,
                             double *scratch, float *values, qref_error *error);

/* The weights of a layer, fused and rotated. Free with qref_float_layer_free. On failure nothing needs to be freed. */
qref_status qref_rotated_layer_load(const qref_float_model *model, size_t layer, qref_float_layer *weights,
                                    qref_error *error);

#endif
