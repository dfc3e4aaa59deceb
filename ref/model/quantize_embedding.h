/* The embedding and lm_head of the quantized model, row by row from the mapped checkpoint. */
#ifndef QREF_MODEL_QUANTIZE_EMBEDDING_H
#define QREF_MODEL_QUANTIZE_EMBEDDING_H

#include "ref/model/float_model.h"
#include "ref/model/quantized_model.h"

/* The rotated embedding: int8 rows with a float16 scale each, or float16. */
qref_status qref_quantize_embedding(const qref_float_model *model, const qref_quantize_rule *rule, bool keep_float16,
                                    qref_quantized_model *quantized, qref_error *error);
/* lm_head fused with norm_f and rotated: int8 with one scale, or float16. */
qref_status qref_quantize_lm_head(const qref_float_model *model, const qref_quantize_rule *rule, bool keep_float16,
                                  qref_quantized_model *quantized, qref_error *error);

#endif
