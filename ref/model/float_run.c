/* The float32 baseline: the imported weights, one layer widened at a time. */
#include <stdlib.h>
#include <string.h>

#include "ref/base/error.h"
#include "ref/model/allocate.h"
#include "ref/model/float_forward.h"
#include "ref/model/tokens.h"
#include "ref/model/weights.h"

enum { HEAD_BLOCK_ROWS = 1024 };

static const qref_op needed_ops[] = {QREF_OP_LINEAR_F32, QREF_OP_CONV1D_SILU_F32, QREF_OP_SELECTIVE_SCAN_F32,
                                     QREF_OP_RMSNORM_F32};

/* Runs the layers over residual (T, M) and keeps the residual stream behind each in hidden (n_layers + 1, T, M),
 * which may be NULL. */
static qref_status run_layers(const qref_float_model *model, const qref_resolved_execution *execution,
                              qref_float_work *work, float *residual, float *hidden, qref_error *error) {
  const size_t size = work->length * model->config.d_model;
  for (size_t i = 0; i < model->config.n_layers; i++) {
    qref_float_layer layer;
    QREF_TRY(qref_float_layer_load(model, i, &layer, error));
    const qref_status status =
        qref_float_layer_forward(&model->config, &layer, execution, 1, residual, work, NULL, NULL, error);
    qref_float_layer_free(&layer);
    QREF_TRY(status);
    if (hidden != NULL) {
      memcpy(hidden + i * size, residual, size * sizeof(float));
    }
  }
  return QREF_OK;
}

/* normed (T, M) = norm_f(residual); weight (M) is scratch */
static qref_status final_norm(const qref_float_model *model, const qref_resolved_execution *execution, size_t length,
                              const float *residual, float *weight, float *normed, qref_error *error) {
  qref_weights_to_f32(model->norm_f->stored, 0, model->config.d_model, weight);
  const qref_rmsnorm_f32_args args = {
      .rows = length,
      .n = model->config.d_model,
      .x = residual,
      .weight = weight,
      .eps = model->config.norm_eps,
      .y = normed,
      .threads = execution->threads,
  };
  return execution->backend->rmsnorm_f32(&args, error);
}

/* logits (T, vocab_size) = normed (T, M) lm_head^T; weights (HEAD_BLOCK_ROWS, M) is scratch */
static qref_status head(const qref_float_model *model, const qref_resolved_execution *execution, size_t length,
                        const float *normed, float *weights, float *logits, qref_error *error) {
  const size_t M = model->config.d_model, vocab_size = model->config.vocab_size;
  for (size_t first = 0; first < vocab_size; first += HEAD_BLOCK_ROWS) {
    const size_t rows = vocab_size - first < HEAD_BLOCK_ROWS ? vocab_size - first : HEAD_BLOCK_ROWS;
    qref_weights_to_f32(model->lm_head->stored, first * M, rows * M, weights);
    const qref_linear_f32_args args = {
        .rows = length,
        .columns = rows,
        .depth = M,
        .x = normed,
        .w = weights,
        .y = logits + first,
        .y_row_stride = vocab_size,
        .threads = execution->threads,
    };
    QREF_TRY(execution->backend->linear_f32(&args, error));
  }
  return QREF_OK;
}

static qref_status forward(const qref_float_model *model, const qref_resolved_execution *execution,
                           const int32_t *tokens, qref_float_work *work, float *residual, float *head_weights,
                           float *logits, float *hidden, qref_error *error) {
  const size_t M = model->config.d_model, T = work->length;
  for (size_t t = 0; t < T; t++) {
    qref_weights_to_f32(model->embedding->stored, (size_t)tokens[t] * M, M, residual + t * M);
  }
  QREF_TRY(run_layers(model, execution, work, residual, hidden, error));
  float *normed = work->rows_model;
  QREF_TRY(final_norm(model, execution, T, residual, head_weights, normed, error));
  if (hidden != NULL) {
    memcpy(hidden + model->config.n_layers * T * M, normed, T * M * sizeof(float));
  }
  return logits == NULL ? QREF_OK : head(model, execution, T, normed, head_weights, logits, error);
}

qref_status qref_float_model_forward(const qref_float_model *model, const qref_execution *execution,
                                     const int32_t *tokens, size_t length, float *logits, float *hidden,
                                     qref_error *error) {
  if (model == NULL) {
    return qref_fail(error, QREF_ERROR_ARGUMENT, "qref_float_model_forward: model must not be NULL");
  }
  const qref_model_config *config = &model->config;
  qref_resolved_execution resolved;
  QREF_TRY(qref_check_tokens(tokens, length, config->vocab_size, error));
  QREF_TRY(
      qref_execution_resolve(execution, NULL, needed_ops, sizeof needed_ops / sizeof needed_ops[0], &resolved, error));
  qref_float_work work;
  QREF_TRY(qref_float_work_create(config, 1, length, &work, error));
  float *residual = qref_allocate_tensor(sizeof(float), length, config->d_model, 1);
  float *head_weights = qref_allocate_tensor(sizeof(float), HEAD_BLOCK_ROWS, config->d_model, 1);
  const qref_status status =
      residual == NULL || head_weights == NULL
          ? qref_fail_memory(error, "the residual stream")
          : forward(model, &resolved, tokens, &work, residual, head_weights, logits, hidden, error);
  free(residual);
  free(head_weights);
  qref_float_work_destroy(&work);
  return status;
}
