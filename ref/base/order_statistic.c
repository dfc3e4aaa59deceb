#include "ref/base/order_statistic.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

/* An unsigned integer in the order of the floats, -0 below +0. */
static uint32_t ordered_key(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  return (bits & 0x80000000u) != 0 ? ~bits : bits | 0x80000000u;
}

static float value_of_key(uint32_t key) {
  uint32_t bits = (key & 0x80000000u) != 0 ? key & 0x7fffffffu : ~key;
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

enum { DIGIT_BITS = 8, DIGITS = 4, BUCKETS = 1 << DIGIT_BITS };

/* The key of the value at `rank` (0 is the smallest), found digit by digit from the most significant: a histogram of
 * one digit over the values that share the digits found so far. No pivot, so no input is slow. */
static uint32_t select_key(const float *values, size_t count, size_t rank) {
  uint32_t prefix = 0;
  uint32_t mask = 0;
  for (int shift = DIGIT_BITS * (DIGITS - 1); shift >= 0; shift -= DIGIT_BITS) {
    size_t histogram[BUCKETS] = {0};
    for (size_t i = 0; i < count; i++) {
      uint32_t key = ordered_key(values[i]);
      if ((key & mask) == prefix) {
        histogram[key >> shift & (BUCKETS - 1)]++;
      }
    }
    uint32_t digit = 0;
    while (rank >= histogram[digit]) {
      rank -= histogram[digit];
      digit++;
    }
    prefix |= digit << shift;
    mask |= (uint32_t)(BUCKETS - 1) << shift;
  }
  return prefix;
}

float qref_quantile(const float *values, size_t count, double q) {
  double position = q * (double)(count - 1);
  size_t rank = (size_t)floor(position);
  if (rank >= count) { /* count - 1 may have been rounded up */
    rank = count - 1;
  }
  double fraction = position - (double)rank;
  uint32_t low = select_key(values, count, rank);
  if (!(fraction > 0) || rank + 1 >= count) {
    return value_of_key(low);
  }
  /* The next one up: `low` again if it occurs past `rank`, otherwise the smallest key above it. */
  size_t not_above = 0;
  uint32_t next = UINT32_MAX;
  for (size_t i = 0; i < count; i++) {
    uint32_t key = ordered_key(values[i]);
    if (key <= low) {
      not_above++;
    } else if (key < next) {
      next = key;
    }
  }
  if (not_above > rank + 1) {
    return value_of_key(low); /* interpolating between equal values, infinities too, gives that value */
  }
  double lo = (double)value_of_key(low);
  double hi = (double)value_of_key(next);
  return (float)(lo + (hi - lo) * fraction);
}
