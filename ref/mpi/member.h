/* A program as a member of an MPI job. */
#ifndef QREF_MPI_MEMBER_H
#define QREF_MPI_MEMBER_H

#include <stddef.h>

/* Begins and ends MPI, and in between runs `command`, which does its work through qref_program_team: on rank 0 at once,
 * on the others, with the same arguments, only when rank 0 hands out work, so that what is wrong with the command line
 * is said once. Returns the exit status: the command's on rank 0, 0 on the others. */
int qref_mpi_main(int argc, char **argv, int (*command)(int argc, char **argv));

/* "rank 3 (node17)", in `command`. */
void qref_mpi_member_name(char *text, size_t size);

#endif
