#include "ref/cli/logits.h"

#include <math.h>
#include <qref/numerics.h>
#include <stdlib.h>
#include <string.h>

#include "ref/base/bytes.h"
#include "ref/base/error.h"
#include "ref/base/sha256.h"
#include "ref/base/size.h"

qref_status qref_logits_create(qref_dtype dtype, size_t rows, size_t vocab_size, qref_logits *logits,
                               qref_error *error) {
  size_t count = 0;
  *logits = (qref_logits){.dtype = dtype, .rows = rows, .vocab_size = vocab_size};
  if (qref_size_multiply(rows, vocab_size, &count)) {
    logits->data = qref_allocate(count, qref_dtype_size(dtype));
  }
  if (logits->data == NULL) {
    return qref_fail(error, QREF_ERROR_MEMORY, "out of memory for the logits of %zu positions", rows);
  }
  return QREF_OK;
}

void qref_logits_free(qref_logits *logits) {
  free(logits->data);
  logits->data = NULL;
}

void *qref_logits_row(const qref_logits *logits, size_t row) {
  return (char *)logits->data + row * logits->vocab_size * qref_dtype_size(logits->dtype);
}

double qref_logits_at(const qref_logits *logits, size_t row, size_t token) {
  const size_t i = row * logits->vocab_size + token;
  return logits->dtype == QREF_DTYPE_FLOAT16 ? (double)qref_f32_from_f16(((const qref_float16 *)logits->data)[i])
                                             : (double)((const float *)logits->data)[i];
}

int32_t qref_logits_argmax(const qref_logits *logits, size_t row) {
  size_t best = 0;
  for (size_t token = 1; token < logits->vocab_size; token++) {
    if (qref_logits_at(logits, row, token) > qref_logits_at(logits, row, best)) {
      best = token;
    }
  }
  return (int32_t)best;
}

double qref_logits_bits(const qref_logits *logits, size_t row, int32_t token) {
  const double largest = qref_logits_at(logits, row, (size_t)qref_logits_argmax(logits, row));
  double sum = 0.0;
  for (size_t i = 0; i < logits->vocab_size; i++) {
    sum += exp(qref_logits_at(logits, row, i) - largest);
  }
  const double log_probability = qref_logits_at(logits, row, (size_t)token) - largest - log(sum);
  return -log_probability / log(2.0);
}

void qref_logits_digest(const qref_logits *logits, char hex[65]) {
  const size_t count = logits->rows * logits->vocab_size;
  qref_sha256 hash;
  qref_sha256_begin(&hash);
  for (size_t i = 0; i < count; i++) {
    uint8_t bytes[4];
    if (logits->dtype == QREF_DTYPE_FLOAT16) {
      qref_store_u16(bytes, ((const qref_float16 *)logits->data)[i]);
    } else {
      qref_store_u32(bytes, qref_bits_from_f32(((const float *)logits->data)[i]));
    }
    qref_sha256_update(&hash, bytes, qref_dtype_size(logits->dtype));
  }
  qref_sha256_end(&hash, hex);
}
