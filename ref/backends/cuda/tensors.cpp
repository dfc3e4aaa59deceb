#include "ref/backends/cuda/tensors.h"

extern "C" {
#include "ref/ops/scan_layout.h"
}

void qref_cuda_stage(qref_cuda_staging *staging, const qref_conv1d_silu_args &host, size_t,
                     qref_conv1d_silu_args *device) {
  const size_t elements = host.batch * host.channels * host.length;
  device->x = staging->input(host.x, elements);
  device->w = staging->input(host.w, host.channels * host.width);
  device->bias = staging->input(host.bias, host.channels);
  device->y = staging->output(host.y, elements);
  device->accumulator = staging->output(host.accumulator, elements);
  device->before_activation = staging->output(host.before_activation, elements);
  device->after_activation = staging->output(host.after_activation, elements);
  device->before_rounding = staging->output(host.before_rounding, elements);
  device->counts = staging->updated(host.counts, 1);
}

void qref_cuda_stage(qref_cuda_staging *staging, const qref_conv1d_silu_update_args &host, size_t,
                     qref_conv1d_silu_update_args *device) {
  const size_t elements = host.batch * host.channels;
  device->state = staging->updated(host.state, elements * host.width);
  device->x = staging->input(host.x, elements);
  device->w = staging->input(host.w, host.channels * host.width);
  device->bias = staging->input(host.bias, host.channels);
  device->y = staging->output(host.y, elements);
  device->tap_sum = staging->output(host.tap_sum, elements * host.width);
  device->before_activation = staging->output(host.before_activation, elements);
  device->after_activation = staging->output(host.after_activation, elements);
  device->before_rounding = staging->output(host.before_rounding, elements);
  device->counts = staging->updated(host.counts, 1);
}

void qref_cuda_stage(qref_cuda_staging *staging, const qref_conv1d_silu_floatsim_args &host, size_t,
                     qref_conv1d_silu_floatsim_args *device) {
  const size_t elements = host.batch * host.channels * host.length;
  device->x = staging->input(host.x, elements);
  device->w = staging->input(host.w, host.channels * host.width);
  device->bias = staging->input(host.bias, host.channels);
  device->before_activation = staging->output(host.before_activation, elements);
  device->before_quant = staging->output(host.before_quant, elements);
  device->before_rounding = staging->output(host.before_rounding, elements);
  device->after_quant = staging->output(host.after_quant, elements);
}

void qref_cuda_stage(qref_cuda_staging *staging, const qref_requantize_args &host, size_t,
                     qref_requantize_args *device) {
  device->x = staging->input(host.x, host.count);
  device->y = staging->output(host.y, host.count);
  device->before_rounding = staging->output(host.before_rounding, host.count);
  device->counts = staging->updated(host.counts, 1);
}

void qref_cuda_stage(qref_cuda_staging *staging, const qref_linear_w8a8_args &host, size_t weight_scales,
                     qref_linear_w8a8_args *device) {
  const size_t elements = host.rows * host.columns;
  device->x = staging->input(host.x, host.rows * host.depth);
  device->w = staging->input(host.w, host.columns * host.depth);
  device->w_packed = nullptr; /* another backend's */
  device->weight_scale = staging->input(host.weight_scale, weight_scales);
  device->y = staging->output(host.y, elements);
  device->y_f16 = staging->output(host.y_f16, elements);
  device->accumulator = staging->output(host.accumulator, elements);
  device->before_rounding = staging->output(host.before_rounding, elements);
  device->counts = staging->updated(host.counts, 1);
}

void qref_cuda_stage(qref_cuda_staging *staging, const qref_selective_scan_args &host, size_t,
                     qref_selective_scan_args *device) {
  const size_t channels = host.batch * host.channels;
  const size_t elements = channels * host.length;
  const size_t states = channels * host.states;
  const size_t shared = host.batch * host.states * host.length;
  const size_t stored_states = states * qref_scan_chunk_count(&host);
  const size_t y_rows = host.batch * host.length;
  const size_t y_stride = qref_scan_y_stride(host.y_time_stride, host.channels);
  device->u = staging->input(host.u, elements);
  device->dt = staging->input(host.dt, elements);
  device->A_log = staging->input(host.A_log, host.channels * host.states);
  device->B = staging->input(host.B, shared);
  device->C = staging->input(host.C, shared);
  device->D = staging->input(host.D, host.channels);
  device->z = staging->input(host.z, elements);
  device->dt_bias = staging->input(host.dt_bias, host.channels);
  device->h_initial = staging->input(host.h_initial, states);
  device->y = staging->output_rows(host.y, y_rows, host.channels, y_stride);
  device->state = staging->output(host.state, stored_states);
  device->h_final = staging->output(host.h_final, states);
  device->dt_before_softplus = staging->output(host.dt_before_softplus, elements);
  device->dt_after_softplus = staging->output(host.dt_after_softplus, elements);
  device->decay = staging->output(host.decay, elements * host.states);
  device->state_input = staging->output(host.state_input, elements * host.states);
  device->h = staging->output(host.h, elements * host.states);
  device->sum = staging->output(host.sum, elements);
  device->before_store = staging->output_rows(host.before_store, y_rows, host.channels, y_stride);
  device->state_before_rounding = staging->output(host.state_before_rounding, stored_states);
  device->scratch = nullptr; /* the kernels need none */
  device->counts = staging->updated(host.counts, 1);
}

void qref_cuda_stage(qref_cuda_staging *staging, const qref_selective_scan_update_args &host, size_t,
                     qref_selective_scan_update_args *device) {
  const size_t channels = host.batch * host.channels;
  const size_t states = channels * host.states;
  device->state = staging->updated(host.state, states);
  device->u = staging->input(host.u, channels);
  device->dt = staging->input(host.dt, channels);
  device->A_log = staging->input(host.A_log, host.channels * host.states);
  device->B = staging->input(host.B, host.batch * host.states);
  device->C = staging->input(host.C, host.batch * host.states);
  device->D = staging->input(host.D, host.channels);
  device->z = staging->input(host.z, channels);
  device->dt_bias = staging->input(host.dt_bias, host.channels);
  device->y = staging->output(host.y, channels);
  device->dt_before_softplus = staging->output(host.dt_before_softplus, channels);
  device->dt_after_softplus = staging->output(host.dt_after_softplus, channels);
  device->decay = staging->output(host.decay, states);
  device->state_input = staging->output(host.state_input, states);
  device->h = staging->output(host.h, states);
  device->sum = staging->output(host.sum, channels);
  device->before_store = staging->output(host.before_store, channels);
  device->state_before_rounding = staging->output(host.state_before_rounding, states);
  device->counts = staging->updated(host.counts, 1);
}

void qref_cuda_stage(qref_cuda_staging *staging, const qref_rmsnorm_args &host, size_t, qref_rmsnorm_args *device) {
  const size_t elements = host.rows * host.n;
  device->x = staging->input(host.x, elements);
  device->residual = staging->input(host.residual, elements);
  device->weight = staging->input(host.weight, host.n);
  device->row_scale = staging->output(host.row_scale, host.rows);
  device->residual_out = staging->output(host.residual_out, elements);
  device->y = staging->output(host.y, elements);
  device->mean_square = staging->output(host.mean_square, host.rows);
  device->rstd = staging->output(host.rstd, host.rows);
  device->normalized = staging->output(host.normalized, elements);
  device->before_rounding = staging->output(host.before_rounding, elements);
  device->counts = staging->updated(host.counts, 1);
}

void qref_cuda_stage(qref_cuda_staging *staging, const qref_hadamard_args &host, size_t, qref_hadamard_args *device) {
  const size_t elements = host.rows * host.dim;
  device->x = staging->input(host.x, elements);
  device->y = staging->output(host.y, elements);
  device->transformed = staging->output(host.transformed, elements);
  device->before_rounding = staging->output(host.before_rounding, elements);
  device->scratch = nullptr; /* the kernels need none */
  device->counts = staging->updated(host.counts, 1);
}

void qref_cuda_stage(qref_cuda_staging *staging, const qref_embedding_w8_args &host, size_t,
                     qref_embedding_w8_args *device) {
  const size_t elements = host.count * host.d_model;
  device->tokens = staging->input(host.tokens, host.count);
  device->weight = staging->input(host.weight, host.vocab_size * host.d_model);
  device->scale = staging->input(host.scale, host.vocab_size);
  device->y = staging->output(host.y, elements);
  device->before_store = staging->output(host.before_store, elements);
}

void qref_cuda_stage(qref_cuda_staging *staging, const qref_linear_f32_args &host, size_t,
                     qref_linear_f32_args *device) {
  device->x = staging->input(host.x, host.rows * host.depth);
  device->w = staging->input(host.w, host.columns * host.depth);
  device->y =
      staging->output_rows(host.y, host.rows, host.columns, host.y_row_stride != 0 ? host.y_row_stride : host.columns);
}

void qref_cuda_stage(qref_cuda_staging *staging, const qref_conv1d_silu_f32_args &host, size_t,
                     qref_conv1d_silu_f32_args *device) {
  const size_t elements = host.batch * host.channels * host.length;
  device->x = staging->input(host.x, elements);
  device->w = staging->input(host.w, host.channels * host.width);
  device->bias = staging->input(host.bias, host.channels);
  device->y = staging->output(host.y, elements);
}

void qref_cuda_stage(qref_cuda_staging *staging, const qref_selective_scan_f32_args &host, size_t,
                     qref_selective_scan_f32_args *device) {
  const size_t channels = host.batch * host.channels;
  const size_t elements = channels * host.length;
  const size_t shared = host.batch * host.states * host.length;
  device->u = staging->input(host.u, elements);
  device->dt = staging->input(host.dt, elements);
  device->A_log = staging->input(host.A_log, host.channels * host.states);
  device->B = staging->input(host.B, shared);
  device->C = staging->input(host.C, shared);
  device->D = staging->input(host.D, host.channels);
  device->z = staging->input(host.z, elements);
  device->dt_bias = staging->input(host.dt_bias, host.channels);
  device->y = staging->output_rows(host.y, host.batch * host.length, host.channels,
                                   qref_scan_y_stride(host.y_time_stride, host.channels));
  device->h = staging->updated(host.h, channels * host.states);
  device->scratch = nullptr; /* the kernels need none */
}

void qref_cuda_stage(qref_cuda_staging *staging, const qref_rmsnorm_f32_args &host, size_t,
                     qref_rmsnorm_f32_args *device) {
  device->x = staging->input(host.x, host.rows * host.n);
  device->weight = staging->input(host.weight, host.n);
  device->y = staging->output(host.y, host.rows * host.n);
}

void qref_cuda_stage(qref_cuda_staging *staging, const qref_hadamard_f32_args &host, size_t,
                     qref_hadamard_f32_args *device) {
  device->x = staging->input(host.x, host.rows * host.dim);
  device->y = staging->output(host.y, host.rows * host.dim);
}
