#include "ref/cli/model_source.h"

#include <stdlib.h>
#include <string.h>

#include "ref/base/error.h"
#include "ref/base/file.h"
#include "ref/base/size.h"

enum { BYTE_VALUES = 256, DEFAULT_WINDOWS = 16, DEFAULT_WINDOW_LENGTH = 256 };
static const double default_quantile = 0.9995;

void qref_calibration_options(qref_calibration *calibration, qref_option options[QREF_CALIBRATION_OPTION_COUNT]) {
  *calibration = (qref_calibration){
      .windows = DEFAULT_WINDOWS,
      .window_length = DEFAULT_WINDOW_LENGTH,
      .quantile = default_quantile,
  };
  const qref_option list[QREF_CALIBRATION_OPTION_COUNT] = {
      QREF_STRING("--calib", "TEXT|F.npy", "calibrate on this text, or tokens (default calib.txt of the model)",
                  &calibration->calib_path),
      QREF_STRING("--calib-tokens", "F", "calibrate on token numbers: .npy, or decimal text",
                  &calibration->calib_tokens_path),
      QREF_SIZE("--calib-windows", "N", "calibration windows (default 16)", &calibration->windows, 1, 0),
      QREF_SIZE("--calib-length", "N", "tokens of a calibration window (default 256)", &calibration->window_length, 1,
                0),
      QREF_REAL("--quantile", "Q", "of x_proj's input and the scan state (default 0.9995)", &calibration->quantile),
      QREF_FLAG("--float16-embedding", "keep the embedding in float16", &calibration->float16_embedding),
      QREF_FLAG("--float16-lm-head", "keep lm_head in float16", &calibration->float16_lm_head),
  };
  memcpy(options, list, sizeof list);
}

qref_status qref_model_source_open(const char *path, qref_model_source *source, qref_error *error) {
  *source = (qref_model_source){.path = path, .is_directory = qref_path_is_directory(path)};
  if (source->is_directory) {
    QREF_TRY(qref_float_model_open(path, &source->float_model, error));
    source->config = qref_float_model_config(source->float_model);
  } else {
    QREF_TRY(qref_quantized_model_load(path, &source->quantized, error));
    source->config = qref_quantized_model_config(source->quantized);
  }
  return QREF_OK;
}

void qref_model_source_close(qref_model_source *source) {
  qref_float_model_close(source->float_model);
  qref_quantized_model_destroy(source->quantized);
  *source = (qref_model_source){.path = NULL};
}

char *qref_model_source_text(const qref_model_source *source, const char *name) {
  if (source->config->vocab_size != BYTE_VALUES) {
    return NULL;
  }
  char *path = NULL;
  const char *slash = strrchr(source->path, '/');
  if (source->is_directory) {
    path = qref_path_join(source->path, name);
  } else if (slash == NULL) {
    path = qref_path_join(".", name);
  } else {
    char *directory = strndup(source->path, (size_t)(slash - source->path) + 1);
    path = directory == NULL ? NULL : qref_path_join(directory, name);
    free(directory);
  }
  if (path != NULL && !qref_path_exists(path)) {
    free(path);
    path = NULL;
  }
  return path;
}

static qref_status read_calibration(const qref_model_source *source, const qref_calibration *calibration,
                                    qref_token_input *input, const char **name, qref_error *error) {
  const size_t vocab_size = source->config->vocab_size;
  const char *path = calibration->calib_path;
  if (calibration->calib_tokens_path != NULL) {
    if (path != NULL) {
      return qref_fail(error, QREF_ERROR_ARGUMENT, "options --calib and --calib-tokens: expected one of them");
    }
    *name = calibration->calib_tokens_path;
    return qref_tokens_from_numbers(*name, vocab_size, input, error);
  }
  if (path != NULL) {
    const size_t length = strlen(path);
    *name = path;
    return length > 4 && strcmp(path + length - 4, ".npy") == 0
               ? qref_tokens_from_numbers(path, vocab_size, input, error)
               : qref_tokens_from_text(path, vocab_size, input, error);
  }
  char *found = qref_model_source_text(source, "calib.txt");
  if (found == NULL) {
    return qref_fail(error, QREF_ERROR_ARGUMENT,
                     "%s: no calib.txt for a byte-level model: give calibration data with --calib or --calib-tokens",
                     source->path);
  }
  *name = "calib.txt";
  qref_status status = qref_tokens_from_text(found, vocab_size, input, error);
  free(found);
  return status;
}

qref_status qref_model_source_quantize(qref_model_source *source, const qref_calibration *calibration,
                                       const qref_common *common, qref_error *error) {
  if (source->quantized != NULL) {
    return QREF_OK;
  }
  size_t needed = 0;
  if (!(calibration->quantile > 0.0) || calibration->quantile > 1.0) {
    return qref_fail(error, QREF_ERROR_ARGUMENT, "option --quantile: expected a number above 0 and at most 1");
  }
  if (!qref_size_multiply(calibration->windows, calibration->window_length, &needed)) {
    return qref_fail(error, QREF_ERROR_OVERFLOW, "options --calib-windows and --calib-length: the product overflows");
  }
  qref_token_input input = {0};
  const char *name = NULL;
  QREF_TRY(read_calibration(source, calibration, &input, &name, error));
  qref_status status = qref_tokens_require(&input, needed, name, error);
  if (status == QREF_OK) {
    const qref_quantize_model_options options = {
        .profile = &common->profile,
        .tokens = input.tokens,
        .window_count = calibration->windows,
        .window_length = calibration->window_length,
        .quantile = calibration->quantile,
        .float16_embedding = calibration->float16_embedding,
        .float16_lm_head = calibration->float16_lm_head,
    };
    status = qref_quantize_model(source->float_model, &options, &common->execution, &source->quantized, error);
  }
  qref_token_input_free(&input);
  return status;
}
