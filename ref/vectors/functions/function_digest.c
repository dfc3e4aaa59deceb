#include "ref/vectors/functions/function_digest.h"

#include <qref/numerics.h>
#include <stdlib.h>

#include "ref/base/error.h"
#include "ref/base/sha256.h"
#include "ref/base/size.h"

/* Arguments handed to the backend at once, and hashed at once. */
enum { INPUTS = 1 << 24, PIECE = 1 << 20, CHUNK = 1024 };

const char *const qref_function_names[QREF_FUNCTION_COUNT] = {
    [QREF_MAP_EXP] = "exp",   [QREF_MAP_LOG1P] = "log1p",     [QREF_MAP_LOG] = "log",
    [QREF_MAP_SILU] = "silu", [QREF_MAP_SIGMOID] = "sigmoid", [QREF_MAP_SOFTPLUS] = "softplus",
};

/* Adds CHUNK results, of the arguments from `argument` on. */
static void add_results(const float *results, uint32_t argument, qref_sha256 *hash, uint64_t *sum) {
  uint8_t bytes[CHUNK * 4];
  for (uint32_t i = 0; i < CHUNK; i++) {
    const uint32_t result = qref_bits_from_f32(results[i]);
    *sum += result * (2 * (uint64_t)(argument + i) + 1);
    for (uint32_t k = 0; k < 4; k++) {
      bytes[4 * i + k] = (uint8_t)(result >> (8 * k));
    }
  }
  qref_sha256_update(hash, bytes, sizeof bytes);
}

static qref_status digest_block(const qref_backend *backend, qref_map_function function, size_t block, float *values,
                                qref_block_digest *digest, qref_error *error) {
  qref_sha256 hash;
  digest->sum = 0;
  qref_sha256_begin(&hash);
  for (uint32_t first = 0; first < INPUTS; first += PIECE) {
    const uint32_t argument = (uint32_t)(block << 24) + first;
    for (uint32_t i = 0; i < PIECE; i++) {
      values[i] = qref_f32_from_bits(argument + i);
    }
    QREF_TRY(backend->map_f32(function, values, PIECE, values, 1, error));
    for (uint32_t i = 0; i < PIECE; i += CHUNK) {
      add_results(values + i, argument + i, &hash, &digest->sum);
    }
  }
  qref_sha256_end(&hash, digest->sha256);
  return QREF_OK;
}

qref_status qref_function_block_digest(const qref_backend *backend, qref_map_function function, size_t block,
                                       qref_block_digest *digest, qref_error *error) {
  float *values = qref_allocate(PIECE, sizeof *values);
  if (values == NULL) {
    return qref_fail(error, QREF_ERROR_MEMORY, "digest of a function: out of memory");
  }
  const qref_status status = digest_block(backend, function, block, values, digest, error);
  free(values);
  return status;
}

void qref_function_digest(const qref_block_digest *blocks, char sha256[65]) {
  qref_sha256 hash;
  qref_sha256_begin(&hash);
  for (size_t b = 0; b < QREF_FUNCTION_BLOCKS; b++) {
    qref_sha256_update(&hash, blocks[b].sha256, 64);
    qref_sha256_update(&hash, "\n", 1);
  }
  qref_sha256_end(&hash, sha256);
}
