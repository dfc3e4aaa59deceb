#include <qref/numerics.h>

#include "ref/numerics/philox.h"

/* Philox4x32-10 with the seed as key and (index, stream) as counter, low words first; the first two of its four output
 * words, low word first. */
QREF_DEVICE uint64_t qref_random_bits(uint64_t seed, uint64_t stream, uint64_t index) {
  const uint32_t counter[4] = {(uint32_t)index, (uint32_t)(index >> 32), (uint32_t)stream, (uint32_t)(stream >> 32)};
  const uint32_t key[2] = {(uint32_t)seed, (uint32_t)(seed >> 32)};
  uint32_t words[4];
  qref_philox4x32_10(counter, key, words);
  return (uint64_t)words[0] | ((uint64_t)words[1] << 32);
}
