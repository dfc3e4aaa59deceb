/* Where the cases of a suite come from: one interface for the plans of ops, a block, a layer of a model, and the shards
 * of a suite that is being put together. */
#ifndef QREF_VECTORS_SUITE_SOURCE_H
#define QREF_VECTORS_SUITE_SOURCE_H

#include <qref/vectors.h>

#include "ref/vectors/case/case.h"
#include "ref/vectors/chain/chain.h"
#include "ref/vectors/generate/plan.h"

typedef struct qref_case_source {
  size_t count;
  bool complete;     /* make gives cases that have been run already */
  bool has_coverage; /* the cases are those of a plan: */
  qref_suite_size coverage_size;
  qref_op coverage_op;
  /* Id of case i, which make would give it. Valid until destroy. */
  const char *(*id)(const void *context, size_t i);
  /* Makes case i: allocated, inputs filled, not run. From any thread, in any order. The caller frees the case; nothing
   * is to be freed after a failure. */
  qref_status (*make)(void *context, size_t i, qref_case *item, qref_error *error);
  void (*destroy)(void *context);
  void *context;
} qref_case_source;

typedef struct qref_source_options {
  const char *suite;
  qref_op op; /* QREF_OP_COUNT: every op; plans only */
  uint64_t seed;
  const qref_profile *profile;
  int threads;
  const qref_quantized_model *model; /* layer only, as in qref_gen_options: */
  size_t layer;
  const int32_t *tokens;
  size_t prefill_length, decode_length;
} qref_source_options;

/* Opens the source of a suite by its name. */
qref_status qref_case_source_open(const qref_source_options *options, qref_case_source *source, qref_error *error);
void qref_case_source_close(qref_case_source *source);

/* Whether a suite of this name is a function of seed and profile alone, so that its inputs can be made again. */
bool qref_suite_is_built_in(const char *suite);
/* Whether the name is that of a plan; *size is its size. */
bool qref_suite_plan_size(const char *suite, qref_suite_size *size);

/* smoke, standard, thorough. */
qref_status qref_plan_source_open(const qref_source_options *options, qref_suite_size size, qref_case_source *source,
                                  qref_error *error);
/* Takes over a chain, whose cases are then copied one by one; it is freed on failure too. */
qref_status qref_chain_source_open(qref_chain *chain, qref_case_source *source, qref_error *error);
/* A whole block with made-up weights. */
qref_status qref_block_source_open(const qref_source_options *options, qref_case_source *source, qref_error *error);
/* A whole layer of a model with its real activations. */
qref_status qref_layer_source_open(const qref_source_options *options, qref_case_source *source, qref_error *error);

#endif
