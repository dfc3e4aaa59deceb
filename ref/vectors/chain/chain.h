/* Chains: every op of a whole Mamba block as a case, in the order of the data, with links that say which output each
 * input comes from. Recorded from a session, so that the wiring is the model's own. A chain has the steps of a prefill
 * and of the decode tokens behind it. Needs libc only. */
#ifndef QREF_VECTORS_CHAIN_H
#define QREF_VECTORS_CHAIN_H

#include <qref/model.h>

#include "ref/vectors/case/case.h"

typedef struct qref_chain {
  qref_case *cases; /* inputs filled, not run; ids "<prefix>/prefill_02_conv1d", "<prefix>/decode_0_02_conv1d" */
  size_t count, capacity;
} qref_chain;

typedef struct qref_chain_options {
  const qref_quantized_model *model;
  const qref_profile *profile;
  size_t layer;
  size_t batch;
  const int32_t *prefill; /* (batch, prefill_length) */
  size_t prefill_length;
  const int32_t *decode; /* (decode_length, batch) */
  size_t decode_length;
  const char *prefix; /* of the ids */
  uint64_t flags;
} qref_chain_options;

/* Adds the steps of one layer to a chain; a zeroed chain is an empty one. On failure the chain is freed. */
qref_status qref_chain_record(const qref_chain_options *options, qref_chain *chain, qref_error *error);

/* The suite `block`: two small random blocks, one of a single sequence and one of a batch, of other widths. */
qref_status qref_chain_block(uint64_t seed, const qref_profile *profile, qref_chain *chain, qref_error *error);

/* The suite `layer`: a layer of a real model, one sequence of (prefill_length + decode_length) tokens. */
qref_status qref_chain_layer(const qref_quantized_model *model, const qref_profile *profile, size_t layer,
                             const int32_t *tokens, size_t prefill_length, size_t decode_length, qref_chain *chain,
                             qref_error *error);

void qref_chain_free(qref_chain *chain);

#endif
