/* Config and scales of a quantized model as the JSON texts of its file's metadata. */
#ifndef QREF_MODEL_QUANTIZED_METADATA_H
#define QREF_MODEL_QUANTIZED_METADATA_H

#include "ref/model/quantized_model.h"

#define QREF_QUANTIZED_FORMAT "qref-quantized-model/1"
#define QREF_QUANTIZED_FORMAT_KEY "format"
#define QREF_QUANTIZED_CONFIG_KEY "config"
#define QREF_QUANTIZED_SCALES_KEY "scales"
#define QREF_QUANTIZED_WEIGHT_RULE_KEY "weight_rule"
#define QREF_QUANTIZED_VERSION_KEY "qref_version"

/* Texts are malloc'ed. Numbers are the shortest decimals that read back as the same float32. */
qref_status qref_quantized_config_print(const qref_model_config *config, char **text, qref_error *error);
qref_status qref_quantized_scales_print(const qref_quantized_model *model, char **text, qref_error *error);

/* Every size must be at least 1. `path` goes into messages. */
qref_status qref_quantized_config_parse(const char *text, const char *path, qref_model_config *config,
                                        qref_error *error);
/* Fills lm_head_in, lm_head_w and the scales of every layer; each must be finite and positive. */
qref_status qref_quantized_scales_parse(const char *text, const char *path, qref_quantized_model *model,
                                        qref_error *error);

#endif
