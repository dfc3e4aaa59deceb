/* What qref gen --suite layer needs: a quantized model, and tokens of real text for it. */
#ifndef QREF_CLI_LAYER_INPUT_H
#define QREF_CLI_LAYER_INPUT_H

#include "ref/cli/model_source.h"

enum { QREF_LAYER_OPTION_COUNT = 6 };

typedef struct qref_layer_input {
  /* as given; NULL, SIZE_MAX or 0 where not */
  const char *model, *text, *tokens;
  size_t layer, prefill_length, decode_length;
  /* opened */
  char *default_model; /* NULL where one is named */
  qref_model_source source;
  qref_token_input input;
} qref_layer_input;

/* Sets the defaults and lists the options. */
void qref_layer_options(qref_layer_input *layer, qref_option options[QREF_LAYER_OPTION_COUNT]);
/* The first of the options that was given, or NULL. */
const char *qref_layer_option_given(const qref_layer_input *layer);

/* Opens the model, calibrates it with the defaults of qref quantize if it is a checkpoint, reads the tokens, and puts
 * all of it into the options of gen. Close it afterwards, whatever the status. */
qref_status qref_layer_input_open(qref_layer_input *layer, const qref_common *common, qref_gen_options *options,
                                  qref_error *error);
void qref_layer_input_close(qref_layer_input *layer);

#endif
