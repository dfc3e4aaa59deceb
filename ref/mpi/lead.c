/* The rank that leads. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ref/base/error.h"
#include "ref/base/size.h"
#include "ref/cli/cli.h"
#include "ref/mpi/messages.h"
#include "ref/mpi/own_worker.h"
#include "ref/mpi/work_queue.h"

/* A rank as rank 0 sees it. */
typedef struct member {
  char name[64]; /* of its processor */
  bool busy;
  size_t piece;
  bool gone; /* it got the end */
} member;

typedef struct queue {
  const qref_work *work;
  member *members;
  int count;
  qref_own_worker *own;
  size_t next; /* into work->pieces */
  size_t done;
  size_t failed_piece; /* the lowest; SIZE_MAX if the failure is of none */
  qref_status status;  /* its */
  qref_error error;
} queue;

static bool started; /* a queue was */
static volatile sig_atomic_t stop_signal;

static void note_signal(int number) {
  stop_signal = number;
}

/* ---- results ---- */

/* Of several failures that of the lowest piece is kept. */
static void keep_failure(queue *self, int rank, size_t piece, qref_status status, const char *message) {
  if (self->status == QREF_OK || piece < self->failed_piece) {
    self->failed_piece = piece;
    self->status = self->count == 1
                       ? qref_fail(&self->error, status, "%s", message)
                       : qref_fail(&self->error, status, "rank %d (%s): %s", rank, self->members[rank].name, message);
  }
}

static void keep_result(queue *self, int rank, const qref_text *result) {
  const qref_work *work = self->work;
  const size_t piece = self->members[rank].piece;
  qref_error error = {""};
  const qref_status status = work->collect(work->context, piece, result, &error);
  self->done++;
  if (status != QREF_OK) {
    keep_failure(self, rank, piece, status, error.message);
  } else if (work->progress != NULL) {
    work->progress(work->progress_context, work->name, self->done, work->count);
  }
}

/* ---- handing out ---- */

static bool next_piece(queue *self, member *to) {
  to->busy = self->status == QREF_OK && self->next < self->work->count;
  if (to->busy) {
    to->piece = self->work->pieces[self->next++];
  }
  return to->busy;
}

static void answer(queue *self, int rank) {
  member *to = &self->members[rank];
  if (next_piece(self, to)) {
    const uint64_t piece = to->piece;
    qref_message_send(rank, QREF_MESSAGE_PIECE, &piece, sizeof piece);
  } else {
    to->gone = true;
    qref_message_send(rank, QREF_MESSAGE_END, NULL, 0);
  }
}

static void handle(queue *self, const MPI_Status *about) {
  const int rank = about->MPI_SOURCE;
  member *from = &self->members[rank];
  qref_text bytes = {0};
  const size_t piece = from->busy ? from->piece : SIZE_MAX;
  if (!qref_message_receive(about, &bytes)) {
    keep_failure(self, rank, piece, QREF_ERROR_MEMORY, "out of memory for its result");
  } else if (about->MPI_TAG == QREF_MESSAGE_READY) {
    snprintf(from->name, sizeof from->name, "%.*s", (int)bytes.size, bytes.data);
  } else if (about->MPI_TAG == QREF_MESSAGE_RESULT) {
    keep_result(self, rank, &bytes);
  } else {
    qref_status status = QREF_OK;
    memcpy(&status, bytes.data, sizeof status);
    keep_failure(self, rank, piece, status, bytes.data + sizeof status);
  }
  from->busy = false;
  qref_text_free(&bytes);
  answer(self, rank);
}

/* Takes what rank 0's own worker has done and gives it more. False if there was nothing to do. */
static bool look_after_own(queue *self) {
  member *own = &self->members[0];
  qref_status status = QREF_OK;
  qref_text result = {0};
  qref_error error = {""};
  if (own->busy && !qref_own_worker_take(self->own, &status, &result, &error)) {
    return false;
  }
  if (own->busy && status == QREF_OK) {
    keep_result(self, 0, &result);
  } else if (own->busy) {
    keep_failure(self, 0, own->piece, status, error.message);
  }
  qref_text_free(&result);
  if (!next_piece(self, own)) {
    own->gone = true;
    return false;
  }
  qref_own_worker_give(self->own, own->piece);
  return true;
}

/* ---- the end ---- */

static bool all_gone(const queue *self) {
  for (int rank = 0; rank < self->count; rank++) {
    if (!self->members[rank].gone) {
      return false;
    }
  }
  return true;
}

/* Says what was in work, and dies of the signal. */
static void die(const queue *self) {
  char text[4096];
  int length =
      snprintf(text, sizeof text, "%s %s: stopped by signal %d with %zu of %zu to do; in work were", qref_program_name,
               self->work->name, (int)stop_signal, self->work->count - self->done, self->work->count);
  for (int rank = 0; rank < self->count && length < (int)sizeof text; rank++) {
    const member *at = &self->members[rank];
    if (at->busy) {
      length += snprintf(text + length, sizeof text - (size_t)length, " piece %zu at rank %d (%s);", at->piece + 1,
                         rank, at->name);
    }
  }
  fprintf(stderr, "%s run again to do what is missing\n", text);
  fflush(stderr);
  signal(stop_signal, SIG_DFL);
  raise(stop_signal);
}

static void hand_out(queue *self) {
  while (!all_gone(self)) {
    MPI_Status about;
    bool acted = !self->members[0].gone && look_after_own(self);
    if (qref_message_arrived(&about)) {
      handle(self, &about);
      acted = true;
    }
    if (stop_signal != 0) {
      die(self);
    }
    if (!acted) {
      qref_message_pause();
    }
  }
}

static void catch_signals(struct sigaction before[2]) {
  struct sigaction action = {.sa_handler = note_signal};
  sigemptyset(&action.sa_mask);
  sigaction(SIGTERM, &action, &before[0]);
  sigaction(SIGINT, &action, &before[1]);
}

qref_status qref_work_queue_lead(const qref_work *work, qref_error *error) {
  queue self = {.work = work, .status = QREF_OK, .failed_piece = SIZE_MAX};
  int length = 0;
  char name[MPI_MAX_PROCESSOR_NAME];
  MPI_Comm_size(MPI_COMM_WORLD, &self.count);
  MPI_Get_processor_name(name, &length);
  self.members = qref_allocate_zeroed((size_t)self.count, sizeof *self.members);
  if (self.members == NULL) {
    return qref_fail(error, QREF_ERROR_MEMORY, "out of memory for %d ranks", self.count);
  }
  snprintf(self.members[0].name, sizeof self.members[0].name, "%.*s", length, name);
  const qref_status status = qref_own_worker_start(work, &self.own, error);
  if (status != QREF_OK) {
    free(self.members);
    return status;
  }
  struct sigaction before[2];
  catch_signals(before);
  started = true;
  for (int rank = 1; rank < self.count; rank++) {
    qref_message_send(rank, QREF_MESSAGE_START, NULL, 0);
  }
  hand_out(&self);
  sigaction(SIGTERM, &before[0], NULL);
  sigaction(SIGINT, &before[1], NULL);
  qref_own_worker_stop(self.own);
  free(self.members);
  return self.status == QREF_OK ? QREF_OK : qref_fail(error, self.status, "%s", self.error.message);
}

void qref_work_queue_end(void) {
  int count = 0;
  MPI_Comm_size(MPI_COMM_WORLD, &count);
  for (int rank = 1; rank < count && !started; rank++) {
    qref_message_send(rank, QREF_MESSAGE_END, NULL, 0);
  }
}

void qref_work_queue_barrier(void) {
  MPI_Request request;
  int done = 0;
  MPI_Ibarrier(MPI_COMM_WORLD, &request);
  for (MPI_Test(&request, &done, MPI_STATUS_IGNORE); done == 0; MPI_Test(&request, &done, MPI_STATUS_IGNORE)) {
    qref_message_pause();
  }
}
