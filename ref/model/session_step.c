#include "ref/model/session_step.h"

#include <string.h>

#include "ref/base/error.h"

/* work->x (B, T, M) = embedding rows of the tokens, in float16 */
static qref_status embed(const qref_step *step, const int32_t *tokens, qref_error *error) {
  const qref_quantized_model *model = step->session->model;
  const size_t M = model->config.d_model;
  if (model->embedding_f16 != NULL) {
    for (size_t i = 0; i < step->rows; i++) {
      memcpy(step->work->x + i * M, model->embedding_f16 + (size_t)tokens[i] * M, M * sizeof(qref_float16));
    }
    return QREF_OK;
  }
  const qref_embedding_w8_args args = {
      .count = step->rows,
      .vocab_size = model->config.vocab_size,
      .d_model = M,
      .tokens = tokens,
      .weight = model->embedding,
      .scale = model->embedding_scale,
      .y = step->work->x,
  };
  return step->session->execution.backend->embedding_w8(&args, error);
}

qref_status qref_step_observe(const qref_step *step, size_t layer, const char *stage, qref_op op, const void *args,
                              qref_error *error) {
  const qref_session *session = step->session;
  if (session->op_observer == NULL || layer >= session->model->config.n_layers) {
    return QREF_OK;
  }
  return session->op_observer(session->op_observer_context, layer, stage, op, args, error);
}

const void *qref_step_packed(const qref_step *step, const void *packed) {
  const qref_session *session = step->session;
  const bool readable =
      session->model->packed_by != NULL && session->model->packed_by == session->execution.backend->linear_pack;
  return readable ? packed : NULL;
}

qref_status qref_step_norm(const qref_step *step, size_t layer, float out_scale, qref_error *error) {
  qref_session *session = step->session;
  const qref_rmsnorm_args args = {
      .rule = &session->profile.rmsnorm,
      .rows = step->rows,
      .n = session->model->config.d_model,
      .x = step->work->x,
      .residual = layer == 0 ? NULL : step->work->residual,
      .weight = session->ones,
      .eps = session->model->config.norm_eps,
      .out_scale = out_scale,
      .residual_out = step->work->residual,
      .y = step->work->normed,
      .counts = &session->counts,
      .threads = session->execution.threads,
  };
  QREF_TRY(qref_step_observe(step, layer, "norm", QREF_OP_RMSNORM, &args, error));
  return session->execution.backend->rmsnorm(&args, error);
}

qref_status qref_step_run(const qref_step *step, const int32_t *tokens, qref_float16 *logits, qref_error *error) {
  QREF_TRY(embed(step, tokens, error));
  for (size_t layer = 0; layer < step->session->model->config.n_layers; layer++) {
    const qref_status status = qref_step_layer(step, layer, error);
    if (status != QREF_OK) {
      return qref_fail_prefix(error, status, "layer %zu", layer);
    }
  }
  return logits == NULL ? QREF_OK : qref_step_head(step, logits, error);
}
