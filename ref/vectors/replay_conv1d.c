/* Recorded conv1d + SiLU.
 *   x (B, D, T), w (D, W), b (D) optional; y and its variants (B, D, T)
 * one token: x (B, D), state (B, D, W); w and b from the case named by weights_from; outputs y (B, D), state */
#include <string.h>

#include "ref/base/error.h"
#include "ref/vectors/replay_case.h"

typedef struct conv1d_weights {
  const int8_t *w;
  const int8_t *bias;
  size_t width;
  float x_scale, w_scale, bias_scale, out_scale;
} conv1d_weights;

static qref_status read_weights(qref_replay_case *item, size_t channels, conv1d_weights *weights, qref_error *error) {
  const qref_tensor *w = NULL;
  const cJSON *scales = NULL;
  QREF_TRY(qref_replay_input(item, "w", QREF_DTYPE_INT8, 2, (const size_t[2]){channels, 0}, &w, error));
  weights->w = w->data;
  weights->width = w->shape[1];
  QREF_TRY(qref_replay_optional_int8(item, "has_bias", "b", 1, &channels, &weights->bias, error));
  QREF_TRY(qref_json_object(item->json, "scales", item->source, &scales, error));
  QREF_TRY(qref_json_f32(scales, "x", item->source, &weights->x_scale, error));
  QREF_TRY(qref_json_f32(scales, "w", item->source, &weights->w_scale, error));
  QREF_TRY(qref_json_f32(scales, "out", item->source, &weights->out_scale, error));
  if (weights->bias != NULL) {
    QREF_TRY(qref_json_f32(scales, "bias", item->source, &weights->bias_scale, error));
  }
  return QREF_OK;
}

/* Which variant of the op an output's name asks for: y, y_precise, y_no_bias, y_no_silu and their combinations. */
static bool parse_variant(const char *name, bool *bias, bool *silu) {
  static const char precise[] = "_precise";
  static const char no_bias[] = "_no_bias";
  static const char no_silu[] = "_no_silu";
  *bias = true;
  *silu = true;
  if (*name++ != 'y') {
    return false;
  }
  while (*name != '\0') {
    if (strncmp(name, precise, strlen(precise)) == 0) {
      name += strlen(precise);
    } else if (strncmp(name, no_bias, strlen(no_bias)) == 0) {
      name += strlen(no_bias);
      *bias = false;
    } else if (strncmp(name, no_silu, strlen(no_silu)) == 0) {
      name += strlen(no_silu);
      *silu = false;
    } else {
      return false;
    }
  }
  return true;
}

static const char known_outputs[] = "y, each also with _no_bias, _no_silu, _precise";

qref_status qref_replay_conv1d_silu(qref_replay_case *item, qref_error *error) {
  const qref_tensor *x = NULL;
  conv1d_weights weights = {0};
  QREF_TRY(qref_replay_require(item, QREF_OP_CONV1D_SILU, error));
  QREF_TRY(qref_replay_input(item, "x", QREF_DTYPE_INT8, 3, (const size_t[3]){0, 0, 0}, &x, error));
  QREF_TRY(read_weights(item, x->shape[1], &weights, error));
  void *y = NULL;
  void *before = NULL;
  QREF_TRY(qref_replay_buffer(item, x->count, 1, &y, error));
  QREF_TRY(qref_replay_buffer(item, x->count, sizeof(float), &before, error));

  const cJSON *entry = NULL;
  QREF_TRY(qref_replay_first_output(item, &entry, error));
  for (; entry != NULL; entry = entry->next) {
    bool bias = false;
    bool silu = false;
    if (!parse_variant(entry->string, &bias, &silu)) {
      return qref_replay_unknown_output(item, entry, known_outputs, error);
    }
    const qref_tensor *recorded = NULL;
    QREF_TRY(qref_replay_recorded(item, entry, QREF_DTYPE_INT8, 3, x->shape, &recorded, error));
    const qref_conv1d_silu_args args = {
        .rule = &item->profile->conv1d_silu,
        .batch = x->shape[0],
        .channels = x->shape[1],
        .length = x->shape[2],
        .width = weights.width,
        .x = x->data,
        .w = weights.w,
        .bias = bias ? weights.bias : NULL,
        .x_scale = weights.x_scale,
        .w_scale = weights.w_scale,
        .bias_scale = weights.bias_scale,
        .out_scale = weights.out_scale,
        .silu = silu,
        .y = y,
        .before_rounding = before,
        .threads = item->threads,
    };
    QREF_TRY(item->backend->conv1d_silu(&args, error));
    const qref_replay_rounding rounding = {.rule = &args.rule->output.round, .before = before};
    QREF_TRY(qref_replay_compare_int8(item, entry->string, recorded, args.y, &rounding, error));
  }
  return QREF_OK;
}

qref_status qref_replay_conv1d_silu_update(qref_replay_case *item, qref_error *error) {
  const qref_tensor *x = NULL;
  const qref_tensor *initial = NULL;
  conv1d_weights weights = {0};
  QREF_TRY(qref_replay_require(item, QREF_OP_CONV1D_SILU_UPDATE, error));
  QREF_TRY(qref_replay_input(item, "x", QREF_DTYPE_INT8, 2, (const size_t[2]){0, 0}, &x, error));
  QREF_TRY(read_weights(item, x->shape[1], &weights, error));
  const size_t state_shape[3] = {x->shape[0], x->shape[1], weights.width};
  QREF_TRY(qref_replay_input(item, "state", QREF_DTYPE_INT8, 3, state_shape, &initial, error));
  void *y = NULL;
  void *state = NULL;
  void *before = NULL;
  QREF_TRY(qref_replay_buffer(item, x->count, 1, &y, error));
  QREF_TRY(qref_replay_buffer(item, initial->count, 1, &state, error));
  QREF_TRY(qref_replay_buffer(item, x->count, sizeof(float), &before, error));

  const cJSON *entry = NULL;
  QREF_TRY(qref_replay_first_output(item, &entry, error));
  for (; entry != NULL; entry = entry->next) {
    bool is_state = strcmp(entry->string, "state") == 0 || strcmp(entry->string, "state_precise") == 0;
    bool bias = true;
    bool silu = true;
    if (!is_state && !parse_variant(entry->string, &bias, &silu)) {
      return qref_replay_unknown_output(item, entry, "state or y, each also with _precise", error);
    }
    const qref_tensor *recorded = NULL;
    if (is_state) {
      QREF_TRY(qref_replay_recorded(item, entry, QREF_DTYPE_INT8, 3, state_shape, &recorded, error));
    } else {
      QREF_TRY(qref_replay_recorded(item, entry, QREF_DTYPE_INT8, 2, x->shape, &recorded, error));
    }
    memcpy(state, initial->data, initial->count);
    const qref_conv1d_silu_update_args args = {
        .rule = &item->profile->conv1d_silu_update,
        .batch = x->shape[0],
        .channels = x->shape[1],
        .width = weights.width,
        .state = state,
        .x = x->data,
        .w = weights.w,
        .bias = bias ? weights.bias : NULL,
        .x_scale = weights.x_scale,
        .w_scale = weights.w_scale,
        .bias_scale = weights.bias_scale,
        .out_scale = weights.out_scale,
        .silu = silu,
        .y = y,
        .before_rounding = before,
        .threads = item->threads,
    };
    QREF_TRY(item->backend->conv1d_silu_update(&args, error));
    const qref_replay_rounding rounding = {.rule = &args.rule->output.round, .before = before};
    QREF_TRY(qref_replay_compare_int8(item, entry->string, recorded, is_state ? args.state : args.y,
                                      is_state ? NULL : &rounding, error));
  }
  return QREF_OK;
}
