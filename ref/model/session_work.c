#include <stdlib.h>
#include <string.h>

#include "ref/model/allocate.h"
#include "ref/model/session_state.h"

static bool complete(const qref_session_work *work) {
  return work->x != NULL && work->residual != NULL && work->normed != NULL && work->in_proj != NULL &&
         work->conv_in != NULL && work->z != NULL && work->conv_out != NULL && work->rows_inner != NULL &&
         work->x_proj != NULL && work->dt_low_rank != NULL && work->dt != NULL && work->input_matrix != NULL &&
         work->output_matrix != NULL && work->scan != NULL && work->hadamard_scratch != NULL &&
         work->scan_scratch != NULL;
}

qref_status qref_session_work_create(const qref_session *session, size_t length, bool decode, qref_session_work *work,
                                     qref_error *error) {
  const qref_model_config *config = &session->model->config;
  const size_t B = session->batch, T = length;
  const size_t M = config->d_model, D = config->d_inner, N = config->d_state, R = config->dt_rank;
  const bool simulated = session->float_simulation.enabled, float16_head = session->model->lm_head_f16 != NULL;
  *work = (qref_session_work){
      .length = T,
      .x = qref_allocate_tensor(sizeof(qref_float16), B, T, M),
      .residual = qref_allocate_tensor(sizeof(float), B, T, M),
      .normed = qref_allocate_tensor(1, B, T, M),
      .in_proj = qref_allocate_tensor(1, B, T, 2 * D),
      .conv_in = qref_allocate_tensor(1, B, D, T),
      .z = qref_allocate_tensor(1, B, D, T),
      .conv_out = qref_allocate_tensor(1, B, D, T),
      .rows_inner = qref_allocate_tensor(1, B, T, D),
      .x_proj = qref_allocate_tensor(1, B, T, R + 2 * N),
      .dt_low_rank = qref_allocate_tensor(1, B, T, R),
      .dt = qref_allocate_tensor(1, B, D, T),
      .input_matrix = qref_allocate_tensor(1, B, N, T),
      .output_matrix = qref_allocate_tensor(1, B, N, T),
      .scan = qref_allocate_tensor(sizeof(qref_float16), B, T, D),
      .hadamard_scratch = qref_allocate_tensor(sizeof(float), D, 1, 1),
      .scan_scratch = qref_allocate_tensor(sizeof(float), qref_selective_scan_scratch(N), 1, 1),
  };
  bool allocated = complete(work);
  if (allocated && simulated) {
    const size_t samples = decode ? config->d_conv : T;
    work->before_quant = qref_allocate_tensor(sizeof(float), B, D, samples);
    work->after_quant = qref_allocate_tensor(sizeof(float), B, D, samples);
    allocated = work->before_quant != NULL && work->after_quant != NULL;
  }
  if (allocated && float16_head) {
    work->head_input = qref_allocate_tensor(sizeof(float), B, T, M);
    work->head_weights = qref_allocate_tensor(sizeof(float), QREF_HEAD_BLOCK_ROWS, M, 1);
    work->head_logits = qref_allocate_tensor(sizeof(float), B, T, QREF_HEAD_BLOCK_ROWS);
    allocated = work->head_input != NULL && work->head_weights != NULL && work->head_logits != NULL;
  }
  if (!allocated) {
    qref_session_work_destroy(work);
    return qref_fail_memory(error, "the activations of a session");
  }
  return QREF_OK;
}

void qref_session_work_destroy(qref_session_work *work) {
  free(work->x);
  free(work->residual);
  free(work->normed);
  free(work->in_proj);
  free(work->conv_in);
  free(work->z);
  free(work->conv_out);
  free(work->rows_inner);
  free(work->x_proj);
  free(work->dt_low_rank);
  free(work->dt);
  free(work->input_matrix);
  free(work->output_matrix);
  free(work->scan);
  free(work->before_quant);
  free(work->after_quant);
  free(work->hadamard_scratch);
  free(work->scan_scratch);
  free(work->head_input);
  free(work->head_weights);
  free(work->head_logits);
  memset(work, 0, sizeof *work);
}
