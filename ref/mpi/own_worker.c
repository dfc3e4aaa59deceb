#include "ref/mpi/own_worker.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "ref/base/error.h"
#include "ref/base/size.h"

typedef enum worker_state { WORKER_IDLE, WORKER_BUSY, WORKER_DONE, WORKER_STOP } worker_state;

struct qref_own_worker {
  const qref_work *work;
  pthread_t thread;
  pthread_mutex_t mutex; /* of what follows */
  pthread_cond_t given;
  worker_state state;
  size_t piece;
  qref_status status;
  qref_text result;
  qref_error error;
};

static void *work_on(void *context) {
  qref_own_worker *self = context;
  pthread_mutex_lock(&self->mutex);
  while (self->state != WORKER_STOP) {
    if (self->state != WORKER_BUSY) {
      pthread_cond_wait(&self->given, &self->mutex);
      continue;
    }
    pthread_mutex_unlock(&self->mutex);
    self->status = self->work->run(self->work->context, self->piece, &self->result, &self->error);
    pthread_mutex_lock(&self->mutex);
    self->state = self->state == WORKER_STOP ? WORKER_STOP : WORKER_DONE;
  }
  pthread_mutex_unlock(&self->mutex);
  return NULL;
}

qref_status qref_own_worker_start(const qref_work *work, qref_own_worker **worker, qref_error *error) {
  qref_own_worker *self = qref_allocate_zeroed(1, sizeof *self);
  *worker = NULL;
  if (self == NULL) {
    return qref_fail(error, QREF_ERROR_MEMORY, "out of memory");
  }
  self->work = work;
  pthread_mutex_init(&self->mutex, NULL);
  pthread_cond_init(&self->given, NULL);
  /* These are for the main thread. Others stay: a crash in the work must end the program. */
  sigset_t requests;
  sigset_t before;
  sigemptyset(&requests);
  sigaddset(&requests, SIGINT);
  sigaddset(&requests, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &requests, &before);
  const int failure = pthread_create(&self->thread, NULL, work_on, self);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (failure != 0) {
    free(self);
    return qref_fail(error, QREF_ERROR_MEMORY, "cannot start a thread: %s", strerror(failure));
  }
  *worker = self;
  return QREF_OK;
}

void qref_own_worker_give(qref_own_worker *worker, size_t piece) {
  pthread_mutex_lock(&worker->mutex);
  worker->piece = piece;
  worker->state = WORKER_BUSY;
  pthread_cond_signal(&worker->given);
  pthread_mutex_unlock(&worker->mutex);
}

bool qref_own_worker_take(qref_own_worker *worker, qref_status *status, qref_text *result, qref_error *error) {
  pthread_mutex_lock(&worker->mutex);
  const bool done = worker->state == WORKER_DONE;
  if (done) {
    worker->state = WORKER_IDLE;
    *status = worker->status;
    *error = worker->error;
    *result = worker->result;
    memset(&worker->result, 0, sizeof worker->result);
  }
  pthread_mutex_unlock(&worker->mutex);
  return done;
}

void qref_own_worker_stop(qref_own_worker *worker) {
  if (worker == NULL) {
    return;
  }
  pthread_mutex_lock(&worker->mutex);
  worker->state = WORKER_STOP;
  pthread_cond_signal(&worker->given);
  pthread_mutex_unlock(&worker->mutex);
  pthread_join(worker->thread, NULL);
  pthread_cond_destroy(&worker->given);
  pthread_mutex_destroy(&worker->mutex);
  qref_text_free(&worker->result);
  free(worker);
}
