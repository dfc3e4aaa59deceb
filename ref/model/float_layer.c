#include "ref/model/float_layer.h"

#include <stdlib.h>
#include <string.h>

#include "ref/base/error.h"
#include "ref/model/allocate.h"
#include "ref/model/weights.h"

static float *widen(const qref_checkpoint_tensor *tensor) {
  float *values = qref_allocate_tensor(sizeof(float), tensor->stored->count, 1, 1);
  if (values != NULL) {
    qref_weights_to_f32(tensor->stored, 0, tensor->stored->count, values);
  }
  return values;
}

qref_status qref_float_layer_load(const qref_float_model *model, size_t layer, qref_float_layer *weights,
                                  qref_error *error) {
  const qref_float_model_layer *source = &model->layers[layer];
  memset(weights, 0, sizeof *weights);
  weights->norm = widen(source->norm);
  bool complete = weights->norm != NULL;
  for (size_t i = 0; i < QREF_LAYER_TENSOR_COUNT && complete; i++) {
    if (source->tensor[i] != NULL) {
      weights->tensor[i] = widen(source->tensor[i]);
      complete = weights->tensor[i] != NULL;
    }
  }
  if (!complete) {
    qref_float_layer_free(weights);
    return qref_fail_memory(error, "the float32 weights of a layer");
  }
  return QREF_OK;
}

void qref_float_layer_free(qref_float_layer *weights) {
  free(weights->norm);
  for (size_t i = 0; i < QREF_LAYER_TENSOR_COUNT; i++) {
    free(weights->tensor[i]);
  }
  memset(weights, 0, sizeof *weights);
}
