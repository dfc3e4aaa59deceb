/* Packed weights: made once for a backend, used by every session with it. */
#include <stdlib.h>

#include "ref/base/error.h"
#include "ref/base/file.h"
#include "ref/model/execution.h"
#include "ref/model/quantized_model.h"

static const qref_layer_tensor linears[] = {QREF_LAYER_IN_PROJ, QREF_LAYER_X_PROJ, QREF_LAYER_DT_PROJ,
                                            QREF_LAYER_OUT_PROJ};
enum { LINEARS = sizeof linears / sizeof linears[0] };

/* A cache line, and the widest vector register. */
enum { ALIGNMENT = 64 };

void qref_quantized_model_unpack(qref_quantized_model *model) {
  for (size_t layer = 0; layer < model->config.n_layers; layer++) {
    for (size_t i = 0; i < LINEARS; i++) {
      free(model->layers[layer].packed[linears[i]]);
      model->layers[layer].packed[linears[i]] = NULL;
    }
  }
  free(model->lm_head_packed);
  model->lm_head_packed = NULL;
  model->packed_by = NULL;
}

static qref_status pack(const qref_quantized_model *model, const qref_resolved_execution *execution, const int8_t *w,
                        size_t columns, size_t depth, void **packed, qref_error *error) {
  const size_t size = execution->backend->linear_packed_size(columns, depth);
  if (size == 0 || size > SIZE_MAX - ALIGNMENT) {
    return qref_fail(error, QREF_ERROR_OVERFLOW, "packed weights: %zu x %zu do not fit", columns, depth);
  }
  *packed = aligned_alloc(ALIGNMENT, (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
  if (*packed == NULL) {
    return qref_fail(error, QREF_ERROR_MEMORY, "out of memory for packed weights, %zu bytes", size);
  }
  QREF_TRY(execution->backend->linear_pack(w, columns, depth, *packed, execution->threads, error));
  if (model->file != NULL) {
    qref_mapped_file_release((const uint8_t *)w, columns * depth);
  }
  return QREF_OK;
}

static qref_status pack_all(qref_quantized_model *model, const qref_resolved_execution *execution, qref_error *error) {
  for (size_t layer = 0; layer < model->config.n_layers; layer++) {
    qref_quantized_layer *weights = &model->layers[layer];
    for (size_t i = 0; i < LINEARS; i++) {
      size_t shape[2];
      qref_layer_tensor_shape(&model->config, linears[i], shape);
      QREF_TRY(
          pack(model, execution, weights->tensor[linears[i]], shape[0], shape[1], &weights->packed[linears[i]], error));
    }
  }
  return model->lm_head == NULL ? QREF_OK
                                : pack(model, execution, model->lm_head, model->config.vocab_size,
                                       model->config.d_model, &model->lm_head_packed, error);
}

qref_status qref_quantized_model_pack(qref_quantized_model *model, const qref_execution *execution, qref_error *error) {
  if (model == NULL) {
    return qref_fail(error, QREF_ERROR_ARGUMENT, "qref_quantized_model_pack: model must not be NULL");
  }
  qref_resolved_execution resolved;
  QREF_TRY(qref_execution_resolve(execution, NULL, NULL, 0, &resolved, error));
  if (resolved.backend->linear_pack == model->packed_by || resolved.backend->linear_packed_size == NULL) {
    return QREF_OK;
  }
  qref_quantized_model_unpack(model);
  const qref_status status = pack_all(model, &resolved, error);
  if (status != QREF_OK) {
    qref_quantized_model_unpack(model);
    return status;
  }
  model->packed_by = resolved.backend->linear_pack;
  return QREF_OK;
}
