#include "ref/mpi/messages.h"

#include <limits.h>
#include <stdlib.h>
#include <time.h>

/* No result comes near this: a piece is a few hundred cases at most. */
static int count_of(size_t size) {
  if (size > INT_MAX) {
    MPI_Abort(MPI_COMM_WORLD, 2);
  }
  return (int)size;
}

void qref_message_send(int rank, int tag, const void *data, size_t size) {
  MPI_Send(data, count_of(size), MPI_BYTE, rank, tag, MPI_COMM_WORLD);
}

bool qref_message_arrived(MPI_Status *about) {
  int arrived = 0;
  MPI_Iprobe(MPI_ANY_SOURCE, MPI_ANY_TAG, MPI_COMM_WORLD, &arrived, about);
  return arrived != 0;
}

void qref_message_pause(void) {
  const struct timespec half_a_millisecond = {.tv_nsec = 500000};
  nanosleep(&half_a_millisecond, NULL);
}

void qref_message_wait(MPI_Status *about) {
  while (!qref_message_arrived(about)) {
    qref_message_pause();
  }
}

bool qref_message_receive(const MPI_Status *about, qref_text *bytes) {
  int size = 0;
  MPI_Get_count(about, MPI_BYTE, &size);
  qref_text_free(bytes);
  char *room = size > 0 ? qref_text_reserve(bytes, (size_t)size) : NULL;
  MPI_Recv(room, room != NULL ? size : 0, MPI_BYTE, about->MPI_SOURCE, about->MPI_TAG, MPI_COMM_WORLD,
           MPI_STATUS_IGNORE);
  if (room != NULL) {
    bytes->size += (size_t)size;
  }
  return size == 0 || room != NULL;
}
