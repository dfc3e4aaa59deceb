/* The weights of one layer: names and shapes, shared by the checkpoint, the float32 layer and the quantized model. */
#ifndef QREF_MODEL_LAYER_TENSORS_H
#define QREF_MODEL_LAYER_TENSORS_H

#include <qref/model.h>

typedef enum qref_layer_tensor {
  QREF_LAYER_IN_PROJ,     /* (2D, M) */
  QREF_LAYER_CONV1D,      /* (D, W); a checkpoint stores (D, 1, W) */
  QREF_LAYER_CONV1D_BIAS, /* (D), the only optional one */
  QREF_LAYER_X_PROJ,      /* (R + 2N, D) */
  QREF_LAYER_DT_PROJ,     /* (D, R) */
  QREF_LAYER_DT_BIAS,     /* (D) */
  QREF_LAYER_A_LOG,       /* (D, N) */
  QREF_LAYER_D,           /* (D) */
  QREF_LAYER_OUT_PROJ,    /* (M, D) */
  QREF_LAYER_TENSOR_COUNT
} qref_layer_tensor;

/* The name behind "backbone.layers.<i>.mixer." in a checkpoint and behind "layers.<i>." in a quantized model. */
const char *qref_layer_tensor_name(qref_layer_tensor which);
/* Writes the shape and returns the number of dimensions, 1 or 2. */
size_t qref_layer_tensor_shape(const qref_model_config *config, qref_layer_tensor which, size_t shape[2]);
/* Elements. The config comes from the shapes of tensors that exist, so that the product fits. */
size_t qref_layer_tensor_count(const qref_model_config *config, qref_layer_tensor which);

#endif
