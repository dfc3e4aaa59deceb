/* config.json of a Hugging Face or original Mamba checkpoint. */
#ifndef QREF_MODEL_CONFIG_H
#define QREF_MODEL_CONFIG_H

#include <qref/types.h>

/* What only config.json can tell. Sizes come from the shapes of tensors: intermediate_size is wrong in some configs. */
typedef struct qref_import_config {
  size_t n_layers;
  float norm_eps;
  bool conv_bias;    /* use_conv_bias is not false */
  bool tied_lm_head; /* no field says that lm_head has weights of its own */
} qref_import_config;

/* Reads and checks the file. Every known field must have its type even where its value is not used. Mamba-2, biases of
 * in_proj and out_proj, an activation other than SiLU, and LayerNorm give QREF_ERROR_UNSUPPORTED. */
qref_status qref_import_config_read(const char *path, qref_import_config *config, qref_error *error);

#endif
