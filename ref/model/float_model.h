/* An imported checkpoint: its config and where each weight is stored. */
#ifndef QREF_MODEL_FLOAT_MODEL_H
#define QREF_MODEL_FLOAT_MODEL_H

#include "ref/model/checkpoint.h"
#include "ref/model/layer_tensors.h"

typedef struct qref_float_model_layer {
  const qref_checkpoint_tensor *norm;                            /* (M) */
  const qref_checkpoint_tensor *tensor[QREF_LAYER_TENSOR_COUNT]; /* NULL where optional and absent */
} qref_float_model_layer;

struct qref_float_model {
  qref_model_config config;
  qref_checkpoint checkpoint;
  const qref_checkpoint_tensor *embedding; /* (vocab_size, M) */
  const qref_checkpoint_tensor *norm_f;    /* (M) */
  const qref_checkpoint_tensor *lm_head;   /* (vocab_size, M); the embedding if tied */
  qref_float_model_layer *layers;          /* (n_layers) */
};

#endif
