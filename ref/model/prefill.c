#include "ref/base/error.h"
#include "ref/base/size.h"
#include "ref/model/session_step.h"
#include "ref/model/tokens.h"

qref_status qref_session_prefill(qref_session *session, const int32_t *tokens, size_t length, qref_float16 *logits,
                                 qref_error *error) {
  if (session == NULL) {
    return qref_fail(error, QREF_ERROR_ARGUMENT, "qref_session_prefill: session must not be NULL");
  }
  if (!session->fresh || session->failed) {
    return qref_fail(error, QREF_ERROR_ARGUMENT, "session: prefill needs a fresh session, reset it first");
  }
  size_t rows;
  if (!qref_size_multiply(session->batch, length, &rows)) {
    return qref_fail(error, QREF_ERROR_OVERFLOW, "session: %zu sequences of %zu tokens do not fit", session->batch,
                     length);
  }
  QREF_TRY(qref_check_tokens(tokens, rows, session->model->config.vocab_size, error));
  qref_session_work work;
  QREF_TRY(qref_session_work_create(session, length, false, &work, error));
  const qref_step step = {.session = session, .work = &work, .length = length, .rows = rows, .decode = false};
  const qref_status status = qref_step_run(&step, tokens, logits, error);
  qref_session_work_destroy(&work);
  session->fresh = false;
  session->failed = status != QREF_OK;
  return status;
}
