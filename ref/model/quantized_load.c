/* A quantized model from its file: int8 tensors stay mapped, float16 ones are copied into host byte order. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ref/base/bytes.h"
#include "ref/base/error.h"
#include "ref/model/allocate.h"
#include "ref/model/quantized_metadata.h"
#include "ref/model/rotate.h"
#include "ref/model/weights.h"

enum { NAME_SIZE = 64 };

/* A file being read, with the number of its tensors that have been found. */
typedef struct loader {
  const qref_safetensors *file;
  const char *path;
  size_t found;
  qref_quantized_model *model;
} loader;

static qref_status metadata(const qref_safetensors *file, const char *key, const char **value, qref_error *error) {
  *value = qref_safetensors_metadata(file, key);
  if (*value == NULL) {
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: metadata '%s' is missing: not a quantized model of qref",
                     qref_safetensors_path(file), key);
  }
  return QREF_OK;
}

static qref_status find(loader *state, const char *name, size_t dimensions, const size_t *shape,
                        const qref_stored_tensor **found, qref_error *error) {
  const qref_stored_tensor *tensor = qref_safetensors_find(state->file, name);
  if (tensor == NULL) {
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: tensor '%s' is missing", state->path, name);
  }
  if (tensor->dimensions != dimensions || memcmp(tensor->shape, shape, dimensions * sizeof *shape) != 0) {
    char expected[NAME_SIZE];
    snprintf(expected, sizeof expected, dimensions == 1 ? "%zu" : "%zu, %zu", shape[0], shape[1]);
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: tensor '%s': shape differs from the config's [%s]", state->path,
                     name, expected);
  }
  state->found++;
  *found = tensor;
  return QREF_OK;
}

static qref_status expect_dtype(const loader *state, const qref_stored_tensor *tensor, qref_dtype dtype,
                                qref_error *error) {
  if (tensor->dtype != dtype) {
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: tensor '%s': element type %s, expected %s", state->path,
                     tensor->name, qref_dtype_name(tensor->dtype), qref_dtype_name(dtype));
  }
  return QREF_OK;
}

/* int8 has one representation, so that the mapped bytes serve as they are. */
static const int8_t *mapped_int8(const qref_stored_tensor *tensor) {
  return (const int8_t *)tensor->data;
}

static qref_status copy_float16(loader *state, const qref_stored_tensor *tensor, const qref_float16 **values,
                                qref_error *error) {
  QREF_TRY(expect_dtype(state, tensor, QREF_DTYPE_FLOAT16, error));
  QREF_TRY(qref_weights_check_finite(tensor, state->path, error));
  qref_float16 *copy = qref_quantized_model_allocate(state->model, sizeof *copy, tensor->count, 1);
  if (copy == NULL) {
    return qref_fail_memory(error, "float16 weights");
  }
  for (size_t i = 0; i < tensor->count; i++) {
    copy[i] = qref_load_u16(tensor->data + 2 * i);
  }
  *values = copy;
  return QREF_OK;
}

static qref_status load_embedding(loader *state, qref_error *error) {
  const size_t shape[2] = {state->model->config.vocab_size, state->model->config.d_model};
  const qref_stored_tensor *tensor;
  QREF_TRY(find(state, "embedding.weight", 2, shape, &tensor, error));
  if (tensor->dtype == QREF_DTYPE_FLOAT16) {
    return copy_float16(state, tensor, &state->model->embedding_f16, error);
  }
  QREF_TRY(expect_dtype(state, tensor, QREF_DTYPE_INT8, error));
  state->model->embedding = mapped_int8(tensor);
  QREF_TRY(find(state, "embedding.scale", 1, shape, &tensor, error));
  return copy_float16(state, tensor, &state->model->embedding_scale, error);
}

static qref_status load_lm_head(loader *state, qref_error *error) {
  const size_t shape[2] = {state->model->config.vocab_size, state->model->config.d_model};
  const qref_stored_tensor *tensor;
  QREF_TRY(find(state, "lm_head.weight", 2, shape, &tensor, error));
  if (tensor->dtype == QREF_DTYPE_FLOAT16) {
    return copy_float16(state, tensor, &state->model->lm_head_f16, error);
  }
  state->model->lm_head = mapped_int8(tensor);
  return expect_dtype(state, tensor, QREF_DTYPE_INT8, error);
}

static qref_status load_layer(loader *state, size_t layer, qref_error *error) {
  for (size_t i = 0; i < QREF_LAYER_TENSOR_COUNT; i++) {
    const qref_layer_tensor which = (qref_layer_tensor)i;
    char name[NAME_SIZE];
    size_t shape[2];
    const qref_stored_tensor *tensor;
    snprintf(name, sizeof name, "layers.%zu.%s", layer, qref_layer_tensor_name(which));
    if (which == QREF_LAYER_CONV1D_BIAS && qref_safetensors_find(state->file, name) == NULL) {
      continue;
    }
    const size_t dimensions = qref_layer_tensor_shape(&state->model->config, which, shape);
    QREF_TRY(find(state, name, dimensions, shape, &tensor, error));
    QREF_TRY(expect_dtype(state, tensor, QREF_DTYPE_INT8, error));
    state->model->layers[layer].tensor[which] = mapped_int8(tensor);
  }
  return QREF_OK;
}

static qref_status load_tensors(loader *state, qref_error *error) {
  QREF_TRY(load_embedding(state, error));
  for (size_t layer = 0; layer < state->model->config.n_layers; layer++) {
    QREF_TRY(load_layer(state, layer, error));
  }
  QREF_TRY(load_lm_head(state, error));
  if (state->found != qref_safetensors_count(state->file)) {
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: %zu tensors, expected the %zu of the config", state->path,
                     qref_safetensors_count(state->file), state->found);
  }
  return QREF_OK;
}

static qref_status read_config(const qref_safetensors *file, qref_model_config *config, qref_error *error) {
  const char *path = qref_safetensors_path(file), *text;
  QREF_TRY(metadata(file, QREF_QUANTIZED_FORMAT_KEY, &text, error));
  if (strcmp(text, QREF_QUANTIZED_FORMAT) != 0) {
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: metadata '" QREF_QUANTIZED_FORMAT_KEY "': '%s', expected '%s'",
                     path, text, QREF_QUANTIZED_FORMAT);
  }
  QREF_TRY(metadata(file, QREF_QUANTIZED_CONFIG_KEY, &text, error));
  QREF_TRY(qref_quantized_config_parse(text, path, config, error));
  if (config->n_layers > qref_safetensors_count(file)) {
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: field 'n_layers': %zu, more than the %zu tensors", path,
                     config->n_layers, qref_safetensors_count(file));
  }
  const qref_status status = qref_rotation_check(config, error);
  return status == QREF_OK ? QREF_OK : qref_fail_prefix(error, status, "%s", path);
}

static qref_status copy_text(const qref_safetensors *file, const char *key, char **copy, qref_error *error) {
  const char *text;
  QREF_TRY(metadata(file, key, &text, error));
  *copy = strdup(text);
  return *copy == NULL ? qref_fail_memory(error, "the metadata of a quantized model") : QREF_OK;
}

static qref_status fill(qref_quantized_model *model, const qref_safetensors *file, qref_error *error) {
  const char *path = qref_safetensors_path(file), *scales;
  QREF_TRY(copy_text(file, QREF_QUANTIZED_WEIGHT_RULE_KEY, &model->weight_rule, error));
  QREF_TRY(copy_text(file, QREF_QUANTIZED_VERSION_KEY, &model->qref_version, error));
  QREF_TRY(metadata(file, QREF_QUANTIZED_SCALES_KEY, &scales, error));
  QREF_TRY(qref_quantized_scales_parse(scales, path, model, error));
  loader state = {.file = file, .path = path, .model = model};
  return load_tensors(&state, error);
}

static qref_status load(qref_safetensors *file, qref_quantized_model **model, qref_error *error) {
  qref_model_config config;
  QREF_TRY(read_config(file, &config, error));
  qref_quantized_model *loaded = NULL;
  QREF_TRY(qref_quantized_model_create(&config, &loaded, error));
  const qref_status status = fill(loaded, file, error);
  if (status != QREF_OK) {
    qref_quantized_model_destroy(loaded);
    return status;
  }
  loaded->file = file;
  *model = loaded;
  return QREF_OK;
}

qref_status qref_quantized_model_load(const char *path, qref_quantized_model **model, qref_error *error) {
  if (path == NULL || model == NULL) {
    return qref_fail(error, QREF_ERROR_ARGUMENT, "qref_quantized_model_load: path and model must not be NULL");
  }
  qref_safetensors *file = NULL;
  QREF_TRY(qref_safetensors_open(path, &file, error));
  const qref_status status = load(file, model, error);
  if (status != QREF_OK) {
    qref_safetensors_close(file);
  }
  return status;
}
