/* Validation of token numbers. */
#ifndef QREF_MODEL_TOKENS_H
#define QREF_MODEL_TOKENS_H

#include <qref/types.h>

/* Every one of `count` tokens must lie in [0, vocab_size). The error names the position, the token and the size. */
qref_status qref_check_tokens(const int32_t *tokens, size_t count, size_t vocab_size, qref_error *error);

#endif
