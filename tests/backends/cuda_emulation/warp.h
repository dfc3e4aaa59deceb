/* Operations of a warp. */
#ifndef QREF_TESTS_CUDA_WARP_H
#define QREF_TESTS_CUDA_WARP_H

#include "block.h"

/* The lane's value from lane `source`, which keeps the caller's own where it is outside of the lane's segment. */
template <typename type>
inline type qref_emulated_shuffle(const char *operation, unsigned int mask, type value, int source) {
  type all[warpSize];
  all[qref_emulated_lane()] = value;
  qref_emulated_warp_exchange(operation, mask, &value, sizeof value, all);
  return source >= 0 && source < warpSize && (mask >> source & 1u) != 0 ? all[source] : value;
}

template <typename type>
inline type __shfl_sync(unsigned int mask, type value, int source, int width = warpSize) {
  const int lane = static_cast<int>(qref_emulated_lane());
  const int first = lane / width * width;
  return qref_emulated_shuffle(
      "__shfl_sync", mask, value,
      first + static_cast<int>(static_cast<unsigned int>(source) % static_cast<unsigned int>(width)));
}

template <typename type>
inline type __shfl_up_sync(unsigned int mask, type value, unsigned int delta, int width = warpSize) {
  const int lane = static_cast<int>(qref_emulated_lane());
  const int source = lane - static_cast<int>(delta);
  return qref_emulated_shuffle("__shfl_up_sync", mask, value, source < lane / width * width ? lane : source);
}

template <typename type>
inline type __shfl_down_sync(unsigned int mask, type value, unsigned int delta, int width = warpSize) {
  const int lane = static_cast<int>(qref_emulated_lane());
  const int source = lane + static_cast<int>(delta);
  return qref_emulated_shuffle("__shfl_down_sync", mask, value, source >= lane / width * width + width ? lane : source);
}

template <typename type>
inline type __shfl_xor_sync(unsigned int mask, type value, int other, int width = warpSize) {
  const int lane = static_cast<int>(qref_emulated_lane());
  const int source = lane ^ other;
  return qref_emulated_shuffle("__shfl_xor_sync", mask, value, source >= lane / width * width + width ? lane : source);
}

inline unsigned int __ballot_sync(unsigned int mask, int predicate) {
  const unsigned char mine = predicate != 0;
  unsigned char all[warpSize] = {};
  qref_emulated_warp_exchange("__ballot_sync", mask, &mine, 1, all);
  unsigned int votes = 0;
  for (int lane = 0; lane < warpSize; lane++) {
    votes |= static_cast<unsigned int>((mask >> lane & 1u) != 0 && all[lane] != 0) << lane;
  }
  return votes;
}

template <typename type>
inline type __reduce_add_sync(unsigned int mask, type value) {
  type all[warpSize] = {};
  qref_emulated_warp_exchange("__reduce_add_sync", mask, &value, sizeof value, all);
  unsigned int sum = 0; /* which wraps */
  for (int lane = 0; lane < warpSize; lane++) {
    sum += (mask >> lane & 1u) != 0 ? static_cast<unsigned int>(all[lane]) : 0u;
  }
  return static_cast<type>(sum);
}

inline int __any_sync(unsigned int mask, int predicate) {
  return __ballot_sync(mask, predicate) != 0;
}

inline int __all_sync(unsigned int mask, int predicate) {
  return __ballot_sync(mask, predicate) == mask;
}

inline void __syncwarp(unsigned int mask = 0xffffffffu) {
  const unsigned char nothing = 0;
  unsigned char all[warpSize];
  qref_emulated_warp_exchange("__syncwarp", mask, &nothing, 1, all);
}

#endif
