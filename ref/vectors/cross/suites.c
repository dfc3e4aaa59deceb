#include <string.h>

#include "ref/base/error.h"
#include "ref/vectors/cross/session.h"
#include "ref/vectors/suite/source.h"

/* FNV-1a: a case is laid out the same way in every run. */
static uint64_t variation_of(const char *id) {
  uint64_t hash = UINT64_C(0xcbf29ce484222325);
  for (; *id != '\0'; id++) {
    hash = (hash ^ (unsigned char)*id) * UINT64_C(0x100000001b3);
  }
  return hash ^ hash >> 32;
}

/* Runs a made case; the inputs move into the workspace. */
static qref_status check_made(qref_cross_session *session, qref_case *item, const char *suite, qref_error *error) {
  const qref_cross_origin origin = {.suite = suite};
  const uint64_t variation = variation_of(item->id);
  QREF_TRY(qref_cross_lay_out(&session->workspace, item, variation, error));
  for (size_t i = 0; i < item->tensor_count; i++) {
    if (item->tensors[i].present && item->tensors[i].schema->role == QREF_ROLE_INPUT) {
      memcpy(qref_cross_input(&session->workspace, i), item->tensors[i].data, session->workspace.slots[i].bytes);
    }
  }
  qref_case view = *item; /* its tensors will point to the reference's results */
  return qref_cross_check_case(session, &view, &origin, variation, error);
}

static qref_status check_source(qref_cross_session *session, const char *suite, const qref_case_source *source,
                                bool *found, qref_error *error) {
  const qref_cross_options *options = session->options;
  qref_status status = QREF_OK;
  for (size_t i = 0; i < source->count && status == QREF_OK && !qref_cross_stopped(session); i++) {
    if (options->case_id == NULL || strcmp(source->id(source->context, i), options->case_id) == 0) {
      qref_case item;
      status = source->make(source->context, i, &item, error);
      if (status != QREF_OK) {
        return status;
      }
      if (qref_cross_has_op(options, item.schema->op)) {
        *found = true;
        status = check_made(session, &item, suite, error);
      }
      qref_case_free(&item);
    }
    if (options->progress != NULL && status == QREF_OK) {
      options->progress(options->context, suite, i + 1, source->count);
    }
  }
  return status;
}

static qref_status check_suite(qref_cross_session *session, const char *suite, const qref_profile *profile, bool *found,
                               qref_error *error) {
  const qref_cross_options *options = session->options;
  qref_suite_size size = QREF_SUITE_SMOKE;
  const bool of_ops = qref_suite_plan_size(suite, &size);
  const qref_source_options source_options = {
      .suite = suite,
      .op = of_ops && options->op_count == 1 ? options->ops[0] : QREF_OP_COUNT,
      .seed = options->seed,
      .profile = profile,
      .threads = 1,
      .model = options->model,
      .layer = options->layer,
      .tokens = options->tokens,
      .prefill_length = options->prefill_length,
      .decode_length = options->decode_length,
  };
  qref_case_source source;
  QREF_TRY(qref_case_source_open(&source_options, &source, error));
  const qref_status status = check_source(session, suite, &source, found, error);
  qref_case_source_close(&source);
  return status;
}

qref_status qref_cross_suites(qref_cross_session *session, qref_error *error) {
  const qref_cross_options *options = session->options;
  const size_t profile_count = options->profile_count == 0 ? 1 : options->profile_count;
  bool found = false; /* any case that was asked for: a name without one is no silent pass */
  for (size_t s = 0; s < options->suite_count; s++) {
    for (size_t p = 0; p < profile_count && !session->stopped; p++) {
      const qref_profile *profile =
          options->profile_count == 0 ? qref_profile_builtin("quamba") : &options->profiles[p];
      QREF_TRY(check_suite(session, options->suites[s], profile, &found, error));
    }
  }
  if (options->suite_count != 0 && !found && !session->stopped) {
    return qref_fail(error, QREF_ERROR_ARGUMENT, "cross: no case '%.96s' in these suites",
                     options->case_id != NULL ? options->case_id : "of this op");
  }
  return QREF_OK;
}
