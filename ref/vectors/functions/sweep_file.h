/* The digests of a function's blocks in a directory.
 *
 * DIR/exp.txt, complete:
 *   qref-function-digests/1 exp
 *   block 000 <sha256> <sum, 16 hexadecimal digits>
 *   ...
 *   block 255 <sha256> <sum>
 *   digest <sha256 of the function>
 * DIR/exp.NAME.partial, one per shard: block lines in any order, each appended when the block is done. A line that was
 * cut off counts for nothing. */
#ifndef QREF_VECTORS_FUNCTIONS_SWEEP_FILE_H
#define QREF_VECTORS_FUNCTIONS_SWEEP_FILE_H

#include "ref/vectors/functions/function_digest.h"

typedef struct qref_function_sweep {
  const char *function; /* its name */
  bool complete;        /* the complete file is there */
  bool done[QREF_FUNCTION_BLOCKS];
  qref_block_digest blocks[QREF_FUNCTION_BLOCKS];
} qref_function_sweep;

/* Reads what the directory has of sweep->function: its complete file, which must be as it was written, or else all
 * partial ones. Two lines of one block must agree. */
qref_status qref_function_sweep_read(const char *directory, qref_function_sweep *sweep, qref_error *error);
size_t qref_function_sweep_done(const qref_function_sweep *sweep);
/* Appends a block to the partial file of `shard`, which may be any name such as "3-of-16". */
qref_status qref_function_sweep_append(const char *directory, const char *function, const char *shard, size_t block,
                                       const qref_block_digest *digest, qref_error *error);
/* Writes the complete file of a sweep that has all blocks, and removes the partial ones. */
qref_status qref_function_sweep_write(const char *directory, const qref_function_sweep *sweep, qref_error *error);

#endif
