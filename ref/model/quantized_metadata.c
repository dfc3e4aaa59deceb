#include "ref/model/quantized_metadata.h"

#include <math.h>
#include <string.h>

#include "ref/base/error.h"
#include "ref/base/json.h"
#include "ref/model/allocate.h"

typedef struct named_offset {
  const char *name;
  size_t offset;
} named_offset;

static const named_offset config_sizes[] = {
    {"n_layers", offsetof(qref_model_config, n_layers)}, {"vocab_size", offsetof(qref_model_config, vocab_size)},
    {"d_model", offsetof(qref_model_config, d_model)},   {"d_inner", offsetof(qref_model_config, d_inner)},
    {"d_state", offsetof(qref_model_config, d_state)},   {"d_conv", offsetof(qref_model_config, d_conv)},
    {"dt_rank", offsetof(qref_model_config, dt_rank)},
};
enum { CONFIG_SIZE_COUNT = sizeof config_sizes / sizeof config_sizes[0] };

static const named_offset layer_scales[] = {
    {"norm_out", offsetof(qref_layer_scales, norm_out)},
    {"in_proj_w", offsetof(qref_layer_scales, in_proj_w)},
    {"in_proj_out", offsetof(qref_layer_scales, in_proj_out)},
    {"conv1d_w", offsetof(qref_layer_scales, conv1d_w)},
    {"conv1d_bias", offsetof(qref_layer_scales, conv1d_bias)},
    {"conv1d_out", offsetof(qref_layer_scales, conv1d_out)},
    {"x_proj_w", offsetof(qref_layer_scales, x_proj_w)},
    {"x_proj_out", offsetof(qref_layer_scales, x_proj_out)},
    {"dt_proj_w", offsetof(qref_layer_scales, dt_proj_w)},
    {"dt_proj_out", offsetof(qref_layer_scales, dt_proj_out)},
    {"dt_bias", offsetof(qref_layer_scales, dt_bias)},
    {"A_log", offsetof(qref_layer_scales, A_log)},
    {"D", offsetof(qref_layer_scales, D)},
    {"scan_state", offsetof(qref_layer_scales, scan_state)},
    {"hadamard_out", offsetof(qref_layer_scales, hadamard_out)},
    {"out_proj_w", offsetof(qref_layer_scales, out_proj_w)},
};
enum { LAYER_SCALE_COUNT = sizeof layer_scales / sizeof layer_scales[0] };

/* ---- printing ---- */

static qref_status print(cJSON *json, bool built, char **text, qref_error *error) {
  *text = built ? cJSON_PrintUnformatted(json) : NULL;
  cJSON_Delete(json);
  return *text == NULL ? qref_fail_memory(error, "the metadata of a quantized model") : QREF_OK;
}

qref_status qref_quantized_config_print(const qref_model_config *config, char **text, qref_error *error) {
  cJSON *json = cJSON_CreateObject();
  bool built = json != NULL;
  for (size_t i = 0; i < CONFIG_SIZE_COUNT && built; i++) {
    size_t value;
    memcpy(&value, (const char *)config + config_sizes[i].offset, sizeof value);
    built = qref_json_add_u64(json, config_sizes[i].name, value);
  }
  built = built && qref_json_add_f32(json, "norm_eps", config->norm_eps) &&
          cJSON_AddBoolToObject(json, "tied_lm_head", config->tied_lm_head) != NULL &&
          cJSON_AddStringToObject(json, "checkpoint_dtype", qref_dtype_name(config->checkpoint_dtype)) != NULL;
  return print(json, built, text, error);
}

static bool add_layer_scales(cJSON *layers, const qref_layer_scales *scales) {
  cJSON *object = cJSON_CreateObject();
  if (object == NULL || !cJSON_AddItemToArray(layers, object)) {
    cJSON_Delete(object);
    return false;
  }
  for (size_t i = 0; i < LAYER_SCALE_COUNT; i++) {
    float value;
    memcpy(&value, (const char *)scales + layer_scales[i].offset, sizeof value);
    if (!qref_json_add_f32(object, layer_scales[i].name, value)) {
      return false;
    }
  }
  return true;
}

qref_status qref_quantized_scales_print(const qref_quantized_model *model, char **text, qref_error *error) {
  cJSON *json = cJSON_CreateObject();
  cJSON *layers = json == NULL ? NULL : cJSON_AddArrayToObject(json, "layers");
  bool built = layers != NULL && qref_json_add_f32(json, "lm_head_in", model->lm_head_in) &&
               qref_json_add_f32(json, "lm_head_w", model->lm_head_w);
  for (size_t i = 0; i < model->config.n_layers && built; i++) {
    built = add_layer_scales(layers, &model->layers[i].scales);
  }
  return print(json, built, text, error);
}

/* ---- parsing ---- */

static qref_status parse_dtype(const cJSON *json, const char *path, qref_dtype *dtype, qref_error *error) {
  static const qref_dtype dtypes[] = {QREF_DTYPE_FLOAT16, QREF_DTYPE_BFLOAT16, QREF_DTYPE_FLOAT32};
  const char *name;
  QREF_TRY(qref_json_string(json, "checkpoint_dtype", path, &name, error));
  for (size_t i = 0; i < sizeof dtypes / sizeof dtypes[0]; i++) {
    if (strcmp(name, qref_dtype_name(dtypes[i])) == 0) {
      *dtype = dtypes[i];
      return QREF_OK;
    }
  }
  return qref_fail(error, QREF_ERROR_FORMAT,
                   "%s: field 'checkpoint_dtype': '%s', expected float16, "
                   "bfloat16 or float32",
                   path, name);
}

static qref_status parse_config(const cJSON *json, const char *path, qref_model_config *config, qref_error *error) {
  memset(config, 0, sizeof *config);
  for (size_t i = 0; i < CONFIG_SIZE_COUNT; i++) {
    size_t value;
    QREF_TRY(qref_json_size(json, config_sizes[i].name, path, &value, error));
    if (value == 0 || value > INT32_MAX) {
      return qref_fail(error, QREF_ERROR_FORMAT, "%s: field '%s': %zu, expected 1..%ld", path, config_sizes[i].name,
                       value, (long)INT32_MAX);
    }
    memcpy((char *)config + config_sizes[i].offset, &value, sizeof value);
  }
  QREF_TRY(qref_json_f32(json, "norm_eps", path, &config->norm_eps, error));
  if (!(config->norm_eps >= 0.0f)) {
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: field 'norm_eps': expected a number of at least 0", path);
  }
  QREF_TRY(qref_json_bool_or(json, "tied_lm_head", path, false, &config->tied_lm_head, error));
  return parse_dtype(json, path, &config->checkpoint_dtype, error);
}

static qref_status parse_scale(const cJSON *json, const char *name, const char *path, float *scale, qref_error *error) {
  QREF_TRY(qref_json_f32(json, name, path, scale, error));
  if (!(*scale > 0.0f) || !isfinite(*scale)) {
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: field '%s': expected a finite number above 0", path, name);
  }
  return QREF_OK;
}

static qref_status parse_layer_scales(const cJSON *json, const char *path, qref_layer_scales *scales,
                                      qref_error *error) {
  for (size_t i = 0; i < LAYER_SCALE_COUNT; i++) {
    float value;
    QREF_TRY(parse_scale(json, layer_scales[i].name, path, &value, error));
    memcpy((char *)scales + layer_scales[i].offset, &value, sizeof value);
  }
  return QREF_OK;
}

static qref_status parse_scales(const cJSON *json, const char *path, qref_quantized_model *model, qref_error *error) {
  const cJSON *layers, *entry;
  QREF_TRY(parse_scale(json, "lm_head_in", path, &model->lm_head_in, error));
  QREF_TRY(parse_scale(json, "lm_head_w", path, &model->lm_head_w, error));
  QREF_TRY(qref_json_array(json, "layers", path, &layers, error));
  const size_t count = (size_t)cJSON_GetArraySize(layers);
  if (count != model->config.n_layers) {
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: field 'layers': %zu entries, expected %zu", path, count,
                     model->config.n_layers);
  }
  size_t i = 0;
  cJSON_ArrayForEach(entry, layers) {
    const qref_status status = parse_layer_scales(entry, path, &model->layers[i].scales, error);
    if (status != QREF_OK) {
      return qref_fail_prefix(error, status, "layer %zu", i);
    }
    i++;
  }
  return QREF_OK;
}

static qref_status name_text(qref_status status, const char *key, qref_error *error) {
  return status == QREF_OK ? QREF_OK : qref_fail_prefix(error, status, "metadata '%s'", key);
}

qref_status qref_quantized_config_parse(const char *text, const char *path, qref_model_config *config,
                                        qref_error *error) {
  cJSON *json = NULL;
  qref_status status = qref_json_parse(text, strlen(text), path, &json, error);
  if (status == QREF_OK) {
    status = parse_config(json, path, config, error);
  }
  cJSON_Delete(json);
  return name_text(status, QREF_QUANTIZED_CONFIG_KEY, error);
}

qref_status qref_quantized_scales_parse(const char *text, const char *path, qref_quantized_model *model,
                                        qref_error *error) {
  cJSON *json = NULL;
  qref_status status = qref_json_parse(text, strlen(text), path, &json, error);
  if (status == QREF_OK) {
    status = parse_scales(json, path, model, error);
  }
  cJSON_Delete(json);
  return name_text(status, QREF_QUANTIZED_SCALES_KEY, error);
}
