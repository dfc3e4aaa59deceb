#include "ref/vectors/chain/chain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ref/base/error.h"
#include "ref/base/size.h"
#include "ref/model/session_state.h"
#include "ref/vectors/case/flags.h"
#include "ref/vectors/chain/chain_links.h"

/* The step that the session is in. */
typedef struct recorder {
  const qref_chain_options *options;
  qref_chain *chain;
  bool decode;
  size_t token; /* of decode */
  size_t place; /* of the op in its step */
} recorder;

void qref_chain_free(qref_chain *chain) {
  for (size_t i = 0; i < chain->count; i++) {
    qref_case_free(&chain->cases[i]);
  }
  free(chain->cases);
  *chain = (qref_chain){0};
}

static bool grow(qref_chain *chain) {
  qref_case *cases = qref_grow(chain->cases, chain->count, &chain->capacity, sizeof *cases);
  if (cases != NULL) {
    chain->cases = cases;
  }
  return cases != NULL;
}

static qref_status record_op(void *context, size_t layer, const char *stage, qref_op op, const void *args,
                             qref_error *error) {
  recorder *to = context;
  qref_chain *chain = to->chain;
  if (layer != to->options->layer) {
    return QREF_OK;
  }
  char id[QREF_CASE_ID_SIZE];
  int length;
  if (to->decode) {
    length = snprintf(id, sizeof id, "%s/decode_%zu_%02zu_%s", to->options->prefix, to->token, to->place, stage);
  } else {
    length = snprintf(id, sizeof id, "%s/prefill_%02zu_%s", to->options->prefix, to->place, stage);
  }
  if (length < 0 || (size_t)length >= sizeof id) {
    return qref_fail(error, QREF_ERROR_OVERFLOW, "chain: the id of a step of %s is too long", to->options->prefix);
  }
  if (!grow(chain)) {
    return qref_fail(error, QREF_ERROR_MEMORY, "chain: no memory for case %s", id);
  }
  QREF_TRY(qref_case_capture(&chain->cases[chain->count], op, id, to->options->profile, args, error));
  chain->cases[chain->count++].flags = to->options->flags;
  to->place++;
  return qref_chain_link(chain, &to->options->model->config, stage, error);
}

static qref_status feed(qref_session *session, recorder *to, qref_error *error) {
  const qref_chain_options *options = to->options;
  session->op_observer = record_op;
  session->op_observer_context = to;
  QREF_TRY(qref_session_prefill(session, options->prefill, options->prefill_length, NULL, error));
  to->decode = true;
  for (to->token = 0; to->token < options->decode_length; to->token++) {
    to->place = 0;
    QREF_TRY(qref_session_decode(session, options->decode + to->token * options->batch, NULL, error));
  }
  return QREF_OK;
}

qref_status qref_chain_record(const qref_chain_options *options, qref_chain *chain, qref_error *error) {
  qref_session *session = NULL;
  qref_session_options session_options = {.batch = options->batch, .profile = options->profile};
  qref_status status = QREF_OK;
  if (options->layer >= options->model->config.n_layers) {
    status = qref_fail(error, QREF_ERROR_ARGUMENT, "layer: expected a number below %zu, got %zu",
                       options->model->config.n_layers, options->layer);
  }
  if (status == QREF_OK) {
    status = qref_backend_find("ref", &session_options.execution.backend, error);
  }
  if (status == QREF_OK) {
    status = qref_session_create(options->model, &session_options, &session, error);
  }
  if (status == QREF_OK) {
    recorder to = {.options = options, .chain = chain};
    status = feed(session, &to, error);
  }
  qref_session_destroy(session);
  if (status != QREF_OK) {
    qref_chain_free(chain);
  }
  return status;
}

qref_status qref_chain_layer(const qref_quantized_model *model, const qref_profile *profile, size_t layer,
                             const int32_t *tokens, size_t prefill_length, size_t decode_length, qref_chain *chain,
                             qref_error *error) {
  char prefix[32];
  snprintf(prefix, sizeof prefix, "layer%zu", layer);
  const qref_chain_options options = {
      .model = model,
      .profile = profile,
      .layer = layer,
      .batch = 1,
      .prefill = tokens,
      .prefill_length = prefill_length,
      .decode = tokens == NULL ? NULL : tokens + prefill_length,
      .decode_length = decode_length,
      .prefix = prefix,
      .flags = QREF_FLAG_BIT(QREF_FLAG_CHAIN) | QREF_FLAG_BIT(QREF_FLAG_REAL),
  };
  *chain = (qref_chain){0};
  return qref_chain_record(&options, chain, error);
}
