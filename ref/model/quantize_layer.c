#include "ref/model/quantize_layer.h"

#include "ref/model/allocate.h"
#include "ref/model/quantize_weights.h"

static float *weight_scale_of(qref_layer_scales *scales, qref_layer_tensor which) {
  switch (which) {
    case QREF_LAYER_IN_PROJ:
      return &scales->in_proj_w;
    case QREF_LAYER_CONV1D:
      return &scales->conv1d_w;
    case QREF_LAYER_CONV1D_BIAS:
      return &scales->conv1d_bias;
    case QREF_LAYER_X_PROJ:
      return &scales->x_proj_w;
    case QREF_LAYER_DT_PROJ:
      return &scales->dt_proj_w;
    case QREF_LAYER_DT_BIAS:
      return &scales->dt_bias;
    case QREF_LAYER_A_LOG:
      return &scales->A_log;
    case QREF_LAYER_D:
      return &scales->D;
    case QREF_LAYER_OUT_PROJ:
    case QREF_LAYER_TENSOR_COUNT:
      break;
  }
  return &scales->out_proj_w;
}

static void set_activation_scales(const float range[QREF_ACTIVATION_COUNT], qref_layer_scales *scales) {
  scales->norm_out = qref_scale_from_range(range[QREF_ACTIVATION_IN_PROJ_INPUT]);
  scales->in_proj_out = qref_scale_from_range(range[QREF_ACTIVATION_IN_PROJ_OUTPUT]);
  scales->conv1d_out = qref_scale_from_range(range[QREF_ACTIVATION_X_PROJ_INPUT]);
  scales->x_proj_out = qref_scale_from_range(range[QREF_ACTIVATION_X_PROJ_OUTPUT]);
  scales->dt_proj_out = qref_scale_from_range(range[QREF_ACTIVATION_DT_PROJ_OUTPUT]);
  scales->scan_state = qref_scale_from_range(range[QREF_ACTIVATION_SCAN_STATE]);
  scales->hadamard_out = qref_scale_from_range(range[QREF_ACTIVATION_OUT_PROJ_INPUT]);
}

qref_status qref_quantize_layer(const qref_float_model *model, size_t layer, const qref_float_layer *weights,
                                const float range[QREF_ACTIVATION_COUNT], const qref_quantize_rule *rule,
                                qref_quantized_model *quantized, qref_error *error) {
  qref_quantized_layer *target = &quantized->layers[layer];
  set_activation_scales(range, &target->scales);
  for (size_t i = 0; i < QREF_LAYER_TENSOR_COUNT; i++) {
    const qref_layer_tensor which = (qref_layer_tensor)i;
    const float *w = weights->tensor[which];
    float *scale = weight_scale_of(&target->scales, which);
    if (w == NULL) {
      *scale = 1.0f;
      continue;
    }
    const size_t count = qref_layer_tensor_count(&model->config, which);
    const qref_dtype stored_as = model->layers[layer].tensor[which]->stored->dtype;
    const qref_dtype dtype = which == QREF_LAYER_DT_BIAS ? QREF_DTYPE_FLOAT32 : stored_as;
    int8_t *q = qref_quantized_model_allocate(quantized, sizeof *q, count, 1);
    if (q == NULL) {
      return qref_fail_memory(error, "the int8 weights of a layer");
    }
    *scale = qref_weight_scale(qref_largest_magnitude(w, count, 0.0f), dtype);
    qref_quantize_weights(w, count, 0, *scale, dtype, rule, q);
    target->tensor[which] = q;
  }
  return QREF_OK;
}
