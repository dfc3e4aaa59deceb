/* Offline quantization of a whole model, one layer at a time. */
#include <qref/version.h>
#include <stdlib.h>
#include <string.h>

#include "ref/base/error.h"
#include "ref/base/json.h"
#include "ref/base/size.h"
#include "ref/model/allocate.h"
#include "ref/model/calibrate.h"
#include "ref/model/quantize_embedding.h"
#include "ref/model/quantize_layer.h"
#include "ref/model/rotate.h"
#include "ref/model/tokens.h"

/* Tokens that run through a layer at once: enough for the matrix products, little memory. */
enum { TOKENS_AT_ONCE = 1024 };

static const double default_quantile = 0.9995;

static const qref_op needed_ops[] = {QREF_OP_LINEAR_F32, QREF_OP_CONV1D_SILU_F32, QREF_OP_SELECTIVE_SCAN_F32,
                                     QREF_OP_RMSNORM_F32, QREF_OP_HADAMARD_F32};

/* What the steps share. */
typedef struct quantizer {
  const qref_float_model *model;
  const qref_quantize_model_options *options;
  const qref_profile *profile;
  const qref_execution *execution;
  qref_resolved_execution resolved;
  size_t windows_at_once;
  float *residual; /* (window_count, window_length, M) */
  qref_float_work work;
  qref_calibration calibration;
  qref_quantized_model *quantized;
} quantizer;

/* residual = rotated embedding rows of the calibration tokens */
static qref_status embed_windows(quantizer *state, qref_error *error) {
  const size_t M = state->model->config.d_model;
  const size_t count = state->options->window_count * state->options->window_length;
  double *scratch = qref_allocate_tensor(sizeof(double), M, 1, 1);
  if (scratch == NULL) {
    return qref_fail_memory(error, "a row of the embedding");
  }
  qref_status status = QREF_OK;
  for (size_t i = 0; i < count && status == QREF_OK; i++) {
    status = qref_rotated_row(state->model->embedding, (size_t)state->options->tokens[i], NULL, scratch,
                              state->residual + i * M, error);
  }
  free(scratch);
  return status;
}

static qref_status run_windows(quantizer *state, const qref_float_layer *weights, qref_error *error) {
  const size_t window_size = state->options->window_length * state->model->config.d_model;
  for (size_t first = 0; first < state->options->window_count; first += state->windows_at_once) {
    const size_t left = state->options->window_count - first;
    const size_t batch = left < state->windows_at_once ? left : state->windows_at_once;
    QREF_TRY(qref_float_layer_forward(&state->model->config, weights, &state->resolved, batch,
                                      state->residual + first * window_size, &state->work, qref_calibration_observe,
                                      &state->calibration, error));
  }
  return QREF_OK;
}

static qref_status quantize_one_layer(quantizer *state, size_t layer, qref_error *error) {
  qref_float_layer weights;
  QREF_TRY(qref_rotated_layer_load(state->model, layer, &weights, error));
  qref_calibration_reset(&state->calibration);
  qref_status status = run_windows(state, &weights, error);
  if (status == QREF_OK) {
    status = qref_quantize_layer(state->model, layer, &weights, state->calibration.range, &state->profile->weight,
                                 state->quantized, error);
  } else {
    status = qref_fail_prefix(error, status, "calibration of layer %zu", layer);
  }
  qref_float_layer_free(&weights);
  return status;
}

/* lm_head:input is the output of norm_f, whose weight has moved into lm_head.
 */
static qref_status calibrate_head(quantizer *state, qref_error *error) {
  const size_t M = state->model->config.d_model;
  float *ones = qref_allocate_tensor(sizeof(float), M, 1, 1);
  if (ones == NULL) {
    return qref_fail_memory(error, "the weight of norm_f");
  }
  for (size_t i = 0; i < M; i++) {
    ones[i] = 1.0f;
  }
  float range = 0.0f;
  qref_status status = QREF_OK;
  for (size_t window = 0; window < state->options->window_count && status == QREF_OK; window++) {
    const qref_rmsnorm_f32_args norm = {
        .rows = state->options->window_length,
        .n = M,
        .x = state->residual + window * state->options->window_length * M,
        .weight = ones,
        .eps = state->model->config.norm_eps,
        .y = state->work.rows_model,
        .threads = state->resolved.threads,
    };
    status = state->resolved.backend->rmsnorm_f32(&norm, error);
    if (status == QREF_OK) {
      status = qref_calibration_raise(&range, norm.y, norm.rows * M, error);
    }
  }
  free(ones);
  state->quantized->lm_head_in = qref_scale_from_range(range);
  return status == QREF_OK ? QREF_OK : qref_fail_prefix(error, status, "calibration of lm_head:input");
}

/* Of a profile, the rule for weights is all that decides about the quantized model, so that is what it records. */
static qref_status record_origin(quantizer *state, qref_error *error) {
  char *text = NULL;
  cJSON *json = NULL;
  const cJSON *rule;
  QREF_TRY(qref_profile_to_json(state->profile, &text, error));
  qref_status status = qref_json_parse(text, strlen(text), state->profile->name, &json, error);
  free(text);
  QREF_TRY(status);
  status = qref_json_object(json, "weight", state->profile->name, &rule, error);
  if (status == QREF_OK) {
    state->quantized->weight_rule = cJSON_PrintUnformatted(rule);
    state->quantized->qref_version = strdup(QREF_VERSION);
    if (state->quantized->weight_rule == NULL || state->quantized->qref_version == NULL) {
      status = qref_fail_memory(error, "the origin of a quantized model");
    }
  }
  cJSON_Delete(json);
  return status;
}

static qref_status quantize(quantizer *state, qref_error *error) {
  const qref_quantize_model_options *options = state->options;
  const size_t n_layers = state->model->config.n_layers, steps = n_layers + 2;
  const qref_quantize_rule *rule = &state->profile->weight;
  QREF_TRY(record_origin(state, error));
  QREF_TRY(qref_quantize_embedding(state->model, rule, options->float16_embedding, state->quantized, error));
  QREF_TRY(embed_windows(state, error));
  qref_execution_report(state->execution, "quantize", 1, steps);
  for (size_t layer = 0; layer < n_layers; layer++) {
    QREF_TRY(quantize_one_layer(state, layer, error));
    qref_execution_report(state->execution, "quantize", 2 + layer, steps);
  }
  QREF_TRY(calibrate_head(state, error));
  QREF_TRY(qref_quantize_lm_head(state->model, rule, options->float16_lm_head, state->quantized, error));
  qref_execution_report(state->execution, "quantize", steps, steps);
  return QREF_OK;
}

static qref_status allocate(quantizer *state, qref_error *error) {
  const qref_model_config *config = &state->model->config;
  const qref_quantize_model_options *options = state->options;
  const size_t fitting = TOKENS_AT_ONCE / options->window_length;
  state->windows_at_once = fitting == 0 ? 1 : fitting < options->window_count ? fitting : options->window_count;
  state->residual = qref_allocate_tensor(sizeof(float), options->window_count, options->window_length, config->d_model);
  if (state->residual == NULL) {
    return qref_fail_memory(error, "the residual stream of the calibration windows");
  }
  QREF_TRY(qref_float_work_create(config, state->windows_at_once, options->window_length, &state->work, error));
  const double quantile = options->quantile == 0.0 ? default_quantile : options->quantile;
  QREF_TRY(qref_calibration_create(config, options->window_length, quantile, &state->calibration, error));
  return qref_quantized_model_create(config, &state->quantized, error);
}

static qref_status check_options(const qref_float_model *model, const qref_quantize_model_options *options,
                                 qref_error *error) {
  size_t token_count;
  if (model == NULL || options == NULL) {
    return qref_fail(error, QREF_ERROR_ARGUMENT, "qref_quantize_model: model and options must not be NULL");
  }
  if (options->window_count == 0 || options->window_length == 0) {
    return qref_fail(error, QREF_ERROR_ARGUMENT, "calibration: %zu windows of %zu tokens, expected at least 1 of 1",
                     options->window_count, options->window_length);
  }
  if (!(options->quantile >= 0.0 && options->quantile <= 1.0)) {
    return qref_fail(error, QREF_ERROR_ARGUMENT, "quantile: expected a number in (0, 1], or 0 for the default");
  }
  if (!qref_size_multiply(options->window_count, options->window_length, &token_count)) {
    return qref_fail(error, QREF_ERROR_OVERFLOW, "calibration: window_count times window_length does not fit");
  }
  QREF_TRY(qref_check_tokens(options->tokens, token_count, model->config.vocab_size, error));
  return qref_rotation_check(&model->config, error);
}

qref_status qref_quantize_model(const qref_float_model *model, const qref_quantize_model_options *options,
                                const qref_execution *execution, qref_quantized_model **quantized, qref_error *error) {
  QREF_TRY(check_options(model, options, error));
  quantizer state = {
      .model = model,
      .options = options,
      .profile = options->profile == NULL ? qref_profile_builtin("quamba") : options->profile,
      .execution = execution,
  };
  QREF_TRY(qref_execution_resolve(execution, state.profile, needed_ops, sizeof needed_ops / sizeof needed_ops[0],
                                  &state.resolved, error));
  qref_status status = allocate(&state, error);
  if (status == QREF_OK) {
    status = quantize(&state, error);
  }
  free(state.residual);
  qref_float_work_destroy(&state.work);
  qref_calibration_destroy(&state.calibration);
  if (status != QREF_OK) {
    qref_quantized_model_destroy(state.quantized);
    return status;
  }
  *quantized = state.quantized;
  return QREF_OK;
}
