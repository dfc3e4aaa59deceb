/* A second, naive conversion to a 16-bit float format: search the format's values for the neighbours of the argument
 * and compare it with their midpoint. */
#ifndef QREF_TESTS_NUMERICS_NAIVE_NARROW_H
#define QREF_TESTS_NUMERICS_NAIVE_NARROW_H

#include <math.h>
#include <stdint.h>

/* The value of a non-negative pattern. The pattern of infinity stands for the power of 2 that would follow the largest
 * finite value, as rounding sees it. */
static inline double naive_narrow_value(uint32_t pattern, int fraction_bits, int maximum_exponent) {
  const uint32_t exponent = pattern >> fraction_bits;
  const uint32_t fraction = pattern & ((1u << fraction_bits) - 1u);
  if (exponent == 0) {
    return ldexp((double)fraction, 1 - maximum_exponent - fraction_bits);
  }
  return ldexp((double)(fraction + (1u << fraction_bits)), (int)exponent - maximum_exponent - fraction_bits);
}

static inline uint16_t naive_narrow(double value, int fraction_bits, int maximum_exponent) {
  const uint32_t infinity = (uint32_t)(2 * maximum_exponent + 1) << fraction_bits;
  if (isnan(value)) {
    return (uint16_t)(infinity | 1u << (fraction_bits - 1));
  }
  const uint32_t sign = signbit(value) ? 0x8000u : 0u;
  const double magnitude = fabs(value);
  if (magnitude >= naive_narrow_value(infinity, fraction_bits, maximum_exponent)) {
    return (uint16_t)(sign | infinity);
  }
  uint32_t below = 0; /* its value is at most the magnitude, that of `above` is greater */
  uint32_t above = infinity;
  while (above - below > 1) {
    const uint32_t middle = (below + above) / 2;
    if (naive_narrow_value(middle, fraction_bits, maximum_exponent) <= magnitude) {
      below = middle;
    } else {
      above = middle;
    }
  }
  const double midpoint = (naive_narrow_value(below, fraction_bits, maximum_exponent) +
                           naive_narrow_value(above, fraction_bits, maximum_exponent)) /
                          2;
  const uint32_t even = below % 2 == 0 ? below : above;
  return (uint16_t)(sign | (magnitude < midpoint ? below : magnitude > midpoint ? above : even));
}

#endif
