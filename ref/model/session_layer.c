/* One layer on int8 activations. */
#include <string.h>

#include "ref/base/error.h"
#include "ref/model/session_step.h"
#include "ref/model/transpose.h"

static const qref_quantized_layer *layer_of(const qref_step *step, size_t layer) {
  return &step->session->model->layers[layer];
}

/* y (rows, columns) = x (rows, depth) W^T in int8. The original dispatches a single row to another kernel, which has
 * one factor where the others have two, and so do we. */
static qref_status linear(const qref_step *step, size_t layer, const char *stage, qref_layer_tensor which,
                          const int8_t *x, float w_scale, float in_scale, float out_scale, int8_t *y,
                          qref_error *error) {
  qref_session *session = step->session;
  const bool row = step->rows == 1;
  const float alpha = (w_scale * in_scale) / out_scale;
  size_t shape[2];
  qref_layer_tensor_shape(&session->model->config, which, shape);
  const qref_linear_w8a8_args args = {
      .rule = row ? &session->profile.linear_row : &session->profile.linear,
      .rows = step->rows,
      .columns = shape[0],
      .depth = shape[1],
      .x = x,
      .w = layer_of(step, layer)->tensor[which],
      .w_packed = qref_step_packed(step, layer_of(step, layer)->packed[which]),
      .weight_scale = row ? &alpha : &w_scale,
      .input_scale = row ? 1.0f : in_scale / out_scale,
      .y = y,
      .counts = &session->counts,
      .threads = session->execution.threads,
  };
  const qref_backend *backend = session->execution.backend;
  QREF_TRY(qref_step_observe(step, layer, stage, row ? QREF_OP_LINEAR_W8A8_ROW : QREF_OP_LINEAR_W8A8, &args, error));
  return row ? backend->linear_w8a8_row(&args, error) : backend->linear_w8a8(&args, error);
}

/* work->normed -> in_proj -> work->conv_in | work->z, each (B, D, T) */
static qref_status project_in(const qref_step *step, size_t layer, qref_error *error) {
  const qref_layer_scales *scales = &layer_of(step, layer)->scales;
  qref_session_work *work = step->work;
  const size_t B = step->session->batch, T = step->length, D = step->session->model->config.d_inner;
  QREF_TRY(linear(step, layer, "in_proj", QREF_LAYER_IN_PROJ, work->normed, scales->in_proj_w, scales->norm_out,
                  scales->in_proj_out, work->in_proj, error));
  qref_transpose_batch_i8(work->in_proj, B, T, D, 2 * D, work->conv_in);
  qref_transpose_batch_i8(work->in_proj + D, B, T, D, 2 * D, work->z);
  return QREF_OK;
}

/* work->conv_out -> x_proj -> dt | B | C; dt -> dt_proj -> work->dt (B, D, T)
 */
static qref_status project_parameters(const qref_step *step, size_t layer, qref_error *error) {
  const qref_model_config *config = &step->session->model->config;
  const qref_layer_scales *scales = &layer_of(step, layer)->scales;
  qref_session_work *work = step->work;
  const size_t B = step->session->batch, T = step->length;
  const size_t D = config->d_inner, N = config->d_state, R = config->dt_rank, columns = R + 2 * N;
  qref_transpose_batch_i8(work->conv_out, B, D, T, T, work->rows_inner);
  QREF_TRY(linear(step, layer, "x_proj", QREF_LAYER_X_PROJ, work->rows_inner, scales->x_proj_w, scales->conv1d_out,
                  scales->x_proj_out, work->x_proj, error));
  for (size_t row = 0; row < step->rows; row++) {
    memcpy(work->dt_low_rank + row * R, work->x_proj + row * columns, R);
  }
  qref_transpose_batch_i8(work->x_proj + R, B, T, N, columns, work->input_matrix);
  qref_transpose_batch_i8(work->x_proj + R + N, B, T, N, columns, work->output_matrix);
  QREF_TRY(linear(step, layer, "dt_proj", QREF_LAYER_DT_PROJ, work->dt_low_rank, scales->dt_proj_w, scales->x_proj_out,
                  scales->dt_proj_out, work->rows_inner, error));
  qref_transpose_batch_i8(work->rows_inner, B, T, D, D, work->dt);
  return QREF_OK;
}

static qref_scan_scales scan_scales(const qref_layer_scales *scales) {
  return (qref_scan_scales){
      .u = scales->conv1d_out,
      .dt = scales->dt_proj_out,
      .dt_bias = scales->dt_bias,
      .A_log = scales->A_log,
      .B = scales->x_proj_out,
      .C = scales->x_proj_out,
      .D = scales->D,
      .z = scales->in_proj_out,
      .state = scales->scan_state,
  };
}

/* Whole sequence; the state starts at 0 and is stored once, at the end. */
static qref_status scan_sequence(const qref_step *step, size_t layer, int8_t *state, qref_error *error) {
  qref_session *session = step->session;
  qref_session_work *work = step->work;
  const qref_quantized_layer *weights = layer_of(step, layer);
  const qref_selective_scan_args args = {
      .rule = &session->profile.selective_scan,
      .batch = session->batch,
      .channels = session->model->config.d_inner,
      .length = step->length,
      .states = session->model->config.d_state,
      .u = work->conv_out,
      .dt = work->dt,
      .A_log = weights->tensor[QREF_LAYER_A_LOG],
      .B = work->input_matrix,
      .C = work->output_matrix,
      .D = weights->tensor[QREF_LAYER_D],
      .z = work->z,
      .dt_bias = weights->tensor[QREF_LAYER_DT_BIAS],
      .scales = scan_scales(&weights->scales),
      .softplus = true,
      .chunk_length = step->length,
      .y = work->scan,
      .state = state,
      .scratch = work->scan_scratch,
      .counts = &session->counts,
      .threads = session->execution.threads,
  };
  QREF_TRY(qref_step_observe(step, layer, "scan", QREF_OP_SELECTIVE_SCAN, &args, error));
  return session->execution.backend->selective_scan(&args, error);
}

static qref_status scan_token(const qref_step *step, size_t layer, int8_t *state, qref_error *error) {
  qref_session *session = step->session;
  qref_session_work *work = step->work;
  const qref_quantized_layer *weights = layer_of(step, layer);
  const qref_selective_scan_update_args args = {
      .rule = &session->profile.selective_scan_update,
      .batch = session->batch,
      .channels = session->model->config.d_inner,
      .states = session->model->config.d_state,
      .state = state,
      .u = work->conv_out,
      .dt = work->dt,
      .A_log = weights->tensor[QREF_LAYER_A_LOG],
      .B = work->input_matrix,
      .C = work->output_matrix,
      .D = weights->tensor[QREF_LAYER_D],
      .z = work->z,
      .dt_bias = weights->tensor[QREF_LAYER_DT_BIAS],
      .scales = scan_scales(&weights->scales),
      .softplus = true,
      .y = work->scan,
      .counts = &session->counts,
      .threads = session->execution.threads,
  };
  QREF_TRY(qref_step_observe(step, layer, "scan", QREF_OP_SELECTIVE_SCAN_UPDATE, &args, error));
  return session->execution.backend->selective_scan_update(&args, error);
}

static qref_status scan(const qref_step *step, size_t layer, qref_error *error) {
  const qref_session *session = step->session;
  const size_t layer_size = session->batch * session->model->config.d_inner * session->model->config.d_state;
  int8_t *state = session->scan_state + layer * layer_size;
  return step->decode ? scan_token(step, layer, state, error) : scan_sequence(step, layer, state, error);
}

/* work->scan -> Hadamard -> out_proj -> work->x */
static qref_status project_out(const qref_step *step, size_t layer, qref_error *error) {
  qref_session *session = step->session;
  const qref_quantized_layer *weights = layer_of(step, layer);
  const size_t D = session->model->config.d_inner;
  const qref_hadamard_args hadamard = {
      .rule = &session->profile.hadamard,
      .rows = step->rows,
      .dim = D,
      .x = step->work->scan,
      .scale = qref_hadamard_scale(D, weights->scales.hadamard_out),
      .y = step->work->rows_inner,
      .scratch = step->work->hadamard_scratch,
      .counts = &session->counts,
      .threads = session->execution.threads,
  };
  QREF_TRY(qref_step_observe(step, layer, "hadamard", QREF_OP_HADAMARD, &hadamard, error));
  QREF_TRY(session->execution.backend->hadamard(&hadamard, error));
  const qref_linear_w8a8_args out_proj = {
      .rule = &session->profile.linear,
      .rows = step->rows,
      .columns = session->model->config.d_model,
      .depth = D,
      .x = step->work->rows_inner,
      .w = weights->tensor[QREF_LAYER_OUT_PROJ],
      .w_packed = qref_step_packed(step, weights->packed[QREF_LAYER_OUT_PROJ]),
      .weight_scale = &weights->scales.out_proj_w,
      .input_scale = weights->scales.hadamard_out,
      .y_f16 = step->work->x,
      .counts = &session->counts,
      .threads = session->execution.threads,
  };
  QREF_TRY(qref_step_observe(step, layer, "out_proj", QREF_OP_LINEAR_W8A8_F16, &out_proj, error));
  return session->execution.backend->linear_w8a8_f16(&out_proj, error);
}

qref_status qref_step_layer(const qref_step *step, size_t layer, qref_error *error) {
  QREF_TRY(qref_step_norm(step, layer, layer_of(step, layer)->scales.norm_out, error));
  QREF_TRY(project_in(step, layer, error));
  QREF_TRY(qref_step_conv1d(step, layer, error));
  QREF_TRY(project_parameters(step, layer, error));
  QREF_TRY(scan(step, layer, error));
  return project_out(step, layer, error);
}
