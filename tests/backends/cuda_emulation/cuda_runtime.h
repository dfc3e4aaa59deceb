/* CUDA's language extensions and device functions, on the host. Names and meanings are those of the CUDA C++
 * Programming Guide and the CUDA Math API. */
#ifndef QREF_TESTS_CUDA_RUNTIME_H
#define QREF_TESTS_CUDA_RUNTIME_H

/* The library's headers come first: some use names that are macros below. */
#include <math.h>
#include <string.h>

#include <algorithm>
#include <tuple>
#include <type_traits>

#include "cuda_runtime_api.h"
#include "vector_types.h"
#include "warp.h"

#define __global__
#define __device__
#define __host__
#define __constant__
#define __forceinline__ inline
#define __noinline__
#define __shared__ static
#define __align__(bytes) __attribute__((aligned(bytes)))
#define __launch_bounds__(...)
#define __grid_constant__

#define QREF_CUDA_DYNAMIC_SHARED(type, name) type *const name = static_cast<type *>(qref_emulated_dynamic_shared())

/* A launch: every thread gets its own copies of the arguments. */
template <typename... parameters, typename... arguments>
cudaError_t cudaLaunchKernelEx(const cudaLaunchConfig_t *config, void (*kernel)(parameters...), arguments... args) {
  struct call {
    void (*kernel)(parameters...);
    std::tuple<parameters...> values;
  } context = {kernel, std::tuple<parameters...>(args...)};
  return qref_emulated_launch(
      *config, reinterpret_cast<const void *>(kernel),
      [](void *of) {
        call *const mine = static_cast<call *>(of);
        std::apply(mine->kernel, mine->values);
      },
      &context);
}

inline void __syncthreads() {
  qref_emulated_block_barrier();
}
inline int __syncthreads_or(int predicate) {
  static bool any = false;
  any = any || predicate != 0;
  __syncthreads();
  const bool result = any;
  __syncthreads();
  any = false;
  __syncthreads();
  return result;
}

/* ---- bit patterns ---- */
template <typename to, typename from>
inline to qref_emulated_bits(from value) {
  static_assert(sizeof(to) == sizeof(from));
  to result;
  memcpy(&result, &value, sizeof result);
  return result;
}
inline int __float_as_int(float x) {
  return qref_emulated_bits<int>(x);
}
inline unsigned int __float_as_uint(float x) {
  return qref_emulated_bits<unsigned int>(x);
}
inline float __int_as_float(int x) {
  return qref_emulated_bits<float>(x);
}
inline float __uint_as_float(unsigned int x) {
  return qref_emulated_bits<float>(x);
}
inline long long __double_as_longlong(double x) {
  return qref_emulated_bits<long long>(x);
}
inline int __double2loint(double x) {
  return static_cast<int>(static_cast<unsigned int>(qref_emulated_bits<uint64_t>(x)));
}
inline double __longlong_as_double(long long x) {
  return qref_emulated_bits<double>(x);
}

/* ---- arithmetic, rounded to nearest even ---- */
inline float __fmaf_rn(float a, float b, float c) {
  return fmaf(a, b, c);
}
inline double __fma_rn(double a, double b, double c) {
  return fma(a, b, c);
}
inline float __fadd_rn(float a, float b) {
  return a + b;
}
inline float __fsub_rn(float a, float b) {
  return a - b;
}
inline float __fmul_rn(float a, float b) {
  return a * b;
}
inline float __fdiv_rn(float a, float b) {
  return a / b;
}
inline float __frcp_rn(float a) {
  return 1.0f / a;
}
inline float __fsqrt_rn(float a) {
  return sqrtf(a);
}
inline double __dadd_rn(double a, double b) {
  return a + b;
}
inline double __dmul_rn(double a, double b) {
  return a * b;
}
inline double __ddiv_rn(double a, double b) {
  return a / b;
}
inline double __dsqrt_rn(double a) {
  return sqrt(a);
}
using std::max;
using std::min;

/* ---- conversions: NaN gives 0, what does not fit saturates ---- */
inline int qref_emulated_to_int(float integral) {
  if (integral != integral) {
    return 0;
  }
  return integral >= 0x1p31f ? INT32_MAX : integral < -0x1p31f ? INT32_MIN : static_cast<int>(integral);
}
inline int __float2int_rn(float x) {
  return qref_emulated_to_int(nearbyintf(x));
}
inline int __float2int_rz(float x) {
  return qref_emulated_to_int(truncf(x));
}
inline int __float2int_rd(float x) {
  return qref_emulated_to_int(floorf(x));
}
inline float __int2float_rn(int x) {
  return static_cast<float>(x);
}
inline float __uint2float_rn(unsigned int x) {
  return static_cast<float>(x);
}
inline float __double2float_rn(double x) {
  return static_cast<float>(x);
}

/* ---- integers ---- */
inline int __popc(unsigned int x) {
  return __builtin_popcount(x);
}
inline int __clz(int x) {
  return x == 0 ? 32 : __builtin_clz(static_cast<unsigned int>(x));
}
inline int __popcll(unsigned long long x) {
  return __builtin_popcountll(x);
}
inline int __ffsll(long long x) {
  return __builtin_ffsll(x);
}
inline int __ffs(int x) {
  return __builtin_ffs(x);
}
/* Of a selector's 4 bits CUDA's function takes 3: it has no sign extension, as the instruction beneath has. */
inline unsigned int __byte_perm(unsigned int x, unsigned int y, unsigned int selector) {
  const uint64_t bytes = static_cast<uint64_t>(y) << 32 | x;
  unsigned int result = 0;
  for (int i = 0; i < 4; i++) {
    const unsigned int select = selector >> (4 * i) & 7u;
    result |= (static_cast<unsigned int>(bytes >> (8 * select)) & 0xffu) << (8 * i);
  }
  return result;
}
inline unsigned int __funnelshift_l(unsigned int low, unsigned int high, unsigned int shift) {
  const uint64_t both = static_cast<uint64_t>(high) << 32 | low;
  return static_cast<unsigned int>(both << (shift & 31u) >> 32);
}
inline unsigned int __funnelshift_r(unsigned int low, unsigned int high, unsigned int shift) {
  const uint64_t both = static_cast<uint64_t>(high) << 32 | low;
  return static_cast<unsigned int>(both >> (shift & 31u));
}
inline int __dp4a(int a, int b, int c) {
  unsigned int sum = static_cast<unsigned int>(c);
  for (int i = 0; i < 4; i++) {
    sum += static_cast<unsigned int>(static_cast<int8_t>(a >> (8 * i)) * static_cast<int8_t>(b >> (8 * i)));
  }
  return static_cast<int>(sum);
}

/* ---- memory ---- */
template <typename type>
inline type __ldg(const type *pointer) {
  return *pointer;
}
template <typename type>
inline type __ldcs(const type *pointer) {
  return *pointer;
}
template <typename type>
inline void __stcs(type *pointer, type value) {
  *pointer = value;
}
template <typename type>
inline type qref_emulated_exchange(type *pointer, type value) {
  const type old = *pointer;
  *pointer = value;
  return old;
}
template <typename type>
inline type atomicAdd(type *pointer, type value) {
  return qref_emulated_exchange<type>(pointer, *pointer + value);
}
template <typename type>
inline type atomicMax(type *pointer, type value) {
  return qref_emulated_exchange<type>(pointer, *pointer > value ? *pointer : value);
}
template <typename type>
inline type atomicOr(type *pointer, type value) {
  return qref_emulated_exchange<type>(pointer, *pointer | value);
}

#endif
