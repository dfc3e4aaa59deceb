/* The messages between rank 0 and the others. */
#ifndef QREF_MPI_MESSAGES_H
#define QREF_MPI_MESSAGES_H

#include <mpi.h>

#include "ref/vectors/suite/text.h"

enum {
  /* to the others */
  QREF_MESSAGE_START, /* nothing */
  QREF_MESSAGE_PIECE, /* its number */
  QREF_MESSAGE_END,   /* nothing: no more pieces */
  /* to rank 0, each answered with a piece or the end */
  QREF_MESSAGE_READY,   /* name of the processor */
  QREF_MESSAGE_RESULT,  /* of the piece that was given last */
  QREF_MESSAGE_FAILURE, /* a status, then the message */
};

void qref_message_send(int rank, int tag, const void *data, size_t size);
/* Whether a message is there, and from whom. */
bool qref_message_arrived(MPI_Status *about);
/* Waits for one. */
void qref_message_wait(MPI_Status *about);
/* Takes the message `about`; *bytes is replaced. False when out of memory: the message is then lost. */
bool qref_message_receive(const MPI_Status *about, qref_text *bytes);
/* A short sleep between two looks. */
void qref_message_pause(void);

#endif
