#include "ref/numerics/philox.h"

enum { ROUNDS = 10 };

QREF_DEVICE void qref_philox4x32_10(const uint32_t counter[4], const uint32_t key[2], uint32_t output[4]) {
  uint32_t x0 = counter[0], x1 = counter[1], x2 = counter[2], x3 = counter[3];
  uint32_t key0 = key[0], key1 = key[1];
  for (int round = 0; round < ROUNDS; round++) {
    const uint64_t product0 = (uint64_t)x0 * 0xd2511f53u;
    const uint64_t product1 = (uint64_t)x2 * 0xcd9e8d57u;
    x0 = (uint32_t)(product1 >> 32) ^ x1 ^ key0;
    x1 = (uint32_t)product1;
    x2 = (uint32_t)(product0 >> 32) ^ x3 ^ key1;
    x3 = (uint32_t)product0;
    key0 += 0x9e3779b9u; /* golden ratio */
    key1 += 0xbb67ae85u; /* sqrt(3) - 1 */
  }
  output[0] = x0;
  output[1] = x1;
  output[2] = x2;
  output[3] = x3;
}
