/* norm_f and lm_head. */
#include "ref/base/error.h"
#include "ref/model/session_step.h"

static qref_status int8_head(const qref_step *step, qref_float16 *logits, qref_error *error) {
  qref_session *session = step->session;
  const qref_quantized_model *model = session->model;
  const qref_linear_w8a8_args args = {
      .rule = &session->profile.linear,
      .rows = step->rows,
      .columns = model->config.vocab_size,
      .depth = model->config.d_model,
      .x = step->work->normed,
      .w = model->lm_head,
      .w_packed = qref_step_packed(step, model->lm_head_packed),
      .weight_scale = &model->lm_head_w,
      .input_scale = model->lm_head_in,
      .y_f16 = logits,
      .counts = &session->counts,
      .threads = session->execution.threads,
  };
  return session->execution.backend->linear_w8a8_f16(&args, error);
}

/* Columns first .. first + rows - 1 of the logits. */
static qref_status float16_head_block(const qref_step *step, size_t first, size_t rows, qref_float16 *logits,
                                      qref_error *error) {
  const qref_quantized_model *model = step->session->model;
  const size_t M = model->config.d_model, vocab_size = model->config.vocab_size;
  qref_session_work *work = step->work;
  for (size_t i = 0; i < rows * M; i++) {
    work->head_weights[i] = qref_f32_from_f16(model->lm_head_f16[first * M + i]);
  }
  const qref_linear_f32_args args = {
      .rows = step->rows,
      .columns = rows,
      .depth = M,
      .x = work->head_input,
      .w = work->head_weights,
      .y = work->head_logits,
      .threads = step->session->execution.threads,
  };
  QREF_TRY(step->session->execution.backend->linear_f32(&args, error));
  for (size_t row = 0; row < step->rows; row++) {
    for (size_t column = 0; column < rows; column++) {
      logits[row * vocab_size + first + column] = qref_f16_from_f32(work->head_logits[row * rows + column]);
    }
  }
  return QREF_OK;
}

/* logits = float16(sum_k (q[k] * lm_head_in) * w[k]): k ascending by fma in float32 on the widened float16 weights */
static qref_status float16_head(const qref_step *step, qref_float16 *logits, qref_error *error) {
  const qref_quantized_model *model = step->session->model;
  const size_t vocab_size = model->config.vocab_size;
  for (size_t i = 0; i < step->rows * model->config.d_model; i++) {
    step->work->head_input[i] = (float)step->work->normed[i] * model->lm_head_in;
  }
  for (size_t first = 0; first < vocab_size; first += QREF_HEAD_BLOCK_ROWS) {
    const size_t left = vocab_size - first;
    const size_t rows = left < QREF_HEAD_BLOCK_ROWS ? left : QREF_HEAD_BLOCK_ROWS;
    QREF_TRY(float16_head_block(step, first, rows, logits, error));
  }
  return QREF_OK;
}

qref_status qref_step_head(const qref_step *step, qref_float16 *logits, qref_error *error) {
  const qref_quantized_model *model = step->session->model;
  QREF_TRY(qref_step_norm(step, model->config.n_layers, model->lm_head_in, error));
  return model->lm_head != NULL ? int8_head(step, logits, error) : float16_head(step, logits, error);
}
