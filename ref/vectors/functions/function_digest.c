#include "ref/vectors/functions/function_digest.h"

#include <qref/numerics.h>

#include "ref/base/sha256.h"

const qref_swept_function qref_swept_functions[QREF_FUNCTION_COUNT] = {
    {"exp", qref_exp_f32},   {"log1p", qref_log1p_f32},     {"log", qref_log_f32},
    {"silu", qref_silu_f32}, {"sigmoid", qref_sigmoid_f32}, {"softplus", qref_softplus_f32},
};

void qref_function_block_digest(float (*function)(float), size_t block, qref_block_digest *digest) {
  enum { INPUTS = 1 << 24, CHUNK = 1024 };
  uint8_t bytes[CHUNK * 4];
  qref_sha256 hash;
  uint64_t sum = 0;
  qref_sha256_begin(&hash);
  for (uint32_t first = 0; first < INPUTS; first += CHUNK) {
    for (uint32_t i = 0; i < CHUNK; i++) {
      const uint32_t argument = (uint32_t)(block << 24) + first + i;
      const uint32_t result = qref_bits_from_f32(function(qref_f32_from_bits(argument)));
      sum += result * (2 * (uint64_t)argument + 1);
      for (uint32_t k = 0; k < 4; k++) {
        bytes[4 * i + k] = (uint8_t)(result >> (8 * k));
      }
    }
    qref_sha256_update(&hash, bytes, sizeof bytes);
  }
  qref_sha256_end(&hash, digest->sha256);
  digest->sum = sum;
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
