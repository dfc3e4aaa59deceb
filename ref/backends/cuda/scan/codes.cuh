/* The int8 inputs of the fast scans, several to a word. */
#ifndef QREF_BACKENDS_CUDA_SCAN_CODES_CUH
#define QREF_BACKENDS_CUDA_SCAN_CODES_CUH

#include <stddef.h>
#include <stdint.h>

namespace qref_cuda_scan {

/* The value of the int8 with the lowest 8 bits of `code`. */
__device__ __forceinline__ float code_value(uint32_t code) {
  return static_cast<float>(static_cast<int8_t>(code));
}

constexpr unsigned int WORD_CODES = 4;

/* Codes at[0] .. at[3] of the `count` that there are, the first in the lowest byte; 0 for the others. `words`: `at` and
 * `count` are multiples of 4. */
__device__ __forceinline__ uint32_t load_codes(const int8_t *at, size_t count, bool words) {
  if (words) {
    return count != 0 ? *reinterpret_cast<const uint32_t *>(at) : 0;
  }
  uint32_t codes = 0;
#pragma unroll
  for (unsigned int j = 0; j < WORD_CODES; j++) {
    codes |= j < count ? static_cast<uint32_t>(static_cast<uint8_t>(at[j])) << (8 * j) : 0;
  }
  return codes;
}

}  // namespace qref_cuda_scan

#endif
