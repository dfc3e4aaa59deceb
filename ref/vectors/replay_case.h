/* One case of a recording while it is replayed: its tensors, scratch memory and results, freed together. */
#ifndef QREF_VECTORS_REPLAY_CASE_H
#define QREF_VECTORS_REPLAY_CASE_H

#include <qref/vectors.h>

#include "ref/vectors/recording.h"

enum {
  QREF_REPLAY_MAX_TENSORS = 40,
  QREF_REPLAY_MAX_BUFFERS = 40,
  QREF_REPLAY_MAX_OUTPUTS = 20,
};

typedef struct qref_replay_case {
  const qref_recording *recording;
  const cJSON *json;
  const char *id;
  const char *op;
  char source[192]; /* "DIR/manifest.json: case 'id'", for messages */
  const qref_profile *profile;
  const qref_backend *backend;
  int threads;
  size_t tensor_count;
  qref_tensor tensors[QREF_REPLAY_MAX_TENSORS];
  size_t buffer_count;
  void *buffers[QREF_REPLAY_MAX_BUFFERS];
  size_t output_count;
  qref_replay_output outputs[QREF_REPLAY_MAX_OUTPUTS];
} qref_replay_case;

void qref_replay_case_free(qref_replay_case *item);

/* Fails unless the backend computes the op under the profile. */
qref_status qref_replay_require(const qref_replay_case *item, qref_op op, qref_error *error);

/* Zeroed scratch memory that lives as long as the case. */
qref_status qref_replay_buffer(qref_replay_case *item, size_t count, size_t size, void **buffer, qref_error *error);

/* Whether the case, or the one it takes its weights from, lists an input of that name. */
bool qref_replay_has_input(const qref_replay_case *item, const char *name);
/* Loads that input with the given dtype and rank; any length is accepted in a dimension whose expected length is 0. */
qref_status qref_replay_input(qref_replay_case *item, const char *name, qref_dtype dtype, size_t dimensions,
                              const size_t *shape, const qref_tensor **tensor, qref_error *error);
/* An optional int8 input: *data stays NULL if it is not listed or the case's flag `flag` (true where absent) is
 * false. A flag that is true without the input is an error. */
qref_status qref_replay_optional_int8(qref_replay_case *item, const char *flag, const char *name, size_t dimensions,
                                      const size_t *shape, const int8_t **data, qref_error *error);
/* Loads a recorded output of exactly that dtype and shape. */
qref_status qref_replay_recorded(qref_replay_case *item, const cJSON *entry, qref_dtype dtype, size_t dimensions,
                                 const size_t *shape, const qref_tensor **tensor, qref_error *error);
/* The first of the case's recorded outputs, at least one; the others follow through `next`. */
qref_status qref_replay_first_output(const qref_replay_case *item, const cJSON **entry, qref_error *error);
qref_status qref_replay_unknown_output(const qref_replay_case *item, const cJSON *entry, const char *known,
                                       qref_error *error);

/* What an int8 output was before rounding. */
typedef struct qref_replay_rounding {
  const qref_rounding_rule *rule;
  const float *before;    /* as many as the tensor has elements */
  const float *allowance; /* optional: how far from a boundary a value may be for a tie, beside 2 ulp */
} qref_replay_rounding;

/* Compare a recorded tensor with the reference's and add the result to the case. */
qref_status qref_replay_compare_int8(qref_replay_case *item, const char *output, const qref_tensor *recorded,
                                     const int8_t *actual, const qref_replay_rounding *rounding, qref_error *error);
qref_status qref_replay_compare_f32(qref_replay_case *item, const char *output, const qref_tensor *recorded,
                                    const float *actual, uint64_t allowed_ulp, qref_error *error);
/* before: values before the rounding to float16, optional. bound: of the error of an element before that rounding,
 * optional: without it the output must be exact. */
qref_status qref_replay_compare_f16(qref_replay_case *item, const char *output, const qref_tensor *recorded,
                                    const qref_float16 *actual, const float *before, const float *bound,
                                    qref_error *error);

/* One function per op: reads the case, runs the backend, compares every output. */
qref_status qref_replay_conv1d_silu(qref_replay_case *item, qref_error *error);
qref_status qref_replay_conv1d_silu_update(qref_replay_case *item, qref_error *error);
qref_status qref_replay_linear_w8a8(qref_replay_case *item, qref_error *error);
qref_status qref_replay_selective_scan(qref_replay_case *item, qref_error *error);
qref_status qref_replay_selective_scan_update(qref_replay_case *item, qref_error *error);
qref_status qref_replay_rmsnorm(qref_replay_case *item, qref_error *error);
qref_status qref_replay_hadamard(qref_replay_case *item, qref_error *error);

/* The recorded base matrix `file` of the given order against ours. */
qref_status qref_replay_hadamard_matrix(qref_replay_case *item, const char *file, size_t order, qref_error *error);

#endif
