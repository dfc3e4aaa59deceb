#include "ref/base/error.h"
#include "ref/model/session_step.h"
#include "ref/model/tokens.h"

qref_status qref_session_decode(qref_session *session, const int32_t *tokens, qref_float16 *logits, qref_error *error) {
  if (session == NULL) {
    return qref_fail(error, QREF_ERROR_ARGUMENT, "qref_session_decode: session must not be NULL");
  }
  if (session->failed) {
    return qref_fail(error, QREF_ERROR_ARGUMENT, "session: an earlier step failed, reset it first");
  }
  QREF_TRY(qref_check_tokens(tokens, session->batch, session->model->config.vocab_size, error));
  const qref_step step = {
      .session = session, .work = &session->decode_work, .length = 1, .rows = session->batch, .decode = true};
  const qref_status status = qref_step_run(&step, tokens, logits, error);
  session->fresh = false;
  session->failed = status != QREF_OK;
  return status;
}
