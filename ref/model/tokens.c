#include "ref/model/tokens.h"

#include "ref/base/error.h"

qref_status qref_check_tokens(const int32_t *tokens, size_t count, size_t vocab_size, qref_error *error) {
  if (tokens == NULL || count == 0) {
    return qref_fail(error, QREF_ERROR_ARGUMENT, "tokens: expected at least one token");
  }
  for (size_t i = 0; i < count; i++) {
    if (tokens[i] < 0 || (size_t)tokens[i] >= vocab_size) {
      return qref_fail(error, QREF_ERROR_ARGUMENT, "tokens[%zu]: %ld is outside the vocabulary of %zu", i,
                       (long)tokens[i], vocab_size);
    }
  }
  return QREF_OK;
}
