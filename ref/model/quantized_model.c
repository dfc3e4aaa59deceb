#include "ref/model/quantized_model.h"

#include <stdlib.h>

#include "ref/base/error.h"
#include "ref/model/allocate.h"

qref_status qref_quantized_model_create(const qref_model_config *config, qref_quantized_model **model,
                                        qref_error *error) {
  qref_quantized_model *created = calloc(1, sizeof *created);
  if (created == NULL) {
    return qref_fail_memory(error, "a quantized model");
  }
  created->config = *config;
  created->owned_capacity = config->n_layers * QREF_LAYER_TENSOR_COUNT + QREF_TENSORS_OUTSIDE_LAYERS;
  created->owned = qref_allocate_zeroed_tensor(sizeof *created->owned, created->owned_capacity, 1, 1);
  created->layers = qref_allocate_zeroed_tensor(sizeof *created->layers, config->n_layers, 1, 1);
  if (created->owned == NULL || created->layers == NULL) {
    qref_quantized_model_destroy(created);
    return qref_fail_memory(error, "the layers of a quantized model");
  }
  *model = created;
  return QREF_OK;
}

void *qref_quantized_model_allocate(qref_quantized_model *model, size_t element_size, size_t a, size_t b) {
  if (model->owned_count == model->owned_capacity) {
    return NULL;
  }
  void *memory = qref_allocate_tensor(element_size, a, b, 1);
  if (memory != NULL) {
    model->owned[model->owned_count++] = memory;
  }
  return memory;
}

void qref_quantized_model_destroy(qref_quantized_model *model) {
  if (model == NULL) {
    return;
  }
  for (size_t i = 0; model->owned != NULL && i < model->owned_count; i++) {
    free(model->owned[i]);
  }
  if (model->layers != NULL) {
    qref_quantized_model_unpack(model);
  }
  qref_safetensors_close(model->file);
  free(model->owned);
  free(model->layers);
  free(model->weight_rule);
  free(model->qref_version);
  free(model);
}

const qref_model_config *qref_quantized_model_config(const qref_quantized_model *model) {
  return &model->config;
}

const qref_layer_scales *qref_quantized_model_layer_scales(const qref_quantized_model *model, size_t layer) {
  return &model->layers[layer].scales;
}

size_t qref_quantized_model_nonpositive_rows(const qref_quantized_model *model) {
  size_t rows = 0;
  for (size_t i = 0; i < model->config.vocab_size && model->embedding_scale != NULL; i++) {
    rows += qref_f32_from_f16(model->embedding_scale[i]) <= 0.0f;
  }
  return rows;
}
