/* The quantized model as one safetensors file. */
#include <stdio.h>
#include <stdlib.h>

#include "ref/base/error.h"
#include "ref/base/file.h"
#include "ref/base/sha256.h"
#include "ref/model/allocate.h"
#include "ref/model/quantized_metadata.h"

enum { NAME_SIZE = 64, METADATA_COUNT = 5 };

/* The tensors of the file in order, with memory for the names of those in layers. */
typedef struct item_list {
  qref_safetensors_item *items;
  char (*names)[NAME_SIZE];
  size_t count;
} item_list;

static void add_item(item_list *list, const char *name, qref_dtype dtype, size_t dimensions, const size_t *shape,
                     const void *data) {
  qref_safetensors_item *item = &list->items[list->count++];
  *item = (qref_safetensors_item){.name = name, .dtype = dtype, .dimensions = dimensions, .data = data};
  for (size_t i = 0; i < dimensions; i++) {
    item->shape[i] = shape[i];
  }
}

static void add_layer(const qref_quantized_model *model, size_t layer, item_list *list) {
  for (size_t i = 0; i < QREF_LAYER_TENSOR_COUNT; i++) {
    const qref_layer_tensor which = (qref_layer_tensor)i;
    const int8_t *data = model->layers[layer].tensor[which];
    if (data != NULL) {
      size_t shape[2];
      const size_t dimensions = qref_layer_tensor_shape(&model->config, which, shape);
      char *name = list->names[list->count];
      snprintf(name, NAME_SIZE, "layers.%zu.%s", layer, qref_layer_tensor_name(which));
      add_item(list, name, QREF_DTYPE_INT8, dimensions, shape, data);
    }
  }
}

static void add_all(const qref_quantized_model *model, item_list *list) {
  const size_t shape[2] = {model->config.vocab_size, model->config.d_model};
  if (model->embedding != NULL) {
    add_item(list, "embedding.weight", QREF_DTYPE_INT8, 2, shape, model->embedding);
    add_item(list, "embedding.scale", QREF_DTYPE_FLOAT16, 1, shape, model->embedding_scale);
  } else {
    add_item(list, "embedding.weight", QREF_DTYPE_FLOAT16, 2, shape, model->embedding_f16);
  }
  for (size_t layer = 0; layer < model->config.n_layers; layer++) {
    add_layer(model, layer, list);
  }
  if (model->lm_head != NULL) {
    add_item(list, "lm_head.weight", QREF_DTYPE_INT8, 2, shape, model->lm_head);
  } else {
    add_item(list, "lm_head.weight", QREF_DTYPE_FLOAT16, 2, shape, model->lm_head_f16);
  }
}

static qref_status write_tensors(const qref_quantized_model *model, const char *config, const char *scales,
                                 qref_byte_sink sink, void *context, qref_error *error) {
  const qref_safetensors_metadata_item metadata[METADATA_COUNT] = {
      {QREF_QUANTIZED_FORMAT_KEY, QREF_QUANTIZED_FORMAT},
      {QREF_QUANTIZED_VERSION_KEY, model->qref_version},
      {QREF_QUANTIZED_CONFIG_KEY, config},
      {QREF_QUANTIZED_WEIGHT_RULE_KEY, model->weight_rule},
      {QREF_QUANTIZED_SCALES_KEY, scales},
  };
  const size_t capacity = model->config.n_layers * QREF_LAYER_TENSOR_COUNT + QREF_TENSORS_OUTSIDE_LAYERS;
  item_list list = {
      .items = qref_allocate_tensor(sizeof *list.items, capacity, 1, 1),
      .names = qref_allocate_tensor(sizeof *list.names, capacity, 1, 1),
  };
  qref_status status;
  if (list.items == NULL || list.names == NULL) {
    status = qref_fail_memory(error, "the list of tensors");
  } else {
    add_all(model, &list);
    status = qref_safetensors_write(list.items, list.count, metadata, METADATA_COUNT, sink, context, error);
  }
  free(list.items);
  free(list.names);
  return status;
}

static qref_status write_model(const qref_quantized_model *model, qref_byte_sink sink, void *context,
                               qref_error *error) {
  char *config = NULL, *scales = NULL;
  qref_status status = qref_quantized_config_print(&model->config, &config, error);
  if (status == QREF_OK) {
    status = qref_quantized_scales_print(model, &scales, error);
  }
  if (status == QREF_OK) {
    status = write_tensors(model, config, scales, sink, context, error);
  }
  free(config);
  free(scales);
  return status;
}

static qref_status output_sink(void *context, const void *data, size_t size, qref_error *error) {
  return qref_output_write(context, data, size, error);
}

static qref_status hash_sink(void *context, const void *data, size_t size, qref_error *error) {
  (void)error;
  qref_sha256_update(context, data, size);
  return QREF_OK;
}

qref_status qref_quantized_model_save(const qref_quantized_model *model, const char *path, qref_error *error) {
  if (model == NULL || path == NULL) {
    return qref_fail(error, QREF_ERROR_ARGUMENT, "qref_quantized_model_save: model and path must not be NULL");
  }
  qref_output *output = NULL;
  QREF_TRY(qref_output_open(path, &output, error));
  const qref_status status = write_model(model, output_sink, output, error);
  if (status != QREF_OK) {
    qref_output_discard(output);
    return status;
  }
  return qref_output_commit(output, error);
}

qref_status qref_quantized_model_digest(const qref_quantized_model *model, char hex[65], qref_error *error) {
  if (model == NULL || hex == NULL) {
    return qref_fail(error, QREF_ERROR_ARGUMENT, "qref_quantized_model_digest: model and hex must not be NULL");
  }
  qref_sha256 hash;
  qref_sha256_begin(&hash);
  QREF_TRY(write_model(model, hash_sink, &hash, error));
  qref_sha256_end(&hash, hex);
  return QREF_OK;
}
