#include "ref/cli/layer_input.h"

#include <stdlib.h>
#include <string.h>

#include "ref/base/error.h"
#include "ref/cli/default_model.h"

enum { DEFAULT_PREFILL_LENGTH = 32, DEFAULT_DECODE_LENGTH = 4, NOT_GIVEN = 0 };

void qref_layer_options(qref_layer_input *layer, qref_option options[QREF_LAYER_OPTION_COUNT]) {
  *layer = (qref_layer_input){.layer = SIZE_MAX};
  const qref_option list[QREF_LAYER_OPTION_COUNT] = {
      QREF_STRING("--model", "DIR|FILE", "layer: checkpoint or quantized file (default: the model in the tree)",
                  &layer->model),
      QREF_SIZE("--layer", "L", "layer: which one, from 0 (default 0)", &layer->layer, 0, SIZE_MAX - 1),
      QREF_SIZE("--seq-len", "N", "layer: tokens of the prefill (default 32)", &layer->prefill_length, 1, 0),
      QREF_SIZE("--decode", "N", "layer: tokens decoded one by one behind it (default 4)", &layer->decode_length, 1, 0),
      QREF_STRING("--text", "FILE", "layer: the first bytes of this text (default eval.txt of the model)",
                  &layer->text),
      QREF_STRING("--tokens", "FILE", "layer: the first of these token numbers: .npy, or decimal text", &layer->tokens),
  };
  memcpy(options, list, sizeof list);
}

const char *qref_layer_option_given(const qref_layer_input *layer) {
  return layer->model != NULL                 ? "--model"
         : layer->layer != SIZE_MAX           ? "--layer"
         : layer->prefill_length != NOT_GIVEN ? "--seq-len"
         : layer->decode_length != NOT_GIVEN  ? "--decode"
         : layer->text != NULL                ? "--text"
         : layer->tokens != NULL              ? "--tokens"
                                              : NULL;
}

/* Backend cpu gives the bits of ref in less time. */
static qref_status quantize(qref_layer_input *layer, const qref_common *common, qref_error *error) {
  qref_calibration calibration;
  qref_option unused[QREF_CALIBRATION_OPTION_COUNT];
  qref_calibration_options(&calibration, unused);
  qref_common fast = *common;
  QREF_TRY(qref_backend_find("cpu", &fast.execution.backend, error));
  return qref_model_source_quantize(&layer->source, &calibration, &fast, error);
}

static qref_status read_tokens(qref_layer_input *layer, size_t needed, qref_error *error) {
  const size_t vocab_size = layer->source.config->vocab_size;
  if (layer->text != NULL && layer->tokens != NULL) {
    return qref_fail(error, QREF_ERROR_ARGUMENT, "options --text and --tokens: expected one of them");
  }
  char *beside = qref_model_source_text(&layer->source, "eval.txt");
  const char *name = layer->tokens != NULL ? layer->tokens : layer->text != NULL ? layer->text : beside;
  qref_status status = QREF_OK;
  if (name == NULL) {
    status = qref_fail(error, QREF_ERROR_ARGUMENT, "%s: no eval.txt for a byte-level model: give --text or --tokens",
                       layer->source.path);
  } else if (layer->tokens != NULL) {
    status = qref_tokens_from_numbers(name, vocab_size, &layer->input, error);
  } else {
    status = qref_tokens_from_text(name, vocab_size, &layer->input, error);
  }
  if (status == QREF_OK) {
    status = qref_tokens_require(&layer->input, needed, name, error);
  }
  free(beside);
  return status;
}

qref_status qref_layer_input_open(qref_layer_input *layer, const qref_common *common, qref_gen_options *options,
                                  qref_error *error) {
  const size_t prefill = layer->prefill_length != NOT_GIVEN ? layer->prefill_length : DEFAULT_PREFILL_LENGTH;
  const size_t decode = layer->decode_length != NOT_GIVEN ? layer->decode_length : DEFAULT_DECODE_LENGTH;
  const size_t number = layer->layer != SIZE_MAX ? layer->layer : 0;
  if (decode > SIZE_MAX - prefill) {
    return qref_fail(error, QREF_ERROR_OVERFLOW, "options --seq-len and --decode: the sum overflows");
  }
  if (layer->model == NULL && (layer->default_model = qref_default_model()) == NULL) {
    return qref_fail(error, QREF_ERROR_MEMORY, "out of memory for the name of the default model");
  }
  QREF_TRY(qref_model_source_open(layer->model != NULL ? layer->model : layer->default_model, &layer->source, error));
  if (number >= layer->source.config->n_layers) {
    return qref_fail(error, QREF_ERROR_ARGUMENT,
                     "option --layer: expected a number below %zu, the layers of %s, not %zu",
                     layer->source.config->n_layers, layer->source.path, number);
  }
  QREF_TRY(read_tokens(layer, prefill + decode, error));
  QREF_TRY(quantize(layer, common, error));
  options->model = layer->source.quantized;
  options->layer = number;
  options->tokens = layer->input.tokens;
  options->prefill_length = prefill;
  options->decode_length = decode;
  return QREF_OK;
}

void qref_layer_input_close(qref_layer_input *layer) {
  qref_token_input_free(&layer->input);
  qref_model_source_close(&layer->source);
  free(layer->default_model);
  layer->default_model = NULL;
}
