/* A quantized model in memory, made by quantization or backed by a mapped file.
 */
#ifndef QREF_MODEL_QUANTIZED_MODEL_H
#define QREF_MODEL_QUANTIZED_MODEL_H

#include <qref/backend.h>

#include "ref/model/layer_tensors.h"
#include "ref/model/safetensors.h"

/* embedding, its scale, lm_head */
enum { QREF_TENSORS_OUTSIDE_LAYERS = 3 };

typedef struct qref_quantized_layer {
  qref_layer_scales scales;
  const int8_t *tensor[QREF_LAYER_TENSOR_COUNT]; /* NULL where optional and absent */
  void *packed[QREF_LAYER_TENSOR_COUNT];         /* of the four linears, behind qref_quantized_model_pack */
} qref_quantized_layer;

/* Norm weights are all ones behind the fuse step and are not kept. */
struct qref_quantized_model {
  qref_model_config config;
  const int8_t *embedding;             /* (vocab_size, M), or NULL with embedding_f16 */
  const qref_float16 *embedding_scale; /* (vocab_size), with embedding */
  const qref_float16 *embedding_f16;   /* (vocab_size, M) */
  const int8_t *lm_head;               /* (vocab_size, M), or NULL with lm_head_f16 */
  const qref_float16 *lm_head_f16;     /* (vocab_size, M) */
  float lm_head_in;                    /* lm_head:input = norm_f output */
  float lm_head_w;                     /* 1 with lm_head_f16 */
  qref_quantized_layer *layers;        /* (n_layers) */
  void *lm_head_packed;                /* as the layers' */
  qref_linear_pack packed_by;          /* what packed the weights; NULL: they are not packed */
  char *weight_rule;                   /* the profile's rule for weights, canonical JSON */
  char *qref_version;                  /* of the library that quantized */
  qref_safetensors *file;              /* backs int8 tensors of a loaded model, otherwise NULL */
  void **owned;                        /* memory of the other tensors */
  size_t owned_count, owned_capacity;
};

/* A model without tensors. */
qref_status qref_quantized_model_create(const qref_model_config *config, qref_quantized_model **model,
                                        qref_error *error);
/* Frees the packed weights. */
void qref_quantized_model_unpack(qref_quantized_model *model);
/* a * b elements that live as long as the model; NULL when out of memory. */
void *qref_quantized_model_allocate(qref_quantized_model *model, size_t element_size, size_t a, size_t b);

#endif
