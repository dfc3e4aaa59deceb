/* The chain of a layer of the model in the tree, quantized with its defaults and fed with the beginning of its
 * eval.txt. QREF_SOURCE_DIR is the root of the source tree. */
#ifndef QREF_TESTS_VECTORS_REAL_LAYER_H
#define QREF_TESTS_VECTORS_REAL_LAYER_H

#include <stdio.h>

#include "ref/vectors/chain/chain.h"

#define REAL_LAYER_MODEL QREF_SOURCE_DIR "/vectors/models/tiny-mamba"
enum { REAL_LAYER = 3, REAL_LAYER_PREFILL = 32, REAL_LAYER_MOST_TOKENS = 64 };

static inline bool real_layer_tokens(const char *path, int32_t *tokens, size_t count) {
  FILE *file = fopen(path, "rb");
  bool read = file != NULL;
  for (size_t i = 0; read && i < count; i++) {
    tokens[i] = fgetc(file);
    read = tokens[i] != EOF;
  }
  if (file != NULL) {
    fclose(file);
  }
  return read;
}

/* False with a message on stderr. */
static inline bool real_layer_record(size_t decode_length, qref_chain *chain) {
  enum { WINDOWS = 16, WINDOW_LENGTH = 256 };
  static int32_t calibration[WINDOWS * WINDOW_LENGTH], tokens[REAL_LAYER_MOST_TOKENS];
  qref_float_model *model = NULL;
  qref_quantized_model *quantized = NULL;
  qref_error error;
  if (!real_layer_tokens(REAL_LAYER_MODEL "/calib.txt", calibration, WINDOWS * WINDOW_LENGTH) ||
      !real_layer_tokens(REAL_LAYER_MODEL "/eval.txt", tokens, REAL_LAYER_PREFILL + decode_length)) {
    fprintf(stderr, "%s: cannot read calib.txt or eval.txt\n", REAL_LAYER_MODEL);
    return false;
  }
  const qref_quantize_model_options options = {
      .tokens = calibration, .window_count = WINDOWS, .window_length = WINDOW_LENGTH};
  const qref_execution execution = {.threads = 2};
  qref_status status = qref_float_model_open(REAL_LAYER_MODEL, &model, &error);
  if (status == QREF_OK) {
    status = qref_quantize_model(model, &options, &execution, &quantized, &error);
  }
  if (status == QREF_OK) {
    status = qref_chain_layer(quantized, qref_profile_builtin("quamba"), REAL_LAYER, tokens, REAL_LAYER_PREFILL,
                              decode_length, chain, &error);
  }
  if (status != QREF_OK) {
    fprintf(stderr, "%s\n", error.message);
  }
  qref_quantized_model_destroy(quantized);
  qref_float_model_close(model);
  return status == QREF_OK;
}

#endif
