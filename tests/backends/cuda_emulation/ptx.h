/* The instructions of ref/backends/cuda/ptx.cuh in C++. An approximation errs by up to its documented error, at random;
 * a background copy happens at once or when it is waited for, at random. */
#ifndef QREF_TESTS_CUDA_PTX_H
#define QREF_TESTS_CUDA_PTX_H

#include <math.h>

#include "cuda_runtime.h"

inline float qref_emulated_flush(float x) {
  return fabsf(x) < 0x1p-126f ? copysignf(0.0f, x) : x;
}

/* exact * (1 + e), |e| at most relative_error, as a float32. */
float qref_emulated_approximation(double exact, double relative_error);

inline float qref_ptx_exp2_approximate(float x) {
  return qref_emulated_approximation(exp2(static_cast<double>(qref_emulated_flush(x))), 0x1.6a09ep-23);
}

/* 1 ulp is at most 2^-23 of a value. */
inline float qref_ptx_reciprocal_approximate(float x) {
  return qref_emulated_approximation(1.0 / static_cast<double>(qref_emulated_flush(x)), 0x1p-23);
}

inline uint32_t qref_ptx_kept(uint32_t x) {
  return x;
}

/* Of dynamic shared memory alone. */
inline uint32_t qref_ptx_shared_address(const void *pointer) {
  return static_cast<uint32_t>(static_cast<const char *>(pointer) -
                               static_cast<const char *>(qref_emulated_dynamic_shared()));
}
inline char *qref_emulated_shared_pointer(uint32_t address) {
  return static_cast<char *>(qref_emulated_dynamic_shared()) + address;
}

template <size_t count>
inline void qref_ptx_load_shared(float (&to)[count], uint32_t address) {
  memcpy(to, qref_emulated_shared_pointer(address), sizeof to);
}

template <typename... floats>
inline void qref_ptx_store_shared_where(bool wanted, uint32_t address, floats... values) {
  const float all[] = {values...};
  if (wanted) {
    memcpy(qref_emulated_shared_pointer(address), all, sizeof all);
  }
}

inline void qref_ptx_block_barrier() {
  qref_emulated_block_barrier();
}

void qref_emulated_copy(void *destination, const void *source, size_t bytes);
void qref_emulated_copy_commit();
void qref_emulated_copy_wait(size_t pending);

inline void qref_ptx_copy_16_async(uint32_t destination, const void *source, bool wanted) {
  qref_emulated_copy(qref_emulated_shared_pointer(destination), wanted ? source : nullptr, 16);
}
inline void qref_ptx_copy_commit() {
  qref_emulated_copy_commit();
}
template <int pending>
inline void qref_ptx_copy_wait() {
  qref_emulated_copy_wait(pending);
}

inline void qref_ptx_load_matrices(uint32_t (&fragment)[4], uint32_t address) {
  uint32_t addresses[warpSize];
  qref_emulated_warp_exchange("ldmatrix", 0xffffffffu, &address, sizeof address, addresses);
  const unsigned int lane = qref_emulated_lane();
  for (unsigned int i = 0; i < 4; i++) {
    memcpy(&fragment[i], qref_emulated_shared_pointer(addresses[8 * i + lane / 4]) + 4 * (lane % 4), 4);
  }
}

inline void qref_ptx_multiply_16_8_32(int32_t (&acc)[4], const uint32_t (&a)[4], uint32_t b0, uint32_t b1) {
  struct operands {
    int8_t a[4][4], b[2][4];
  } mine, all[warpSize];
  memcpy(mine.a, a, sizeof mine.a);
  memcpy(mine.b[0], &b0, sizeof b0);
  memcpy(mine.b[1], &b1, sizeof b1);
  qref_emulated_warp_exchange("mma", 0xffffffffu, &mine, sizeof mine, all);
  const unsigned int lane = qref_emulated_lane();
  for (unsigned int i = 0; i < 4; i++) {
    const unsigned int row = lane / 4; /* and 8 more in acc[2], acc[3], whose operands are a[1], a[3] */
    const unsigned int column = 2 * (lane % 4) + i % 2;
    uint32_t sum = static_cast<uint32_t>(acc[i]);
    for (unsigned int k = 0; k < 32; k++) {
      const int8_t x = all[4 * row + k % 16 / 4].a[i / 2 + 2 * (k / 16)][k % 4];
      const int8_t w = all[4 * column + k % 16 / 4].b[k / 16][k % 4];
      sum += static_cast<uint32_t>(x * w);
    }
    acc[i] = static_cast<int32_t>(sum);
  }
}

inline uint32_t qref_ptx_pack_saturated(int32_t low, int32_t high) {
  const auto saturated = [](int32_t x) { return static_cast<uint8_t>(x < -128 ? -128 : x > 127 ? 127 : x); };
  return static_cast<uint32_t>(saturated(low) | saturated(high) << 8);
}

template <unsigned int index>
inline int32_t qref_ptx_int8_of(uint32_t word) {
  return static_cast<int8_t>(word >> (8 * index));
}

void qref_ptx_f32_from_f16_pair(uint32_t pair, float *low, float *high);

/* The bits of magnitudes are ordered as they are, those of a NaN last. */
inline uint32_t qref_ptx_larger_magnitude_f16_pair(uint32_t largest, uint32_t pair) {
  const uint32_t low = std::max(largest & 0xffffu, pair & 0x7fffu);
  const uint32_t high = std::max(largest >> 16, pair >> 16 & 0x7fffu);
  return low | high << 16;
}

#endif
