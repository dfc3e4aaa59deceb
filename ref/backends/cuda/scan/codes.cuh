/* The int8 inputs of the fast scans, several to a word. */
#ifndef QREF_BACKENDS_CUDA_SCAN_CODES_CUH
#define QREF_BACKENDS_CUDA_SCAN_CODES_CUH

#include <stdint.h>

namespace qref_cuda_scan {

/* The value of the int8 with the lowest 8 bits of `code`. */
__device__ __forceinline__ float code_value(uint32_t code) {
  return static_cast<float>(static_cast<int8_t>(code));
}

}  // namespace qref_cuda_scan

#endif
