#include "ref/model/layer_tensors.h"

const char *qref_layer_tensor_name(qref_layer_tensor which) {
  static const char *const names[QREF_LAYER_TENSOR_COUNT] = {
      [QREF_LAYER_IN_PROJ] = "in_proj.weight",
      [QREF_LAYER_CONV1D] = "conv1d.weight",
      [QREF_LAYER_CONV1D_BIAS] = "conv1d.bias",
      [QREF_LAYER_X_PROJ] = "x_proj.weight",
      [QREF_LAYER_DT_PROJ] = "dt_proj.weight",
      [QREF_LAYER_DT_BIAS] = "dt_proj.bias",
      [QREF_LAYER_A_LOG] = "A_log",
      [QREF_LAYER_D] = "D",
      [QREF_LAYER_OUT_PROJ] = "out_proj.weight",
  };
  return names[which];
}

size_t qref_layer_tensor_shape(const qref_model_config *config, qref_layer_tensor which, size_t shape[2]) {
  const size_t D = config->d_inner;
  switch (which) {
    case QREF_LAYER_IN_PROJ:
      shape[0] = 2 * D;
      shape[1] = config->d_model;
      return 2;
    case QREF_LAYER_CONV1D:
      shape[0] = D;
      shape[1] = config->d_conv;
      return 2;
    case QREF_LAYER_X_PROJ:
      shape[0] = config->dt_rank + 2 * config->d_state;
      shape[1] = D;
      return 2;
    case QREF_LAYER_DT_PROJ:
      shape[0] = D;
      shape[1] = config->dt_rank;
      return 2;
    case QREF_LAYER_A_LOG:
      shape[0] = D;
      shape[1] = config->d_state;
      return 2;
    case QREF_LAYER_OUT_PROJ:
      shape[0] = config->d_model;
      shape[1] = D;
      return 2;
    case QREF_LAYER_CONV1D_BIAS:
    case QREF_LAYER_DT_BIAS:
    case QREF_LAYER_D:
    case QREF_LAYER_TENSOR_COUNT:
      break;
  }
  shape[0] = D;
  shape[1] = 1;
  return 1;
}

size_t qref_layer_tensor_count(const qref_model_config *config, qref_layer_tensor which) {
  size_t shape[2];
  qref_layer_tensor_shape(config, which, shape);
  return shape[0] * shape[1];
}
