/* Embedding W8. SPEC section 2: y = float16(scale) * float16(q), rounded to float16. */
#include "ref/base/error.h"
#include "ref/ops/check.h"
#include "ref/ops/intermediate.h"
#include "ref/ops/op_checks.h"

qref_status qref_embedding_w8_check(const qref_embedding_w8_args *args, qref_error *error) {
  qref_check check = {"embedding_w8", error, QREF_OK};
  qref_check_pointer(&check, "args", args);
  if (check.status != QREF_OK) {
    return check.status;
  }
  qref_check_dimension(&check, "count", args->count);
  qref_check_dimension(&check, "vocab_size", args->vocab_size);
  qref_check_dimension(&check, "d_model", args->d_model);
  qref_check_shape(&check, "weight", args->vocab_size, args->d_model, 1, 1, 1);
  qref_check_shape(&check, "y", args->count, args->d_model, 1, 1, sizeof(qref_float16));
  qref_check_optional_shape(&check, "before_store", args->before_store, args->count, args->d_model, 1, 1,
                            sizeof(float));
  qref_check_pointer(&check, "tokens", args->tokens);
  qref_check_pointer(&check, "weight", args->weight);
  qref_check_pointer(&check, "scale", args->scale);
  qref_check_pointer(&check, "y", args->y);
  for (size_t i = 0; check.status == QREF_OK && i < args->count; i++) {
    int32_t token = args->tokens[i];
    if (token < 0 || (size_t)token >= args->vocab_size) {
      return qref_fail(error, QREF_ERROR_ARGUMENT,
                       "embedding_w8: field 'tokens[%zu]': expected a token below the vocabulary size %zu, got %ld", i,
                       args->vocab_size, (long)token);
    }
  }
  return check.status;
}

qref_status qref_embedding_w8(const qref_embedding_w8_args *args, qref_error *error) {
  qref_status status = qref_embedding_w8_check(args, error);
  if (status != QREF_OK) {
    return status;
  }
  for (size_t i = 0; i < args->count; i++) {
    size_t token = (size_t)args->tokens[i];
    float scale = qref_f32_from_f16(args->scale[token]);
    const int8_t *q = args->weight + token * args->d_model; /* (M) */
    for (size_t m = 0; m < args->d_model; m++) {
      float y = scale * (float)q[m];
      args->y[i * args->d_model + m] = qref_f16_from_f32(y);
      qref_store_intermediate(args->before_store, i * args->d_model + m, y);
    }
  }
  return QREF_OK;
}
