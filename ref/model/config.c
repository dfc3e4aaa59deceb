#include "ref/model/config.h"

#include <string.h>

#include "ref/base/error.h"
#include "ref/base/json.h"

enum { CONFIG_SIZE_LIMIT = 1 << 20 };

static bool present(const cJSON *object, const char *name) {
  const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
  return item != NULL && !cJSON_IsNull(item);
}

static qref_status unsupported(const char *path, const char *field, const char *value, const char *expected,
                               qref_error *error) {
  return qref_fail(error, QREF_ERROR_UNSUPPORTED, "%s: field '%s': '%s' is not supported, expected %s", path, field,
                   value, expected);
}

/* A size of at least 1, or 0 where the field is missing. */
static qref_status read_positive(const cJSON *json, const char *name, const char *path, size_t *value,
                                 qref_error *error) {
  *value = 0;
  if (!present(json, name)) {
    return QREF_OK;
  }
  QREF_TRY(qref_json_size(json, name, path, value, error));
  if (*value == 0) {
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: field '%s': expected a positive integer, got 0", path, name);
  }
  return QREF_OK;
}

static qref_status read_layer_count(const cJSON *json, const char *path, size_t *n_layers, qref_error *error) {
  size_t hugging_face, original;
  QREF_TRY(read_positive(json, "num_hidden_layers", path, &hugging_face, error));
  QREF_TRY(read_positive(json, "n_layer", path, &original, error));
  if (hugging_face == 0 && original == 0) {
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: field 'num_hidden_layers': missing, expected a positive integer",
                     path);
  }
  if (hugging_face != 0 && original != 0 && hugging_face != original) {
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: field 'n_layer': %zu, expected the %zu of 'num_hidden_layers'",
                     path, original, hugging_face);
  }
  *n_layers = hugging_face != 0 ? hugging_face : original;
  return QREF_OK;
}

static qref_status read_norm_eps(const cJSON *json, const char *path, float *norm_eps, qref_error *error) {
  static const char *const names[] = {"layer_norm_epsilon", "rms_norm_eps", "norm_epsilon"};
  *norm_eps = 1e-5f;
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    QREF_TRY(qref_json_f32_or(json, names[i], path, *norm_eps, norm_eps, error));
    if (!(*norm_eps >= 0.0f)) {
      return qref_fail(error, QREF_ERROR_FORMAT, "%s: field '%s': expected a number of at least 0", path, names[i]);
    }
  }
  return QREF_OK;
}

/* Fields whose values the shapes of tensors overrule, and whose types are checked all the same. */
static qref_status check_sizes(const cJSON *json, const char *path, qref_error *error) {
  static const char *const names[] = {"hidden_size", "d_model", "intermediate_size", "d_inner", "state_size",
                                      "conv_kernel", "expand",  "vocab_size"};
  size_t ignored;
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    QREF_TRY(read_positive(json, names[i], path, &ignored, error));
  }
  const cJSON *rank = cJSON_GetObjectItemCaseSensitive(json, "time_step_rank");
  if (cJSON_IsString(rank)) {
    if (strcmp(rank->valuestring, "auto") != 0) {
      return qref_fail(error, QREF_ERROR_FORMAT,
                       "%s: field 'time_step_rank': '%s', expected a positive "
                       "integer or 'auto'",
                       path, rank->valuestring);
    }
    return QREF_OK;
  }
  return read_positive(json, "time_step_rank", path, &ignored, error);
}

static qref_status check_architecture(const cJSON *json, const char *path, qref_error *error) {
  const char *text;
  bool flag;
  if (present(json, "model_type")) {
    QREF_TRY(qref_json_string(json, "model_type", path, &text, error));
    if (strcmp(text, "mamba") != 0) {
      return unsupported(path, "model_type", text, "'mamba'", error);
    }
  }
  if (present(json, "hidden_act")) {
    QREF_TRY(qref_json_string(json, "hidden_act", path, &text, error));
    if (strcmp(text, "silu") != 0 && strcmp(text, "swish") != 0) {
      return unsupported(path, "hidden_act", text, "'silu'", error);
    }
  }
  if (present(json, "ssm_cfg")) {
    const cJSON *ssm;
    QREF_TRY(qref_json_object(json, "ssm_cfg", path, &ssm, error));
    if (present(ssm, "layer")) {
      QREF_TRY(qref_json_string(ssm, "layer", path, &text, error));
      if (strcmp(text, "Mamba1") != 0) {
        return unsupported(path, "ssm_cfg.layer", text, "'Mamba1'", error);
      }
    }
  }
  QREF_TRY(qref_json_bool_or(json, "use_bias", path, false, &flag, error));
  if (flag) {
    return unsupported(path, "use_bias", "true", "false: biases of in_proj and out_proj are not implemented", error);
  }
  QREF_TRY(qref_json_bool_or(json, "rms_norm", path, true, &flag, error));
  if (!flag) {
    return unsupported(path, "rms_norm", "false", "true: LayerNorm is not implemented", error);
  }
  return qref_json_bool_or(json, "residual_in_fp32", path, true, &flag, error);
}

static qref_status read_fields(const cJSON *json, const char *path, qref_import_config *config, qref_error *error) {
  if (!cJSON_IsObject(json)) {
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: expected a JSON object", path);
  }
  QREF_TRY(read_layer_count(json, path, &config->n_layers, error));
  QREF_TRY(read_norm_eps(json, path, &config->norm_eps, error));
  QREF_TRY(check_sizes(json, path, error));
  QREF_TRY(check_architecture(json, path, error));
  QREF_TRY(qref_json_bool_or(json, "use_conv_bias", path, true, &config->conv_bias, error));
  bool tied_original;
  QREF_TRY(qref_json_bool_or(json, "tie_word_embeddings", path, true, &config->tied_lm_head, error));
  QREF_TRY(qref_json_bool_or(json, "tie_embeddings", path, true, &tied_original, error));
  config->tied_lm_head = config->tied_lm_head && tied_original;
  return QREF_OK;
}

qref_status qref_import_config_read(const char *path, qref_import_config *config, qref_error *error) {
  cJSON *json = NULL;
  QREF_TRY(qref_json_read(path, CONFIG_SIZE_LIMIT, &json, error));
  const qref_status status = read_fields(json, path, config, error);
  cJSON_Delete(json);
  return status;
}
