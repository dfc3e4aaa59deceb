#include "ref/model/rotate.h"

#include <math.h>
#include <stdlib.h>

#include "ref/base/error.h"
#include "ref/model/allocate.h"
#include "ref/model/fuse.h"
#include "ref/model/weights.h"

static qref_status check_dimension(const char *name, size_t dimension, qref_error *error) {
  if (qref_hadamard_supports(dimension)) {
    return QREF_OK;
  }
  return qref_fail(error, QREF_ERROR_UNSUPPORTED, "%s: %zu has no Hadamard rotation, expected 2^k, 12*2^k or 40*2^k",
                   name, dimension);
}

qref_status qref_rotation_check(const qref_model_config *config, qref_error *error) {
  QREF_TRY(check_dimension("d_model", config->d_model, error));
  return check_dimension("d_inner", config->d_inner, error);
}

static qref_status round_row(const double *exact, size_t count, qref_dtype dtype, float *row, qref_error *error) {
  for (size_t i = 0; i < count; i++) {
    row[i] = qref_round_to_dtype(exact[i], dtype);
    if (!isfinite(row[i])) {
      return qref_fail(error, QREF_ERROR_FORMAT, "a fused and rotated weight overflows %s", qref_dtype_name(dtype));
    }
  }
  return QREF_OK;
}

qref_status qref_rotate_row(float *row, size_t count, qref_dtype dtype, double *scratch, qref_error *error) {
  for (size_t i = 0; i < count; i++) {
    scratch[i] = (double)row[i];
  }
  QREF_TRY(qref_hadamard_f64(scratch, count, error));
  return round_row(scratch, count, dtype, row, error);
}

qref_status qref_rotated_row(const qref_checkpoint_tensor *tensor, size_t row, const float *norm_weight,
                             double *scratch, float *values, qref_error *error) {
  const qref_stored_tensor *stored = tensor->stored;
  const size_t count = stored->shape[1];
  qref_weights_to_f32(stored, row * count, count, values);
  if (norm_weight != NULL) {
    qref_fuse_norm_row(values, norm_weight, count, stored->dtype);
  }
  const qref_status status = qref_rotate_row(values, count, stored->dtype, scratch, error);
  if (status != QREF_OK) {
    return qref_fail_prefix(error, status, "%s: tensor '%s', row %zu", tensor->path, stored->name, row);
  }
  return QREF_OK;
}

/* out_proj (M, D): columns <- columns Q_M, then rows <- rows Q_D, rounded once behind both. exact: (D, M), column: (D)
 */
static qref_status rotate_both_sides(float *matrix, size_t M, size_t D, qref_dtype dtype, double *exact, double *column,
                                     qref_error *error) {
  for (size_t d = 0; d < D; d++) {
    double *row = exact + d * M;
    for (size_t m = 0; m < M; m++) {
      row[m] = (double)matrix[m * D + d];
    }
    QREF_TRY(qref_hadamard_f64(row, M, error));
  }
  for (size_t m = 0; m < M; m++) {
    for (size_t d = 0; d < D; d++) {
      column[d] = exact[d * M + m];
    }
    QREF_TRY(qref_hadamard_f64(column, D, error));
    QREF_TRY(round_row(column, D, dtype, matrix + m * D, error));
  }
  return QREF_OK;
}

static qref_status rotate_out_proj(const qref_float_model *model, size_t layer, qref_float_layer *weights,
                                   qref_error *error) {
  const size_t M = model->config.d_model, D = model->config.d_inner;
  const qref_checkpoint_tensor *source = model->layers[layer].tensor[QREF_LAYER_OUT_PROJ];
  double *exact = qref_allocate_tensor(sizeof(double), D, M, 1);
  double *column = qref_allocate_tensor(sizeof(double), D, 1, 1);
  qref_status status = exact == NULL || column == NULL ? qref_fail_memory(error, "the rotation of out_proj")
                                                       : rotate_both_sides(weights->tensor[QREF_LAYER_OUT_PROJ], M, D,
                                                                           source->stored->dtype, exact, column, error);
  free(exact);
  free(column);
  if (status != QREF_OK) {
    return qref_fail_prefix(error, status, "%s: tensor '%s'", source->path, source->stored->name);
  }
  return QREF_OK;
}

static qref_status rotate_in_proj(const qref_float_model *model, size_t layer, qref_float_layer *weights,
                                  qref_error *error) {
  const size_t M = model->config.d_model, rows = 2 * model->config.d_inner;
  const qref_checkpoint_tensor *source = model->layers[layer].tensor[QREF_LAYER_IN_PROJ];
  double *scratch = qref_allocate_tensor(sizeof(double), M, 1, 1);
  if (scratch == NULL) {
    return qref_fail_memory(error, "the rotation of in_proj");
  }
  qref_status status = QREF_OK;
  for (size_t row = 0; row < rows && status == QREF_OK; row++) {
    status =
        qref_rotated_row(source, row, weights->norm, scratch, weights->tensor[QREF_LAYER_IN_PROJ] + row * M, error);
  }
  free(scratch);
  return status;
}

qref_status qref_rotated_layer_load(const qref_float_model *model, size_t layer, qref_float_layer *weights,
                                    qref_error *error) {
  QREF_TRY(qref_float_layer_load(model, layer, weights, error));
  qref_status status = rotate_in_proj(model, layer, weights, error);
  if (status == QREF_OK) {
    status = rotate_out_proj(model, layer, weights, error);
  }
  if (status != QREF_OK) {
    qref_float_layer_free(weights);
    return status;
  }
  for (size_t i = 0; i < model->config.d_model; i++) {
    weights->norm[i] = 1.0f;
  }
  weights->rotated = true;
  return QREF_OK;
}
