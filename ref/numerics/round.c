#include <qref/numerics.h>

#include "ref/numerics/float_bits.h"

/* True with probability `fraction` for floor + fraction, `remainder` = v - truncation(v) in (-1, 1): whether 24 random
 * bits, scaled to [0, 1), lie below the fraction. Both sides are scaled by 2^24; a negative remainder r stands for the
 * fraction 1 + r, which is never formed because it would be rounded. */
QREF_DEVICE static bool stochastic_up(float remainder, uint64_t seed, uint64_t index) {
  const uint32_t random = (uint32_t)(qref_random_bits(seed, 0, index) >> 40);
  const float scaled = remainder * 0x1p24f;
  return remainder >= 0.0f ? (float)random < scaled : (float)((1u << 24) - random) > -scaled;
}

/* What to add to the truncated value of v. */
QREF_DEVICE static int32_t adjustment(int32_t truncated, float remainder, qref_rounding rounding, uint64_t seed,
                                      uint64_t index) {
  const int32_t away = remainder < 0.0f ? -1 : 1;
  const float distance = remainder < 0.0f ? -remainder : remainder;
  switch (rounding) {
    case QREF_ROUND_HALF_AWAY:
      return distance >= 0.5f ? away : 0;
    case QREF_ROUND_HALF_EVEN:
      return distance > 0.5f || (distance == 0.5f && truncated % 2 != 0) ? away : 0;
    case QREF_ROUND_HALF_UP:
      return distance > 0.5f || remainder == 0.5f ? away : 0;
    case QREF_ROUND_TOWARD_ZERO:
      return 0;
    case QREF_ROUND_FLOOR:
      return remainder < 0.0f ? -1 : 0;
    case QREF_ROUND_STOCHASTIC:
      return (remainder < 0.0f ? -1 : 0) + (stochastic_up(remainder, seed, index) ? 1 : 0);
  }
  return 0;
}

QREF_DEVICE float qref_round_f32(float v, qref_rounding rounding, uint64_t seed, uint64_t index) {
  const uint32_t bits = qref_inline_bits_from_f32(v);
  const uint32_t sign = bits & QREF_F32_SIGN_BIT;
  const float magnitude = qref_inline_f32_from_bits(bits ^ sign);
  if (!(magnitude < 0x1p23f)) { /* integral already, an infinity, or a NaN */
    return qref_canonical_nan_f32(v);
  }
  /* Both steps are exact: the truncated value has fewer bits than v, and so has what it leaves. */
  const int32_t truncated = (int32_t)v;
  const float remainder = v - (float)truncated;
  const float rounded = (float)(truncated + adjustment(truncated, remainder, rounding, seed, index));
  /* A result of zero keeps the sign of v. */
  return qref_inline_f32_from_bits(sign | qref_inline_bits_from_f32(rounded));
}
