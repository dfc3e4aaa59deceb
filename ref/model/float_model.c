#include "ref/model/float_model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ref/base/error.h"
#include "ref/base/file.h"
#include "ref/model/allocate.h"
#include "ref/model/config.h"
#include "ref/model/weights.h"

enum { NAME_SIZE = 96, SHAPE_TEXT_SIZE = 192 };

static void format_shape(const size_t *shape, size_t dimensions, char text[SHAPE_TEXT_SIZE]) {
  size_t used = 0;
  text[0] = '\0';
  for (size_t i = 0; i < dimensions && used < SHAPE_TEXT_SIZE; i++) {
    const int written = snprintf(text + used, SHAPE_TEXT_SIZE - used, i == 0 ? "%zu" : ", %zu", shape[i]);
    used += written < 0 ? 0 : (size_t)written;
  }
}

static qref_status fail_missing(const char *directory, const char *name, qref_error *error) {
  return qref_fail(error, QREF_ERROR_FORMAT, "%s: tensor '%s' is missing", directory, name);
}

static qref_status check_shape(const qref_checkpoint_tensor *tensor, const size_t *shape, size_t dimensions,
                               qref_error *error) {
  const qref_stored_tensor *stored = tensor->stored;
  if (stored->dimensions == dimensions && memcmp(stored->shape, shape, dimensions * sizeof *shape) == 0) {
    return QREF_OK;
  }
  char actual[SHAPE_TEXT_SIZE], expected[SHAPE_TEXT_SIZE];
  format_shape(stored->shape, stored->dimensions, actual);
  format_shape(shape, dimensions, expected);
  return qref_fail(error, QREF_ERROR_FORMAT, "%s: tensor '%s': shape [%s], expected [%s]", tensor->path, stored->name,
                   actual, expected);
}

/* Finds a tensor that must exist, be of floating point and have so many dimensions, none of them 0. */
static qref_status find_dimensions(qref_checkpoint *checkpoint, const char *directory, const char *name,
                                   size_t dimensions, const qref_checkpoint_tensor **found, qref_error *error) {
  const qref_checkpoint_tensor *tensor = qref_checkpoint_find(checkpoint, name);
  if (tensor == NULL) {
    return fail_missing(directory, name, error);
  }
  const qref_stored_tensor *stored = tensor->stored;
  if (!qref_dtype_is_float(stored->dtype)) {
    return qref_fail(error, QREF_ERROR_FORMAT,
                     "%s: tensor '%s': element type %s, expected float16, "
                     "bfloat16 or float32",
                     tensor->path, name, qref_dtype_name(stored->dtype));
  }
  if (stored->dimensions != dimensions || stored->count == 0) {
    char shape[SHAPE_TEXT_SIZE];
    format_shape(stored->shape, stored->dimensions, shape);
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: tensor '%s': shape [%s], expected %zu dimensions, none of them 0",
                     tensor->path, name, shape, dimensions);
  }
  *found = tensor;
  return QREF_OK;
}

static void layer_name(size_t layer, const char *rest, char name[NAME_SIZE]) {
  snprintf(name, NAME_SIZE, "backbone.layers.%zu.%s", layer, rest);
}

static void layer_tensor_name(size_t layer, qref_layer_tensor which, char name[NAME_SIZE]) {
  snprintf(name, NAME_SIZE, "backbone.layers.%zu.mixer.%s", layer, qref_layer_tensor_name(which));
}

/* Finds one of layer 0's tensors, whose shapes give the model's sizes. */
static qref_status find_first(qref_float_model *model, const char *directory, qref_layer_tensor which,
                              size_t dimensions, const size_t **shape, qref_error *error) {
  char name[NAME_SIZE];
  const qref_checkpoint_tensor *tensor;
  layer_tensor_name(0, which, name);
  QREF_TRY(find_dimensions(&model->checkpoint, directory, name, dimensions, &tensor, error));
  *shape = tensor->stored->shape;
  if (which == QREF_LAYER_IN_PROJ) {
    model->config.checkpoint_dtype = tensor->stored->dtype;
  }
  return QREF_OK;
}

static qref_status find_embedding(qref_float_model *model, const char *directory, qref_error *error) {
  static const char original[] = "backbone.embedding.weight", hugging_face[] = "backbone.embeddings.weight";
  const char *name = qref_checkpoint_find(&model->checkpoint, original) != NULL ? original : hugging_face;
  QREF_TRY(find_dimensions(&model->checkpoint, directory, name, 2, &model->embedding, error));
  model->config.vocab_size = model->embedding->stored->shape[0];
  model->config.d_model = model->embedding->stored->shape[1];
  if (model->config.vocab_size > INT32_MAX) {
    return qref_fail(error, QREF_ERROR_UNSUPPORTED, "%s: tensor '%s': %zu rows, expected at most %ld",
                     model->embedding->path, name, model->config.vocab_size, (long)INT32_MAX);
  }
  return QREF_OK;
}

static qref_status read_sizes(qref_float_model *model, const char *directory, qref_error *error) {
  const size_t *shape;
  QREF_TRY(find_embedding(model, directory, error));
  QREF_TRY(find_first(model, directory, QREF_LAYER_IN_PROJ, 2, &shape, error));
  QREF_TRY(find_first(model, directory, QREF_LAYER_OUT_PROJ, 2, &shape, error));
  model->config.d_inner = shape[1];
  QREF_TRY(find_first(model, directory, QREF_LAYER_DT_PROJ, 2, &shape, error));
  model->config.dt_rank = shape[1];
  QREF_TRY(find_first(model, directory, QREF_LAYER_A_LOG, 2, &shape, error));
  model->config.d_state = shape[1];
  QREF_TRY(find_first(model, directory, QREF_LAYER_CONV1D, 3, &shape, error));
  model->config.d_conv = shape[2];
  return QREF_OK;
}

static qref_status find_layer_tensor(qref_float_model *model, const char *directory, size_t layer,
                                     qref_layer_tensor which, bool optional, qref_error *error) {
  char name[NAME_SIZE];
  size_t shape[3];
  layer_tensor_name(layer, which, name);
  if (optional && qref_checkpoint_find(&model->checkpoint, name) == NULL) {
    return QREF_OK;
  }
  size_t dimensions = qref_layer_tensor_shape(&model->config, which, shape);
  if (which == QREF_LAYER_CONV1D) {
    shape[2] = shape[1];
    shape[1] = 1;
    dimensions = 3;
  }
  const qref_checkpoint_tensor **tensor = &model->layers[layer].tensor[which];
  QREF_TRY(find_dimensions(&model->checkpoint, directory, name, dimensions, tensor, error));
  return check_shape(*tensor, shape, dimensions, error);
}

static qref_status find_layers(qref_float_model *model, const char *directory, const qref_import_config *import,
                               qref_error *error) {
  char name[NAME_SIZE];
  for (size_t layer = 0; layer < model->config.n_layers; layer++) {
    layer_name(layer, "norm.weight", name);
    const qref_checkpoint_tensor **norm = &model->layers[layer].norm;
    QREF_TRY(find_dimensions(&model->checkpoint, directory, name, 1, norm, error));
    QREF_TRY(check_shape(*norm, &model->config.d_model, 1, error));
    for (size_t i = 0; i < QREF_LAYER_TENSOR_COUNT; i++) {
      const qref_layer_tensor which = (qref_layer_tensor)i;
      const bool optional = which == QREF_LAYER_CONV1D_BIAS && !import->conv_bias;
      QREF_TRY(find_layer_tensor(model, directory, layer, which, optional, error));
    }
  }
  return QREF_OK;
}

static qref_status find_head(qref_float_model *model, const char *directory, const qref_import_config *import,
                             qref_error *error) {
  static const char norm_name[] = "backbone.norm_f.weight", head_name[] = "lm_head.weight";
  QREF_TRY(find_dimensions(&model->checkpoint, directory, norm_name, 1, &model->norm_f, error));
  QREF_TRY(check_shape(model->norm_f, &model->config.d_model, 1, error));
  model->config.tied_lm_head = qref_checkpoint_find(&model->checkpoint, head_name) == NULL;
  if (model->config.tied_lm_head) {
    if (!import->tied_lm_head) {
      return qref_fail(error, QREF_ERROR_FORMAT,
                       "%s: tensor '%s' is missing, and config.json says that "
                       "it is not tied to the embedding",
                       directory, head_name);
    }
    model->lm_head = model->embedding;
    return QREF_OK;
  }
  QREF_TRY(find_dimensions(&model->checkpoint, directory, head_name, 2, &model->lm_head, error));
  return check_shape(model->lm_head, model->embedding->stored->shape, 2, error);
}

/* A weight that would silently be left out makes another model than the one that was trained. */
static qref_status refuse_unknown_tensors(const qref_float_model *model, qref_error *error) {
  for (size_t i = 0; i < model->checkpoint.tensor_count; i++) {
    const qref_checkpoint_tensor *tensor = &model->checkpoint.tensors[i];
    if (!tensor->used) {
      return qref_fail(error, QREF_ERROR_UNSUPPORTED, "%s: tensor '%s' is not part of a Mamba model of %zu layers",
                       tensor->path, tensor->stored->name, model->config.n_layers);
    }
  }
  return QREF_OK;
}

static qref_status check_all_finite(const qref_float_model *model, qref_error *error) {
  for (size_t i = 0; i < model->checkpoint.tensor_count; i++) {
    const qref_checkpoint_tensor *tensor = &model->checkpoint.tensors[i];
    QREF_TRY(qref_weights_check_finite(tensor->stored, tensor->path, error));
  }
  return QREF_OK;
}

static qref_status read_config(const char *directory, qref_import_config *import, qref_error *error) {
  char *path = qref_path_join(directory, "config.json");
  if (path == NULL) {
    return qref_fail_memory(error, "a file name");
  }
  const qref_status status = qref_import_config_read(path, import, error);
  free(path);
  return status;
}

static qref_status fill(qref_float_model *model, const char *directory, qref_error *error) {
  qref_import_config import;
  QREF_TRY(read_config(directory, &import, error));
  QREF_TRY(qref_checkpoint_open(directory, &model->checkpoint, error));
  model->config.n_layers = import.n_layers;
  model->config.norm_eps = import.norm_eps;
  if (import.n_layers > model->checkpoint.tensor_count) {
    return qref_fail(error, QREF_ERROR_FORMAT,
                     "%s/config.json: field 'num_hidden_layers': %zu, more "
                     "than the %zu tensors",
                     directory, import.n_layers, model->checkpoint.tensor_count);
  }
  model->layers = qref_allocate_zeroed_tensor(sizeof *model->layers, import.n_layers, 1, 1);
  if (model->layers == NULL) {
    return qref_fail_memory(error, "the list of layers");
  }
  QREF_TRY(read_sizes(model, directory, error));
  QREF_TRY(find_layers(model, directory, &import, error));
  QREF_TRY(find_head(model, directory, &import, error));
  QREF_TRY(refuse_unknown_tensors(model, error));
  return check_all_finite(model, error);
}

qref_status qref_float_model_open(const char *path, qref_float_model **model, qref_error *error) {
  if (path == NULL || model == NULL) {
    return qref_fail(error, QREF_ERROR_ARGUMENT, "qref_float_model_open: path and model must not be NULL");
  }
  qref_float_model *opened = calloc(1, sizeof *opened);
  if (opened == NULL) {
    return qref_fail_memory(error, "a model");
  }
  const qref_status status = fill(opened, path, error);
  if (status != QREF_OK) {
    qref_float_model_close(opened);
    return status;
  }
  *model = opened;
  return QREF_OK;
}

void qref_float_model_close(qref_float_model *model) {
  if (model != NULL) {
    qref_checkpoint_close(&model->checkpoint);
    free(model->layers);
    free(model);
  }
}

const qref_model_config *qref_float_model_config(const qref_float_model *model) {
  return &model->config;
}
