#include "ref/cli/token_input.h"

#include <qref/numerics.h>
#include <stdlib.h>
#include <string.h>

#include "ref/base/decimal.h"
#include "ref/base/error.h"
#include "ref/base/file.h"
#include "ref/base/size.h"
#include "ref/vectors/npy.h"

enum { BYTE_VALUES = 256 };
static const size_t text_limit = (size_t)1 << 30;

void qref_token_input_free(qref_token_input *input) {
  free(input->tokens);
  input->tokens = NULL;
  input->count = 0;
}

static qref_status allocate(const char *source, size_t count, qref_token_input *input, qref_error *error) {
  input->tokens = qref_allocate(count, sizeof *input->tokens);
  input->count = count;
  if (input->tokens == NULL) {
    return qref_fail(error, QREF_ERROR_MEMORY, "%s: out of memory for %zu tokens", source, count);
  }
  return QREF_OK;
}

static qref_status from_bytes(const char *source, const char *bytes, size_t size, size_t vocab_size,
                              qref_token_input *input, qref_error *error) {
  if (vocab_size < BYTE_VALUES) {
    return qref_fail(error, QREF_ERROR_ARGUMENT,
                     "%s: text needs a vocabulary of at least %d byte values, the model has %zu tokens", source,
                     BYTE_VALUES, vocab_size);
  }
  if (size == 0) {
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: expected at least one byte of text", source);
  }
  QREF_TRY(allocate(source, size, input, error));
  for (size_t i = 0; i < size; i++) {
    input->tokens[i] = (unsigned char)bytes[i];
  }
  return QREF_OK;
}

qref_status qref_tokens_from_text(const char *path, size_t vocab_size, qref_token_input *input, qref_error *error) {
  char *text = NULL;
  size_t size = 0;
  QREF_TRY(qref_read_file(path, text_limit, &text, &size, error));
  qref_status status = from_bytes(path, text, size, vocab_size, input, error);
  free(text);
  return status;
}

qref_status qref_tokens_from_string(const char *text, size_t vocab_size, qref_token_input *input, qref_error *error) {
  return from_bytes("--prompt", text, strlen(text), vocab_size, input, error);
}

/* ---- numbers ---- */

static qref_status check_token(const char *path, size_t position, int64_t token, size_t vocab_size, int32_t *stored,
                               qref_error *error) {
  if (token < 0 || (uint64_t)token >= vocab_size || token > INT32_MAX) {
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: token %zu is %lld, outside the vocabulary of %zu", path, position,
                     (long long)token, vocab_size);
  }
  *stored = (int32_t)token;
  return QREF_OK;
}

static qref_status from_tensor(const char *path, const qref_tensor *tensor, size_t vocab_size, qref_token_input *input,
                               qref_error *error) {
  if ((tensor->dtype != QREF_DTYPE_INT32 && tensor->dtype != QREF_DTYPE_INT64) || tensor->dimensions != 1) {
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: expected int32 or int64 tokens in one dimension, not %s in %zu",
                     path, qref_dtype_name(tensor->dtype), tensor->dimensions);
  }
  QREF_TRY(allocate(path, tensor->count, input, error));
  for (size_t i = 0; i < tensor->count; i++) {
    const int64_t token = tensor->dtype == QREF_DTYPE_INT32 ? (int64_t)((const int32_t *)tensor->data)[i]
                                                            : ((const int64_t *)tensor->data)[i];
    QREF_TRY(check_token(path, i, token, vocab_size, &input->tokens[i], error));
  }
  return QREF_OK;
}

static bool is_separator(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == ',';
}

static qref_status from_decimal(const char *path, char *text, size_t size, size_t vocab_size, qref_token_input *input,
                                qref_error *error) {
  QREF_TRY(allocate(path, size / 2 + 1, input, error)); /* a digit and a separator each */
  size_t count = 0;
  for (size_t i = 0; i < size;) {
    if (is_separator(text[i])) {
      i++;
      continue;
    }
    size_t end = i;
    while (end < size && !is_separator(text[end])) {
      end++;
    }
    text[end] = '\0'; /* the separator, or the file's final NUL */
    uint64_t token = 0;
    if (!qref_parse_u64(text + i, &token)) {
      return qref_fail(error, QREF_ERROR_FORMAT, "%s: token %zu: expected a decimal number, not '%.40s'", path, count,
                       text + i);
    }
    QREF_TRY(check_token(path, count, token > INT32_MAX ? (int64_t)INT32_MAX + 1 : (int64_t)token, vocab_size,
                         &input->tokens[count], error));
    count++;
    i = end + 1;
  }
  input->count = count;
  return QREF_OK;
}

static bool ends_with(const char *text, const char *ending) {
  const size_t length = strlen(text);
  const size_t ending_length = strlen(ending);
  return length >= ending_length && strcmp(text + length - ending_length, ending) == 0;
}

static qref_status read_numbers(const char *path, size_t vocab_size, qref_token_input *input, qref_error *error) {
  if (ends_with(path, ".npy")) {
    qref_tensor tensor;
    QREF_TRY(qref_npy_read(path, &tensor, error));
    qref_status status = from_tensor(path, &tensor, vocab_size, input, error);
    qref_tensor_free(&tensor);
    return status;
  }
  char *text = NULL;
  size_t size = 0;
  QREF_TRY(qref_read_file(path, text_limit, &text, &size, error));
  qref_status status = from_decimal(path, text, size, vocab_size, input, error);
  free(text);
  return status;
}

qref_status qref_tokens_from_numbers(const char *path, size_t vocab_size, qref_token_input *input, qref_error *error) {
  memset(input, 0, sizeof *input);
  qref_status status = read_numbers(path, vocab_size, input, error);
  if (status == QREF_OK) {
    status = qref_tokens_require(input, 1, path, error);
  }
  if (status != QREF_OK) {
    qref_token_input_free(input);
  }
  return status;
}

qref_status qref_tokens_at_random(uint64_t seed, size_t count, size_t vocab_size, qref_token_input *input,
                                  qref_error *error) {
  QREF_TRY(allocate("random tokens", count, input, error));
  for (size_t i = 0; i < count; i++) {
    input->tokens[i] = (int32_t)(qref_random_bits(seed, 0, i) % vocab_size);
  }
  return QREF_OK;
}

qref_status qref_tokens_require(const qref_token_input *input, size_t count, const char *source, qref_error *error) {
  if (input->count < count || input->count == 0) {
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: expected at least %zu tokens, there are %zu", source,
                     count == 0 ? 1 : count, input->count);
  }
  return QREF_OK;
}
