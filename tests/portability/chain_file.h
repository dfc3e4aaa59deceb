/* A chain in a file that needs no JSON to be read: the cases of the suite `layer`, whose model a program for a foreign
 * processor cannot import. Profile quamba. */
#ifndef QREF_TESTS_PORTABILITY_CHAIN_FILE_H
#define QREF_TESTS_PORTABILITY_CHAIN_FILE_H

#include "ref/vectors/chain/chain.h"

/* False if the file cannot be written or read, or holds something else. A chain that was read must be freed. */
bool chain_file_write(const char *path, const qref_chain *chain);
bool chain_file_read(const char *path, qref_chain *chain);

#endif
