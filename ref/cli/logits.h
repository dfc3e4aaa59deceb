/* What the subcommands do with rows of logits: float16 from the quantized model, float32 from the float model. */
#ifndef QREF_CLI_LOGITS_H
#define QREF_CLI_LOGITS_H

#include <qref/types.h>

typedef struct qref_logits {
  qref_dtype dtype; /* FLOAT16 or FLOAT32 */
  size_t rows, vocab_size;
  void *data; /* (rows, vocab_size), malloc'ed */
} qref_logits;

qref_status qref_logits_create(qref_dtype dtype, size_t rows, size_t vocab_size, qref_logits *logits,
                               qref_error *error);
void qref_logits_free(qref_logits *logits);

/* Start of a row, for the functions that fill it. */
void *qref_logits_row(const qref_logits *logits, size_t row);
/* One element, widened. */
double qref_logits_at(const qref_logits *logits, size_t row, size_t token);
/* The largest of a row; the lowest index among equals. */
int32_t qref_logits_argmax(const qref_logits *logits, size_t row);
/* -log2 of the probability of `token`: in binary64, the sum in ascending order of tokens. */
double qref_logits_bits(const qref_logits *logits, size_t row, int32_t token);
/* SHA-256 of the elements, little-endian. */
void qref_logits_digest(const qref_logits *logits, char hex[65]);

#endif
