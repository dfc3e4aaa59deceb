#include "ref/model/quantize_embedding.h"

#include <stdlib.h>

#include "ref/base/error.h"
#include "ref/model/allocate.h"
#include "ref/model/quantize_weights.h"
#include "ref/model/rotate.h"
#include "ref/model/weights.h"

/* Rows of a stored (vocab_size, M) matrix, fused and rotated one at a time. */
typedef struct row_source {
  const qref_checkpoint_tensor *tensor;
  size_t rows, columns;
  qref_dtype dtype;
  float *norm_weight; /* (columns), NULL: not fused */
  float *values;      /* (columns) */
  double *scratch;    /* (columns) */
} row_source;

static qref_status source_create(const qref_float_model *model, const qref_checkpoint_tensor *tensor,
                                 const qref_checkpoint_tensor *norm, row_source *source, qref_error *error) {
  const size_t M = model->config.d_model;
  *source = (row_source){
      .tensor = tensor,
      .rows = model->config.vocab_size,
      .columns = M,
      .dtype = tensor->stored->dtype,
      .norm_weight = norm == NULL ? NULL : qref_allocate_tensor(sizeof(float), M, 1, 1),
      .values = qref_allocate_tensor(sizeof(float), M, 1, 1),
      .scratch = qref_allocate_tensor(sizeof(double), M, 1, 1),
  };
  if (source->values == NULL || source->scratch == NULL || (norm != NULL && source->norm_weight == NULL)) {
    return qref_fail_memory(error, "a row of the embedding");
  }
  if (norm != NULL) {
    qref_weights_to_f32(norm->stored, 0, M, source->norm_weight);
  }
  return QREF_OK;
}

static void source_destroy(row_source *source) {
  free(source->norm_weight);
  free(source->values);
  free(source->scratch);
}

static qref_status read_row(row_source *source, size_t row, qref_error *error) {
  return qref_rotated_row(source->tensor, row, source->norm_weight, source->scratch, source->values, error);
}

static qref_status name_row(const row_source *source, size_t row, qref_status status, qref_error *error) {
  if (status == QREF_OK) {
    return QREF_OK;
  }
  return qref_fail_prefix(error, status, "%s: tensor '%s', row %zu", source->tensor->path, source->tensor->stored->name,
                          row);
}

static qref_status keep_float16_rows(row_source *source, qref_quantized_model *quantized, const qref_float16 **kept,
                                     qref_error *error) {
  qref_float16 *y = qref_quantized_model_allocate(quantized, sizeof *y, source->rows, source->columns);
  if (y == NULL) {
    return qref_fail_memory(error, "float16 weights");
  }
  for (size_t row = 0; row < source->rows; row++) {
    QREF_TRY(read_row(source, row, error));
    const qref_status status = qref_weights_to_f16(source->values, source->columns, y + row * source->columns, error);
    QREF_TRY(name_row(source, row, status, error));
  }
  *kept = y;
  return QREF_OK;
}

static qref_status quantize_rows_alone(row_source *source, const qref_quantize_rule *rule,
                                       qref_quantized_model *quantized, qref_error *error) {
  const size_t M = source->columns;
  int8_t *q = qref_quantized_model_allocate(quantized, sizeof *q, source->rows, M);
  qref_float16 *scale = qref_quantized_model_allocate(quantized, sizeof *scale, source->rows, 1);
  if (q == NULL || scale == NULL) {
    return qref_fail_memory(error, "the int8 embedding");
  }
  for (size_t row = 0; row < source->rows; row++) {
    QREF_TRY(read_row(source, row, error));
    const qref_status status =
        qref_quantize_embedding_row(source->values, M, row * M, source->dtype, rule, q + row * M, &scale[row], error);
    QREF_TRY(name_row(source, row, status, error));
  }
  quantized->embedding = q;
  quantized->embedding_scale = scale;
  return QREF_OK;
}

/* Two passes: the largest magnitude of all rows, then the rows. Rotating twice costs less than keeping them all. */
static qref_status quantize_rows_together(row_source *source, const qref_quantize_rule *rule,
                                          qref_quantized_model *quantized, qref_error *error) {
  const size_t M = source->columns;
  int8_t *q = qref_quantized_model_allocate(quantized, sizeof *q, source->rows, M);
  if (q == NULL) {
    return qref_fail_memory(error, "the int8 lm_head");
  }
  float largest = 0.0f;
  for (size_t row = 0; row < source->rows; row++) {
    QREF_TRY(read_row(source, row, error));
    largest = qref_largest_magnitude(source->values, M, largest);
  }
  quantized->lm_head_w = qref_weight_scale(largest, source->dtype);
  for (size_t row = 0; row < source->rows; row++) {
    QREF_TRY(read_row(source, row, error));
    qref_quantize_weights(source->values, M, row * M, quantized->lm_head_w, source->dtype, rule, q + row * M);
  }
  quantized->lm_head = q;
  return QREF_OK;
}

qref_status qref_quantize_embedding(const qref_float_model *model, const qref_quantize_rule *rule, bool keep_float16,
                                    qref_quantized_model *quantized, qref_error *error) {
  row_source source;
  qref_status status = source_create(model, model->embedding, NULL, &source, error);
  if (status == QREF_OK) {
    status = keep_float16 ? keep_float16_rows(&source, quantized, &quantized->embedding_f16, error)
                          : quantize_rows_alone(&source, rule, quantized, error);
  }
  source_destroy(&source);
  return status;
}

qref_status qref_quantize_lm_head(const qref_float_model *model, const qref_quantize_rule *rule, bool keep_float16,
                                  qref_quantized_model *quantized, qref_error *error) {
  row_source source;
  qref_status status = source_create(model, model->lm_head, model->norm_f, &source, error);
  if (status == QREF_OK && keep_float16) {
    quantized->lm_head_w = 1.0f;
    status = keep_float16_rows(&source, quantized, &quantized->lm_head_f16, error);
  } else if (status == QREF_OK) {
    status = quantize_rows_together(&source, rule, quantized, error);
  }
  source_destroy(&source);
  return status;
}
