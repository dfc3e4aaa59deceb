/* The value of --shard. */
#ifndef QREF_CLI_SHARD_H
#define QREF_CLI_SHARD_H

#include <qref/types.h>

/* "I/N" with 1 <= I <= N. */
qref_status qref_parse_shard(const char *text, size_t *index, size_t *count, qref_error *error);

#endif
