/* The weights of one layer in float32. */
#ifndef QREF_MODEL_FLOAT_LAYER_H
#define QREF_MODEL_FLOAT_LAYER_H

#include "ref/model/float_model.h"

typedef struct qref_float_layer {
  /* Fused and rotated: `norm` is all ones and the scan output passes an online Hadamard transform. */
  bool rotated;
  float *norm;                            /* (M) */
  float *tensor[QREF_LAYER_TENSOR_COUNT]; /* NULL where optional and absent */
} qref_float_layer;

/* The weights as imported. On failure nothing needs to be freed. */
qref_status qref_float_layer_load(const qref_float_model *model, size_t layer, qref_float_layer *weights,
                                  qref_error *error);
void qref_float_layer_free(qref_float_layer *weights);

#endif
