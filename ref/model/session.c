#include <stdlib.h>
#include <string.h>

#include "ref/base/error.h"
#include "ref/base/size.h"
#include "ref/model/allocate.h"
#include "ref/model/scale_policy.h"
#include "ref/model/session_state.h"

/* The ops of a path: those of every path, then the path's own. */
static qref_status resolve_execution(qref_session *session, const qref_execution *execution, qref_error *error) {
  static const qref_op common[] = {QREF_OP_LINEAR_W8A8,           QREF_OP_LINEAR_W8A8_F16, QREF_OP_LINEAR_W8A8_ROW,
                                   QREF_OP_SELECTIVE_SCAN,        QREF_OP_RMSNORM,         QREF_OP_HADAMARD,
                                   QREF_OP_SELECTIVE_SCAN_UPDATE, QREF_OP_EMBEDDING_W8};
  static const qref_op int8_path[] = {QREF_OP_CONV1D_SILU, QREF_OP_CONV1D_SILU_UPDATE};
  static const qref_op simulated_path[] = {QREF_OP_CONV1D_SILU_FLOATSIM, QREF_OP_REQUANTIZE};
  static const qref_op float16_head[] = {QREF_OP_LINEAR_F32};
  const qref_profile *profile = &session->profile;
  qref_resolved_execution *resolved = &session->execution;
  QREF_TRY(qref_execution_resolve(execution, profile, common, sizeof common / sizeof common[0], resolved, error));
  QREF_TRY(qref_execution_resolve(execution, profile, session->float_simulation.enabled ? simulated_path : int8_path, 2,
                                  resolved, error));
  return qref_execution_resolve(execution, profile, float16_head, session->model->lm_head_f16 == NULL ? 0 : 1, resolved,
                                error);
}

static qref_status allocate(qref_session *session, qref_error *error) {
  const qref_model_config *config = &session->model->config;
  size_t sequences;
  if (!qref_size_multiply(config->n_layers, session->batch, &sequences)) {
    return qref_fail(error, QREF_ERROR_OVERFLOW, "session: a batch of %zu is too large", session->batch);
  }
  session->ones = qref_allocate_tensor(sizeof(float), config->d_model, 1, 1);
  session->conv_state = qref_allocate_zeroed_tensor(1, sequences, config->d_inner, config->d_conv);
  session->scan_state = qref_allocate_zeroed_tensor(1, sequences, config->d_inner, config->d_state);
  if (session->ones == NULL || session->conv_state == NULL || session->scan_state == NULL) {
    return qref_fail_memory(error, "the states of a session");
  }
  for (size_t i = 0; i < config->d_model; i++) {
    session->ones[i] = 1.0f;
  }
  session->fresh = true;
  return qref_session_work_create(session, 1, true, &session->decode_work, error);
}

static qref_status configure(qref_session *session, const qref_session_options *options, qref_error *error) {
  session->batch = options->batch == 0 ? 1 : options->batch;
  session->profile = options->profile == NULL ? *qref_profile_builtin("quamba") : *options->profile;
  session->float_simulation = options->float_simulation;
  session->observer = options->observer;
  session->observer_context = options->observer_context;
  if (session->profile.conv1d_arithmetic == QREF_CONV1D_FLOAT_SIMULATION) {
    session->float_simulation.enabled = true;
  }
  if (session->float_simulation.enabled && session->float_simulation.better_scale) {
    QREF_TRY(qref_scale_policy_check(&session->float_simulation.policy, error));
  }
  QREF_TRY(resolve_execution(session, &options->execution, error));
  return allocate(session, error);
}

qref_status qref_session_create(const qref_quantized_model *model, const qref_session_options *options,
                                qref_session **session, qref_error *error) {
  static const qref_session_options defaults = {.batch = 1};
  if (model == NULL || session == NULL) {
    return qref_fail(error, QREF_ERROR_ARGUMENT, "qref_session_create: model and session must not be NULL");
  }
  qref_session *created = calloc(1, sizeof *created);
  if (created == NULL) {
    return qref_fail_memory(error, "a session");
  }
  created->model = model;
  const qref_status status = configure(created, options == NULL ? &defaults : options, error);
  if (status != QREF_OK) {
    qref_session_destroy(created);
    return status;
  }
  *session = created;
  return QREF_OK;
}

void qref_session_destroy(qref_session *session) {
  if (session != NULL) {
    qref_session_work_destroy(&session->decode_work);
    free(session->conv_state);
    free(session->scan_state);
    free(session->ones);
    free(session);
  }
}

void qref_session_reset(qref_session *session) {
  const qref_model_config *config = &session->model->config;
  const size_t channels = config->n_layers * session->batch * config->d_inner;
  memset(session->conv_state, 0, channels * config->d_conv);
  memset(session->scan_state, 0, channels * config->d_state);
  memset(&session->counts, 0, sizeof session->counts);
  session->fresh = true;
  session->failed = false;
}

const qref_counts *qref_session_counts(const qref_session *session) {
  return &session->counts;
}
