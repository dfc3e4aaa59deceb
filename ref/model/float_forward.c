#include "ref/model/float_forward.h"

#include <string.h>

#include "ref/base/error.h"
#include "ref/model/transpose.h"

/* What the steps of one layer share. */
typedef struct layer_run {
  const qref_model_config *config;
  const qref_float_layer *layer;
  const qref_backend *backend;
  int threads;
  size_t batch, length, rows;
  qref_float_work *work;
  qref_activation_observer observer;
  void *observer_context;
} layer_run;

static qref_status observe(const layer_run *run, qref_activation activation, const float *values, size_t per_sequence,
                           qref_error *error) {
  return run->observer == NULL
             ? QREF_OK
             : run->observer(run->observer_context, activation, values, run->batch, per_sequence, error);
}

/* y (rows, columns) = x (rows, depth) W^T */
static qref_status linear(const layer_run *run, qref_layer_tensor which, const float *x, float *y, qref_error *error) {
  size_t shape[2];
  qref_layer_tensor_shape(run->config, which, shape);
  const qref_linear_f32_args args = {
      .rows = run->rows,
      .columns = shape[0],
      .depth = shape[1],
      .x = x,
      .w = run->layer->tensor[which],
      .y = y,
      .threads = run->threads,
  };
  return run->backend->linear_f32(&args, error);
}

/* residual (B, T, M) -> norm -> in_proj -> x | z, each (B, D, T) */
static qref_status project_in(const layer_run *run, const float *residual, qref_error *error) {
  const size_t M = run->config->d_model, D = run->config->d_inner, T = run->length;
  qref_float_work *work = run->work;
  const qref_rmsnorm_f32_args norm = {
      .rows = run->rows,
      .n = M,
      .x = residual,
      .weight = run->layer->norm,
      .eps = run->config->norm_eps,
      .y = work->rows_model,
      .threads = run->threads,
  };
  QREF_TRY(run->backend->rmsnorm_f32(&norm, error));
  QREF_TRY(observe(run, QREF_ACTIVATION_IN_PROJ_INPUT, work->rows_model, T * M, error));
  QREF_TRY(linear(run, QREF_LAYER_IN_PROJ, work->rows_model, work->in_proj, error));
  QREF_TRY(observe(run, QREF_ACTIVATION_IN_PROJ_OUTPUT, work->in_proj, T * 2 * D, error));
  qref_transpose_batch_f32(work->in_proj, run->batch, T, D, 2 * D, work->x);
  qref_transpose_batch_f32(work->in_proj + D, run->batch, T, D, 2 * D, work->z);
  return QREF_OK;
}

/* x -> conv1d + SiLU (B, D, T) */
static qref_status convolve(const layer_run *run, qref_error *error) {
  const size_t D = run->config->d_inner, T = run->length;
  const qref_conv1d_silu_f32_args args = {
      .batch = run->batch,
      .channels = D,
      .length = T,
      .width = run->config->d_conv,
      .x = run->work->x,
      .w = run->layer->tensor[QREF_LAYER_CONV1D],
      .bias = run->layer->tensor[QREF_LAYER_CONV1D_BIAS],
      .y = run->work->conv,
      .threads = run->threads,
  };
  QREF_TRY(run->backend->conv1d_silu_f32(&args, error));
  return observe(run, QREF_ACTIVATION_X_PROJ_INPUT, run->work->conv, D * T, error);
}

/* conv1d output -> x_proj -> dt (B, D, T) in work->x, B and C (B, N, T) */
static qref_status project_parameters(const layer_run *run, qref_error *error) {
  const size_t D = run->config->d_inner, N = run->config->d_state, R = run->config->dt_rank, T = run->length;
  const size_t columns = R + 2 * N;
  qref_float_work *work = run->work;
  qref_transpose_batch_f32(work->conv, run->batch, D, T, T, work->rows_inner);
  QREF_TRY(linear(run, QREF_LAYER_X_PROJ, work->rows_inner, work->x_proj, error));
  QREF_TRY(observe(run, QREF_ACTIVATION_X_PROJ_OUTPUT, work->x_proj, T * columns, error));
  for (size_t row = 0; row < run->rows; row++) {
    memcpy(work->dt_low_rank + row * R, work->x_proj + row * columns, R * sizeof(float));
  }
  qref_transpose_batch_f32(work->x_proj + R, run->batch, T, N, columns, work->input_matrix);
  qref_transpose_batch_f32(work->x_proj + R + N, run->batch, T, N, columns, work->output_matrix);
  QREF_TRY(linear(run, QREF_LAYER_DT_PROJ, work->dt_low_rank, work->rows_inner, error));
  QREF_TRY(observe(run, QREF_ACTIVATION_DT_PROJ_OUTPUT, work->rows_inner, T * D, error));
  qref_transpose_batch_f32(work->rows_inner, run->batch, T, D, D, work->x);
  return QREF_OK;
}

/* scan with gate -> (B, T, D) in work->rows_inner */
static qref_status scan(const layer_run *run, qref_error *error) {
  const size_t D = run->config->d_inner, N = run->config->d_state;
  float *const *tensor = run->layer->tensor;
  qref_float_work *work = run->work;
  memset(work->state, 0, run->batch * D * N * sizeof(float));
  const qref_selective_scan_f32_args args = {
      .batch = run->batch,
      .channels = D,
      .length = run->length,
      .states = N,
      .u = work->conv,
      .dt = work->x,
      .A_log = tensor[QREF_LAYER_A_LOG],
      .B = work->input_matrix,
      .C = work->output_matrix,
      .D = tensor[QREF_LAYER_D],
      .z = work->z,
      .dt_bias = tensor[QREF_LAYER_DT_BIAS],
      .y = work->rows_inner,
      .h = work->state,
      .scratch = work->scan_scratch,
      .threads = run->threads,
  };
  QREF_TRY(run->backend->selective_scan_f32(&args, error));
  return observe(run, QREF_ACTIVATION_SCAN_STATE, work->state, D * N, error);
}

/* scan output -> [Hadamard] -> out_proj -> added to the residual */
static qref_status project_out(const layer_run *run, float *residual, qref_error *error) {
  const size_t M = run->config->d_model, D = run->config->d_inner;
  qref_float_work *work = run->work;
  if (run->layer->rotated) {
    const qref_hadamard_f32_args args = {
        .rows = run->rows, .dim = D, .x = work->rows_inner, .y = work->rows_inner, .threads = run->threads};
    QREF_TRY(run->backend->hadamard_f32(&args, error));
  }
  QREF_TRY(observe(run, QREF_ACTIVATION_OUT_PROJ_INPUT, work->rows_inner, run->length * D, error));
  QREF_TRY(linear(run, QREF_LAYER_OUT_PROJ, work->rows_inner, work->rows_model, error));
  for (size_t i = 0; i < run->rows * M; i++) {
    residual[i] += work->rows_model[i];
  }
  return QREF_OK;
}

qref_status qref_float_layer_forward(const qref_model_config *config, const qref_float_layer *layer,
                                     const qref_resolved_execution *execution, size_t batch, float *residual,
                                     qref_float_work *work, qref_activation_observer observer, void *observer_context,
                                     qref_error *error) {
  const layer_run run = {
      .config = config,
      .layer = layer,
      .backend = execution->backend,
      .threads = execution->threads,
      .batch = batch,
      .length = work->length,
      .rows = batch * work->length,
      .work = work,
      .observer = observer,
      .observer_context = observer_context,
  };
  QREF_TRY(project_in(&run, residual, error));
  QREF_TRY(convolve(&run, error));
  QREF_TRY(project_parameters(&run, error));
  QREF_TRY(scan(&run, error));
  return project_out(&run, residual, error);
}
