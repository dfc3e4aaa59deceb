/* conv1d + SiLU of one layer: INT8 or float simulation, a whole sequence or one token. */
#include <string.h>

#include "ref/base/error.h"
#include "ref/model/session_step.h"

/* What the four variants share. */
typedef struct convolution {
  const qref_step *step;
  const qref_quantized_layer *weights;
  size_t layer;
  size_t batch, channels, length, width;
  int8_t *state; /* (B, D, W) */
} convolution;

/* ---- state ---- */

/* The last W samples of every row, zeros in front of a short one. */
static void store_state(const convolution *conv) {
  const size_t T = conv->length, W = conv->width, kept = T < W ? T : W;
  for (size_t row = 0; row < conv->batch * conv->channels; row++) {
    int8_t *state = conv->state + row * W;
    memset(state, 0, W - kept);
    memcpy(state + (W - kept), conv->step->work->conv_in + row * T + (T - kept), kept);
  }
}

/* The oldest sample leaves, the token's enters. */
static void shift_state(const convolution *conv) {
  const size_t W = conv->width;
  for (size_t row = 0; row < conv->batch * conv->channels; row++) {
    int8_t *state = conv->state + row * W;
    memmove(state, state + 1, W - 1);
    state[W - 1] = conv->step->work->conv_in[row];
  }
}

/* ---- INT8 path ---- */

static qref_status convolve_sequence(const convolution *conv, qref_error *error) {
  qref_session *session = conv->step->session;
  const qref_layer_scales *scales = &conv->weights->scales;
  const qref_conv1d_silu_args args = {
      .rule = &session->profile.conv1d_silu,
      .batch = conv->batch,
      .channels = conv->channels,
      .length = conv->length,
      .width = conv->width,
      .x = conv->step->work->conv_in,
      .w = conv->weights->tensor[QREF_LAYER_CONV1D],
      .bias = conv->weights->tensor[QREF_LAYER_CONV1D_BIAS],
      .x_scale = scales->in_proj_out,
      .w_scale = scales->conv1d_w,
      .bias_scale = scales->conv1d_bias,
      .out_scale = scales->conv1d_out,
      .silu = true,
      .y = conv->step->work->conv_out,
      .counts = &session->counts,
      .threads = session->execution.threads,
  };
  QREF_TRY(qref_step_observe(conv->step, conv->layer, "conv1d", QREF_OP_CONV1D_SILU, &args, error));
  QREF_TRY(session->execution.backend->conv1d_silu(&args, error));
  store_state(conv);
  return QREF_OK;
}

static qref_status convolve_token(const convolution *conv, qref_error *error) {
  qref_session *session = conv->step->session;
  const qref_layer_scales *scales = &conv->weights->scales;
  const qref_conv1d_silu_update_args args = {
      .rule = &session->profile.conv1d_silu_update,
      .batch = conv->batch,
      .channels = conv->channels,
      .width = conv->width,
      .state = conv->state,
      .x = conv->step->work->conv_in,
      .w = conv->weights->tensor[QREF_LAYER_CONV1D],
      .bias = conv->weights->tensor[QREF_LAYER_CONV1D_BIAS],
      .x_scale = scales->in_proj_out,
      .w_scale = scales->conv1d_w,
      .bias_scale = scales->conv1d_bias,
      .out_scale = scales->conv1d_out,
      .silu = true,
      .y = conv->step->work->conv_out,
      .counts = &session->counts,
      .threads = session->execution.threads,
  };
  QREF_TRY(qref_step_observe(conv->step, conv->layer, "conv1d", QREF_OP_CONV1D_SILU_UPDATE, &args, error));
  return session->execution.backend->conv1d_silu_update(&args, error);
}

/* ---- float-simulation path ---- */

static qref_status simulate_samples(const convolution *conv, const int8_t *x, size_t length, float effective_scale,
                                    qref_error *error) {
  const qref_session *session = conv->step->session;
  const qref_layer_scales *scales = &conv->weights->scales;
  const qref_conv1d_silu_floatsim_args args = {
      .rule = &session->profile.conv1d_floatsim,
      .batch = conv->batch,
      .channels = conv->channels,
      .length = length,
      .width = conv->width,
      .x = x,
      .w = conv->weights->tensor[QREF_LAYER_CONV1D],
      .bias = conv->weights->tensor[QREF_LAYER_CONV1D_BIAS],
      .x_scale = scales->in_proj_out,
      .w_scale = scales->conv1d_w,
      .bias_scale = scales->conv1d_bias,
      .effective_scale = effective_scale,
      .silu = true,
      .before_quant = conv->step->work->before_quant,
      .after_quant = conv->step->work->after_quant,
      .threads = session->execution.threads,
  };
  QREF_TRY(qref_step_observe(conv->step, conv->layer, "conv1d", QREF_OP_CONV1D_SILU_FLOATSIM, &args, error));
  return session->execution.backend->conv1d_silu_floatsim(&args, error);
}

/* values (B, D, W) -> the last sample of every row, (B, D, 1), in place */
static void keep_last_samples(const convolution *conv, float *values) {
  for (size_t row = 0; row < conv->batch * conv->channels; row++) {
    values[row] = values[row * conv->width + conv->width - 1];
  }
}

/* before_quant and after_quant (B, D, T) on the grid of effective_scale. One token is the last sample of a sequence
 * that consists of the state, which holds every tap. */
static qref_status simulate(const convolution *conv, float effective_scale, qref_error *error) {
  qref_session_work *work = conv->step->work;
  if (!conv->step->decode) {
    return simulate_samples(conv, work->conv_in, conv->length, effective_scale, error);
  }
  QREF_TRY(simulate_samples(conv, conv->state, conv->width, effective_scale, error));
  keep_last_samples(conv, work->before_quant);
  keep_last_samples(conv, work->after_quant);
  return QREF_OK;
}

/* A policy that looks at the layer's outputs needs them first: y does not depend on the grid. */
static qref_status choose_factor(const convolution *conv, float *factor, qref_error *error) {
  const qref_float_simulation *simulation = &conv->step->session->float_simulation;
  const float output_scale = conv->weights->scales.conv1d_out;
  if (!simulation->better_scale) {
    *factor = 1.0f;
    return QREF_OK;
  }
  if (simulation->policy.kind != QREF_SCALE_POLICY_FIXED) {
    QREF_TRY(simulate(conv, output_scale, error));
  }
  const size_t count = conv->batch * conv->channels * conv->length;
  return qref_scale_policy_factor(&simulation->policy, conv->step->work->before_quant, count, output_scale, factor,
                                  error);
}

/* x_proj and the scan take the same int8 values: their input scales are both the layer's output scale. */
static qref_status requantize(const convolution *conv, qref_error *error) {
  qref_session *session = conv->step->session;
  const qref_requantize_args args = {
      .rule = &session->profile.requantize,
      .count = conv->batch * conv->channels * conv->length,
      .x = conv->step->work->after_quant,
      .scale = conv->weights->scales.conv1d_out,
      .y = conv->step->work->conv_out,
      .counts = &session->counts,
      .threads = session->execution.threads,
  };
  QREF_TRY(qref_step_observe(conv->step, conv->layer, "requantize", QREF_OP_REQUANTIZE, &args, error));
  return session->execution.backend->requantize(&args, error);
}

static qref_status convolve_simulated(const convolution *conv, float *factor, float *effective_scale,
                                      qref_error *error) {
  if (conv->step->decode) {
    shift_state(conv);
  } else {
    store_state(conv);
  }
  QREF_TRY(choose_factor(conv, factor, error));
  *effective_scale = conv->weights->scales.conv1d_out / *factor;
  QREF_TRY(simulate(conv, *effective_scale, error));
  return requantize(conv, error);
}

/* ---- both ---- */

static qref_status observe(const convolution *conv, float factor, float effective_scale, qref_error *error) {
  const qref_session *session = conv->step->session;
  const qref_session_work *work = conv->step->work;
  const qref_layer_scales *scales = &conv->weights->scales;
  const bool simulated = session->float_simulation.enabled;
  if (session->observer == NULL) {
    return QREF_OK;
  }
  const qref_conv1d_observation observation = {
      .layer = conv->layer,
      .batch = conv->batch,
      .channels = conv->channels,
      .length = conv->length,
      .width = conv->width,
      .x_scale = scales->in_proj_out,
      .w_scale = scales->conv1d_w,
      .bias_scale = scales->conv1d_bias,
      .output_scale = scales->conv1d_out,
      .effective_scale = effective_scale,
      .factor = factor,
      .x = work->conv_in,
      .w = conv->weights->tensor[QREF_LAYER_CONV1D],
      .bias = conv->weights->tensor[QREF_LAYER_CONV1D_BIAS],
      .y = simulated ? NULL : work->conv_out,
      .before_quant = simulated ? work->before_quant : NULL,
      .after_quant = simulated ? work->after_quant : NULL,
      .decode = conv->step->decode,
  };
  return session->observer(session->observer_context, &observation, error);
}

qref_status qref_step_conv1d(const qref_step *step, size_t layer, qref_error *error) {
  const qref_session *session = step->session;
  const qref_model_config *config = &session->model->config;
  const convolution conv = {
      .step = step,
      .weights = &session->model->layers[layer],
      .layer = layer,
      .batch = session->batch,
      .channels = config->d_inner,
      .length = step->length,
      .width = config->d_conv,
      .state = session->conv_state + layer * session->batch * config->d_inner * config->d_conv,
  };
  float factor = 1.0f, effective_scale = conv.weights->scales.conv1d_out;
  if (session->float_simulation.enabled) {
    QREF_TRY(convolve_simulated(&conv, &factor, &effective_scale, error));
  } else if (step->decode) {
    QREF_TRY(convolve_token(&conv, error));
  } else {
    QREF_TRY(convolve_sequence(&conv, error));
  }
  return observe(&conv, factor, effective_scale, error);
}
