/* A quantized model of a small random checkpoint. */
#ifndef QREF_TESTS_MODEL_SYNTHETIC_QUANTIZED_H
#define QREF_TESTS_MODEL_SYNTHETIC_QUANTIZED_H

#include "tests/model/synthetic_checkpoint.h"

enum { SYNTHETIC_WINDOWS = 3, SYNTHETIC_WINDOW_LENGTH = 20 };

/* Calibration tokens of the synthetic vocabulary of 40. */
static inline void synthetic_tokens(int32_t tokens[SYNTHETIC_WINDOWS * SYNTHETIC_WINDOW_LENGTH]) {
  for (size_t i = 0; i < SYNTHETIC_WINDOWS * SYNTHETIC_WINDOW_LENGTH; i++) {
    tokens[i] = (int32_t)(qref_random_bits(77, 0, i) % 40u);
  }
}

/* Saves the checkpoint to the directory, quantizes it with `options` (whose tokens are filled in), removes the files.
 */
static inline qref_quantized_model *synthetic_quantize(const synthetic_checkpoint *checkpoint, const char *directory,
                                                       qref_quantize_model_options options,
                                                       const qref_execution *execution) {
  qref_error error;
  qref_float_model *model = NULL;
  qref_quantized_model *quantized = NULL;
  int32_t tokens[SYNTHETIC_WINDOWS * SYNTHETIC_WINDOW_LENGTH];
  synthetic_tokens(tokens);
  options.tokens = tokens;
  options.window_count = SYNTHETIC_WINDOWS;
  options.window_length = SYNTHETIC_WINDOW_LENGTH;
  synthetic_save(checkpoint, directory);
  if (qref_float_model_open(directory, &model, &error) != QREF_OK ||
      qref_quantize_model(model, &options, execution, &quantized, &error) != QREF_OK) {
    fail_msg("%s", error.message);
  }
  qref_float_model_close(model);
  temporary_directory_clear(directory);
  return quantized;
}

/* The same with defaults, in a directory of its own. */
static inline qref_quantized_model *synthetic_quantize_plain(qref_dtype dtype) {
  char directory[TEST_PATH_SIZE];
  synthetic_checkpoint checkpoint;
  temporary_directory_create(directory);
  synthetic_create(&checkpoint, dtype);
  qref_quantized_model *quantized = synthetic_quantize(&checkpoint, directory, (qref_quantize_model_options){0}, NULL);
  synthetic_destroy(&checkpoint);
  temporary_directory_remove(directory);
  return quantized;
}

#endif
