/* The ranks that follow. */
#include <stdio.h>
#include <string.h>

#include "ref/base/error.h"
#include "ref/mpi/messages.h"
#include "ref/mpi/work_queue.h"

static bool followed; /* qref_work_queue_follow was called */

bool qref_work_queue_wait(void) {
  MPI_Status about;
  qref_text nothing = {0};
  qref_message_wait(&about);
  (void)qref_message_receive(&about, &nothing);
  return about.MPI_TAG == QREF_MESSAGE_START;
}

static void send_failure(qref_status status, const char *message) {
  char bytes[sizeof status + sizeof(qref_error)];
  memcpy(bytes, &status, sizeof status);
  snprintf(bytes + sizeof status, sizeof(qref_error), "%s", message);
  qref_message_send(0, QREF_MESSAGE_FAILURE, bytes, sizeof status + strlen(bytes + sizeof status) + 1);
}

/* The answer to a message: false for the end. */
static bool receive_piece(uint64_t *piece) {
  MPI_Status about;
  qref_text bytes = {0};
  qref_message_wait(&about);
  const bool received = qref_message_receive(&about, &bytes) && about.MPI_TAG == QREF_MESSAGE_PIECE;
  if (received) {
    memcpy(piece, bytes.data, sizeof *piece);
  }
  qref_text_free(&bytes);
  return received;
}

qref_status qref_work_queue_follow(const qref_work *work, qref_error *error) {
  char name[MPI_MAX_PROCESSOR_NAME];
  int length = 0;
  uint64_t piece = 0;
  (void)error; /* failures are reported by rank 0 */
  followed = true;
  MPI_Get_processor_name(name, &length);
  qref_message_send(0, QREF_MESSAGE_READY, name, (size_t)length);
  while (receive_piece(&piece)) {
    qref_text result = {0};
    qref_error failure = {""};
    const qref_status status = work->run(work->context, (size_t)piece, &result, &failure);
    if (status == QREF_OK) {
      qref_message_send(0, QREF_MESSAGE_RESULT, result.data, result.size);
    } else {
      send_failure(status, failure.message);
    }
    qref_text_free(&result);
  }
  return QREF_OK;
}

void qref_work_queue_decline(void) {
  uint64_t piece = 0;
  if (!followed) {
    send_failure(QREF_ERROR_IO, "cannot begin; its own message says why");
    (void)receive_piece(&piece); /* the end: nothing is given after a failure */
  }
}
