/* One layer of the quantized model from its fused and rotated weights and its calibrated ranges. */
#ifndef QREF_MODEL_QUANTIZE_LAYER_H
#define QREF_MODEL_QUANTIZE_LAYER_H

#include "ref/model/calibrate.h"
#include "ref/model/quantized_model.h"

/* Fills quantized->layers[layer]. Each tensor is quantized in the arithmetic of its own stored element type, dt_proj's
 * bias in float32. */
qref_status qref_quantize_layer(const qref_float_model *model, size_t layer, const qref_float_layer *weights,
                                const float range[QREF_ACTIVATION_COUNT], const qref_quantize_rule *rule,
                                qref_quantized_model *quantized, qref_error *error);

#endif
