/* Tokens from text or from files of numbers. */
#ifndef QREF_CLI_TOKEN_INPUT_H
#define QREF_CLI_TOKEN_INPUT_H

#include <qref/types.h>

typedef struct qref_token_input {
  int32_t *tokens; /* malloc'ed */
  size_t count;
} qref_token_input;

void qref_token_input_free(qref_token_input *input);

/* The bytes of a file, or of a string, as tokens. The vocabulary must hold every byte. */
qref_status qref_tokens_from_text(const char *path, size_t vocab_size, qref_token_input *input, qref_error *error);
qref_status qref_tokens_from_string(const char *text, size_t vocab_size, qref_token_input *input, qref_error *error);
/* Token numbers: an int32 or int64 .npy of one dimension, or else decimal numbers between white space or commas. */
qref_status qref_tokens_from_numbers(const char *path, size_t vocab_size, qref_token_input *input, qref_error *error);
/* Reproducible random tokens. */
qref_status qref_tokens_at_random(uint64_t seed, size_t count, size_t vocab_size, qref_token_input *input,
                                  qref_error *error);

/* Fails unless there are at least `count` >= 1; `source` names them. */
qref_status qref_tokens_require(const qref_token_input *input, size_t count, const char *source, qref_error *error);

#endif
