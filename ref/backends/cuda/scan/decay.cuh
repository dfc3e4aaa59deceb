/* e^x rounded to float32, for tables of many: 10 operations of binary64 where the shared function has 30.
 *
 * x = k*ln(2)/32 + r as in ref/numerics/exp_core.h, but by fma: r is off by less than 2^-58, and |r| < 0.011. The
 * polynomial leaves out r^6/720 < 2^-48.6 of e^r; its roundings, which r makes small, and those of the table and of the
 * last fma add less than 2^-51.8. A result whose distance from every midpoint of two float32 is at least 2^10 units in
 * its last place, 2^-43 of it, is therefore on the same side of it as e^x. The others, 1 of 2^18, and those that may be
 * subnormal or infinite take the shared function. */
#ifndef QREF_BACKENDS_CUDA_SCAN_DECAY_CUH
#define QREF_BACKENDS_CUDA_SCAN_DECAY_CUH

#include "ref/numerics/exp_core.h"

namespace qref_cuda_scan {

static __device__ __noinline__ float decay_by_definition(float x) {
  return qref_exp_f32(x);
}

/* e^x, or anything where *decided is false. */
__device__ __forceinline__ float decay_if_decided(float x, bool *decided) {
  const double shift = 0x1.8p52;
  const double shifted = __fma_rn(static_cast<double>(x), QREF_EXP_INTERVALS_PER_LN2, shift);
  const double k = shifted - shift;
  const int32_t interval = __double2loint(shifted);
  double r = __fma_rn(-k, QREF_EXP_INTERVAL_HIGH, static_cast<double>(x));
  r = __fma_rn(-k, QREF_EXP_INTERVAL_MIDDLE, r);
  /* (e^r - 1) / r = 1 + r/2 + r^2/6 + r^3/24 + r^4/120 */
  double quotient = __fma_rn(r, 0x1.1111111111111p-7, 0x1.5555555555555p-5);
  quotient = __fma_rn(r, quotient, 0x1.5555555555555p-3);
  quotient = __fma_rn(r, quotient, 0.5);
  quotient = __fma_rn(r, quotient, 1.0);
  const uint32_t index = static_cast<uint32_t>(interval) % QREF_EXP_INTERVALS;
  const double power = qref_exp_table[index].high;
  const double result = __fma_rn(power, r * quotient, power);

  const uint32_t distance = (static_cast<uint32_t>(__double2loint(result)) & 0x1fffffffu) - (0x10000000u - 0x400u);
  const bool vanishes = x < -104.5f; /* e^x is below 2^-150 */
  *decided = (x > -87.0f && x < 88.0f && distance > 2 * 0x400u) || vanishes;
  const uint32_t exponent =
      (static_cast<uint32_t>(interval) - index) * ((1u << QREF_F32_FRACTION_BITS) / QREF_EXP_INTERVALS);
  return vanishes ? 0.0f : __uint_as_float(__float_as_uint(static_cast<float>(result)) + exponent);
}

__device__ __forceinline__ float decay_of(float x) {
  bool decided;
  const float result = decay_if_decided(x, &decided);
  return decided ? result : decay_by_definition(x);
}

}  // namespace qref_cuda_scan

#endif
