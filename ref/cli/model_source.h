/* A model as a subcommand is given it: a Hugging Face directory or a quantized file; and its calibration. */
#ifndef QREF_CLI_MODEL_SOURCE_H
#define QREF_CLI_MODEL_SOURCE_H

#include "ref/cli/options.h"
#include "ref/cli/token_input.h"

enum { QREF_CALIBRATION_OPTION_COUNT = 7 };

typedef struct qref_calibration {
  const char *calib_path;        /* text, or tokens if the name ends in .npy; NULL: calib.txt of the model */
  const char *calib_tokens_path; /* token numbers */
  size_t windows;
  size_t window_length;
  double quantile;
  bool float16_embedding;
  bool float16_lm_head;
} qref_calibration;

/* Sets the defaults and lists the options. */
void qref_calibration_options(qref_calibration *calibration, qref_option options[QREF_CALIBRATION_OPTION_COUNT]);

typedef struct qref_model_source {
  const char *path;
  bool is_directory;
  qref_float_model *float_model;   /* a directory; else NULL */
  qref_quantized_model *quantized; /* a file, or once qref_model_source_quantize has run */
  const qref_model_config *config; /* of what was opened */
} qref_model_source;

qref_status qref_model_source_open(const char *path, qref_model_source *source, qref_error *error);
void qref_model_source_close(qref_model_source *source);

/* Calibrates and quantizes a directory; leaves a quantized file as it is. */
qref_status qref_model_source_quantize(qref_model_source *source, const qref_calibration *calibration,
                                       const qref_common *common, qref_error *error);

/* A file in the model's directory, or beside a quantized file, malloc'ed; NULL if it is not there or the model's tokens
 * are not the 256 byte values. */
char *qref_model_source_text(const qref_model_source *source, const char *name);

#endif
