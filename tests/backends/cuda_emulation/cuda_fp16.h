/* float16 of CUDA, as far as the module uses it. */
#ifndef QREF_TESTS_CUDA_FP16_H
#define QREF_TESTS_CUDA_FP16_H

#include <stdint.h>

struct __half {
  uint16_t bits;
};
struct __attribute__((aligned(4))) __half2 {
  __half x, y;
};

/* To nearest even; a NaN becomes 0x7fff, as the processor has it. */
uint16_t qref_emulated_half_from_float(float x);
float qref_emulated_half_to_float(uint16_t bits);

inline __half __ushort_as_half(unsigned short bits) {
  return {bits};
}
inline unsigned short __half_as_ushort(__half x) {
  return x.bits;
}
inline float __half2float(__half x) {
  return qref_emulated_half_to_float(x.bits);
}
inline __half __float2half_rn(float x) {
  return {qref_emulated_half_from_float(x)};
}
inline __half __low2half(__half2 x) {
  return x.x;
}
inline __half __high2half(__half2 x) {
  return x.y;
}
inline float __low2float(__half2 x) {
  return __half2float(x.x);
}
inline float __high2float(__half2 x) {
  return __half2float(x.y);
}
inline __half2 __half2half2(__half x) {
  return {x, x};
}
inline __half2 __halves2half2(__half x, __half y) {
  return {x, y};
}
inline __half2 __floats2half2_rn(float x, float y) {
  return {__float2half_rn(x), __float2half_rn(y)};
}
inline __half __habs(__half x) {
  return {static_cast<uint16_t>(x.bits & 0x7fffu)};
}
inline __half2 __habs2(__half2 x) {
  return {__habs(x.x), __habs(x.y)};
}
/* The larger one; NaN where one is. */
inline __half __hmax_nan(__half x, __half y) {
  const float a = __half2float(x), b = __half2float(y);
  return a != a || b != b ? __half{0x7fff} : a > b ? x : y;
}
inline __half2 __hmax2_nan(__half2 x, __half2 y) {
  return {__hmax_nan(x.x, y.x), __hmax_nan(x.y, y.y)};
}

#endif
