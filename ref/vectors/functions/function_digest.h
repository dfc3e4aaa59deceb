/* Digests of a function of float32 over all its 2^32 arguments, in blocks, so that two implementations on two machines
 * are compared without moving 16 GiB.
 *
 * Block b, 0 <= b < 256, holds f(x) for the 2^24 arguments x whose bit patterns are b * 2^24 .. b * 2^24 + 2^24 - 1.
 *   sha256: of the block's results in the order of the arguments, each as the four bytes of its bit pattern, lowest
 *           first; 2^26 bytes. A NaN is 0x7fc00000.
 *   sum:    of bits(f(x)) * (2 * bits(x) + 1) over the block, modulo 2^64. It can be added up in any order, and one
 *           wrong result changes it always.
 * The function's digest is the SHA-256 of the 256 block digests in order, each as 64 lower-case hexadecimal digits and
 * a newline. */
#ifndef QREF_VECTORS_FUNCTIONS_FUNCTION_DIGEST_H
#define QREF_VECTORS_FUNCTIONS_FUNCTION_DIGEST_H

#include <qref/backend.h>

enum { QREF_FUNCTION_BLOCKS = 256, QREF_FUNCTION_COUNT = QREF_MAP_FUNCTION_COUNT };

/* exp, log1p, log, silu, sigmoid, softplus: the name of qref_map_function number i. */
extern const char *const qref_function_names[QREF_FUNCTION_COUNT];

typedef struct qref_block_digest {
  char sha256[65];
  uint64_t sum;
} qref_block_digest;

/* Of block `block` of a function as the backend, which has map_f32, computes it. */
qref_status qref_function_block_digest(const qref_backend *backend, qref_map_function function, size_t block,
                                       qref_block_digest *digest, qref_error *error);
/* Of the whole function, from its QREF_FUNCTION_BLOCKS blocks. */
void qref_function_digest(const qref_block_digest *blocks, char sha256[65]);

#endif
