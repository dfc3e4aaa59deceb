/* Recorded W8A8 linear layers.
 *   x (M, K), w (N, K); a, b: numbers; b also an array or an input tensor (N)
 * path "cutlass_scaled_mm (a, b)" (the default): y int8 and y_f16, t = (acc * b) * a; with a b per column the parallel
 * form. path "cutlass_scaled_mv (alpha)": y from the one factor alpha, which is a * b where it is not given.
 * y_gemv, on both: the per-channel form, t = (b * a) * acc; the product is the same in either order. */
#include <string.h>

#include "ref/base/error.h"
#include "ref/base/size.h"
#include "ref/vectors/replay_case.h"

typedef struct linear_inputs {
  qref_linear_w8a8_args args;
  float *weight_scale; /* (columns) */
  bool per_column;     /* b is not one number */
  bool single_factor;  /* the path is the single-row one */
  float alpha;
} linear_inputs;

static qref_status read_path(const qref_replay_case *item, bool *single_factor, qref_error *error) {
  const cJSON *node = cJSON_GetObjectItemCaseSensitive(item->json, "path");
  *single_factor = false;
  if (node == NULL || cJSON_IsNull(node)) {
    return QREF_OK;
  }
  const char *path = NULL;
  QREF_TRY(qref_json_string(item->json, "path", item->source, &path, error));
  if (strncmp(path, "cutlass_scaled_mv", strlen("cutlass_scaled_mv")) == 0) {
    *single_factor = true;
  } else if (strncmp(path, "cutlass_scaled_mm", strlen("cutlass_scaled_mm")) != 0) {
    return qref_fail(error, QREF_ERROR_FORMAT,
                     "%s: field 'path': expected cutlass_scaled_mm (a, b) or cutlass_scaled_mv (alpha), not '%s'",
                     item->source, path);
  }
  return QREF_OK;
}

static qref_status read_weight_scales(qref_replay_case *item, linear_inputs *inputs, qref_error *error) {
  const size_t columns = inputs->args.columns;
  const cJSON *b = cJSON_GetObjectItemCaseSensitive(item->json, "b");
  void *scales = NULL;
  QREF_TRY(qref_replay_buffer(item, columns, sizeof(float), &scales, error));
  inputs->weight_scale = scales;
  inputs->per_column = true;
  if (b == NULL && qref_replay_has_input(item, "b")) {
    const qref_tensor *tensor = NULL;
    QREF_TRY(qref_replay_input(item, "b", QREF_DTYPE_FLOAT32, 1, &columns, &tensor, error));
    memcpy(scales, tensor->data, columns * sizeof(float));
    return QREF_OK;
  }
  if (cJSON_IsArray(b)) {
    size_t i = 0;
    const cJSON *element = NULL;
    cJSON_ArrayForEach(element, b) {
      if (!cJSON_IsNumber(element) || i == columns) {
        break;
      }
      inputs->weight_scale[i++] = (float)element->valuedouble;
    }
    if (element != NULL || i != columns) {
      return qref_fail(error, QREF_ERROR_FORMAT, "%s: field 'b': expected a number or an array of %zu numbers",
                       item->source, columns);
    }
    return QREF_OK;
  }
  float scale = 0.0f;
  QREF_TRY(qref_json_f32(item->json, "b", item->source, &scale, error));
  for (size_t i = 0; i < columns; i++) {
    inputs->weight_scale[i] = scale;
  }
  inputs->per_column = false;
  return QREF_OK;
}

static qref_status read_inputs(qref_replay_case *item, linear_inputs *inputs, qref_error *error) {
  const qref_tensor *x = NULL;
  const qref_tensor *w = NULL;
  QREF_TRY(read_path(item, &inputs->single_factor, error));
  QREF_TRY(qref_replay_input(item, "x", QREF_DTYPE_INT8, 2, (const size_t[2]){0, 0}, &x, error));
  QREF_TRY(qref_replay_input(item, "w", QREF_DTYPE_INT8, 2, (const size_t[2]){0, x->shape[1]}, &w, error));
  inputs->args = (qref_linear_w8a8_args){
      .rows = x->shape[0],
      .columns = w->shape[0],
      .depth = x->shape[1],
      .x = x->data,
      .w = w->data,
      .threads = item->threads,
  };
  QREF_TRY(qref_json_f32(item->json, "a", item->source, &inputs->args.input_scale, error));
  QREF_TRY(read_weight_scales(item, inputs, error));
  inputs->args.weight_scale = inputs->weight_scale;
  return qref_json_f32_or(item->json, "alpha", item->source, inputs->weight_scale[0] * inputs->args.input_scale,
                          &inputs->alpha, error);
}

/* One of the int8 forms. */
static qref_status replay_int8(qref_replay_case *item, linear_inputs *inputs, const cJSON *entry, qref_op op,
                               const qref_tensor *recorded, qref_error *error) {
  qref_linear_w8a8_args args = inputs->args;
  qref_status (*function)(const qref_linear_w8a8_args *, qref_error *) = NULL;
  if (op == QREF_OP_LINEAR_W8A8_ROW) {
    args.rule = &item->profile->linear_row;
    args.weight_scale = &inputs->alpha;
    function = item->backend->linear_w8a8_row;
  } else if (op == QREF_OP_LINEAR_W8A8_PER_CHANNEL) {
    args.rule = &item->profile->linear_per_channel;
    function = item->backend->linear_w8a8_per_channel;
  } else if (op == QREF_OP_LINEAR_W8A8_PARALLEL) {
    args.rule = &item->profile->linear;
    function = item->backend->linear_w8a8_parallel;
  } else {
    args.rule = &item->profile->linear;
    function = item->backend->linear_w8a8;
  }
  QREF_TRY(qref_replay_require(item, op, error));
  QREF_TRY(function(&args, error));
  const qref_replay_rounding rounding = {.rule = &args.rule->output, .before = args.before_rounding};
  return qref_replay_compare_int8(item, entry->string, recorded, args.y, &rounding, error);
}

qref_status qref_replay_linear_w8a8(qref_replay_case *item, qref_error *error) {
  linear_inputs inputs = {0};
  QREF_TRY(read_inputs(item, &inputs, error));
  size_t count = 0;
  if (!qref_size_multiply(inputs.args.rows, inputs.args.columns, &count)) {
    return qref_fail(error, QREF_ERROR_OVERFLOW, "%s: the size of the output overflows", item->source);
  }
  void *y = NULL;
  void *y_f16 = NULL;
  void *before = NULL;
  QREF_TRY(qref_replay_buffer(item, count, 1, &y, error));
  QREF_TRY(qref_replay_buffer(item, count, sizeof(qref_float16), &y_f16, error));
  QREF_TRY(qref_replay_buffer(item, count, sizeof(float), &before, error));
  inputs.args.before_rounding = before;

  const size_t shape[2] = {inputs.args.rows, inputs.args.columns};
  const cJSON *entry = NULL;
  QREF_TRY(qref_replay_first_output(item, &entry, error));
  for (; entry != NULL; entry = entry->next) {
    const bool is_y = strcmp(entry->string, "y") == 0;
    const bool is_f16 = strcmp(entry->string, "y_f16") == 0;
    const bool is_gemv = strcmp(entry->string, "y_gemv") == 0;
    const qref_tensor *recorded = NULL;
    if ((!is_y && !is_f16 && !is_gemv) || (is_f16 && (inputs.single_factor || inputs.per_column)) ||
        (is_y && inputs.single_factor && inputs.per_column)) {
      return qref_replay_unknown_output(
          item, entry, "y, y_f16 (path cutlass_scaled_mm, one b), y_gemv; y with one alpha (cutlass_scaled_mv)", error);
    }
    QREF_TRY(
        qref_replay_recorded(item, entry, is_f16 ? QREF_DTYPE_FLOAT16 : QREF_DTYPE_INT8, 2, shape, &recorded, error));
    if (is_f16) {
      qref_linear_w8a8_args args = inputs.args;
      args.rule = &item->profile->linear;
      args.y_f16 = y_f16;
      QREF_TRY(qref_replay_require(item, QREF_OP_LINEAR_W8A8_F16, error));
      QREF_TRY(item->backend->linear_w8a8_f16(&args, error));
      QREF_TRY(qref_replay_compare_f16(item, entry->string, recorded, y_f16, before, NULL, error));
      continue;
    }
    const qref_op op = is_gemv                ? QREF_OP_LINEAR_W8A8_PER_CHANNEL
                       : inputs.single_factor ? QREF_OP_LINEAR_W8A8_ROW
                       : inputs.per_column    ? QREF_OP_LINEAR_W8A8_PARALLEL
                                              : QREF_OP_LINEAR_W8A8;
    inputs.args.y = y;
    QREF_TRY(replay_int8(item, &inputs, entry, op, recorded, error));
  }
  return QREF_OK;
}
