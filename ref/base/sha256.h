/* SHA-256 (FIPS 180-4). */
#ifndef QREF_BASE_SHA256_H
#define QREF_BASE_SHA256_H

#include <stddef.h>
#include <stdint.h>

typedef struct qref_sha256 {
  uint32_t state[8];
  uint64_t length; /* bytes so far */
  uint8_t block[64];
} qref_sha256;

void qref_sha256_begin(qref_sha256 *hash);
void qref_sha256_update(qref_sha256 *hash, const void *data, size_t size);
/* Lower-case hex with a final NUL. */
void qref_sha256_end(qref_sha256 *hash, char hex[65]);
void qref_sha256_of(const void *data, size_t size, char hex[65]);

#endif
