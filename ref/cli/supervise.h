/* Work with a module in a process of its own: foreign code may crash, hang or end its process, and none of that may
 * look like a result. The parent waits, and says what became of the child; the child works, and tells in shared memory
 * where it is. */
#ifndef QREF_CLI_SUPERVISE_H
#define QREF_CLI_SUPERVISE_H

#include <qref/qref.h>
#include <stdatomic.h>

typedef struct qref_watch {
  char member[80];       /* which of the team works, "rank 3 (node17)"; "": it is alone */
  atomic_size_t seconds; /* at most so many a call; 0: no limit */
  /* the module's function that was called last; both texts are older than the fork, so that both processes have them */
  const char *module, *function;
  atomic_uint begun, ended; /* calls of the module's functions */
  /* the case, as far as the command has cases */
  qref_case_position position;
  uint64_t seed;    /* of qref cross */
  atomic_bool done; /* the child came to its end, with this exit code */
  int exit_code;
} qref_watch;

/* Forks. False in the child, which goes on. True in the parent, when the child has ended: QREF_OK and its exit code, or
 * QREF_ERROR_DEVICE and what happened to it. A call of the module that takes longer than `seconds` is ended; 0: none
 * is, unless the child sets another limit. Does not return when both got a signal that ended the child. */
bool qref_supervise(size_t seconds, qref_status *status, int *exit_code, qref_error *error);

/* Of the child. NULL elsewhere. */
qref_watch *qref_watch_here(void);
/* The child's last act before it returns from main. */
void qref_watch_done(int exit_code);

/* The options that repeat a case of qref cross: "--seed 2025 --suite smoke --case hadamard/uniform_00". */
void qref_position_options(const qref_case_position *position, uint64_t seed, char *text, size_t size);

#endif
