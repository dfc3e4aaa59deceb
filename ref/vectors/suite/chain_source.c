#include <stdlib.h>
#include <string.h>

#include "ref/base/error.h"
#include "ref/vectors/suite/source.h"

static const char *chain_id(const void *context, size_t i) {
  return ((const qref_chain *)context)->cases[i].id;
}

static qref_status chain_make(void *context, size_t i, qref_case *item, qref_error *error) {
  return qref_case_clone(&((const qref_chain *)context)->cases[i], item, error);
}

static void chain_destroy(void *context) {
  qref_chain_free(context);
  free(context);
}

qref_status qref_chain_source_open(qref_chain *chain, qref_case_source *source, qref_error *error) {
  qref_chain *kept = malloc(sizeof *kept);
  if (kept == NULL) {
    qref_chain_free(chain);
    return qref_fail(error, QREF_ERROR_MEMORY, "out of memory for the steps of a chain");
  }
  *kept = *chain;
  memset(chain, 0, sizeof *chain);
  *source = (qref_case_source){
      .count = kept->count, .id = chain_id, .make = chain_make, .destroy = chain_destroy, .context = kept};
  return QREF_OK;
}

qref_status qref_block_source_open(const qref_source_options *options, qref_case_source *source, qref_error *error) {
  qref_chain chain = {0};
  QREF_TRY(qref_chain_block(options->seed, options->profile, &chain, error));
  return qref_chain_source_open(&chain, source, error);
}

qref_status qref_layer_source_open(const qref_source_options *options, qref_case_source *source, qref_error *error) {
  qref_chain chain = {0};
  if (options->model == NULL || options->tokens == NULL || options->prefill_length == 0) {
    return qref_fail(error, QREF_ERROR_ARGUMENT, "suite 'layer': expected a model and at least one token");
  }
  QREF_TRY(qref_chain_layer(options->model, options->profile, options->layer, options->tokens, options->prefill_length,
                            options->decode_length, &chain, error));
  return qref_chain_source_open(&chain, source, error);
}
