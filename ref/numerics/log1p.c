#include <qref/numerics.h>

#include "ref/numerics/log_core.h"

QREF_DEVICE float qref_log1p_f32(float x) {
  if (!(x > -1.0f && qref_inline_bits_from_f32(x) != QREF_F32_INFINITY_BITS)) {
    if (x == -1.0f) {
      return qref_inline_f32_from_bits(QREF_F32_SIGN_BIT | QREF_F32_INFINITY_BITS);
    }
    return x > 0.0f ? x : qref_nan_f32();
  }
  const double wide = (double)x;
  if (x > -0x1p-25f && x < 0x1p-25f) {
    return x; /* ln(1+x) = x - x^2/2 + ..., less than half a unit in the last place from x; keeps -0 */
  }
  /* 1 + x would round away bits of a small x; and for it the table has nothing to add. Above, 1 + x is exact, or x is
   * above 2^53 and the rounding far below the error bound. */
  const double fast = x > -0x1p-7f && x < 0x1p-7f ? wide + qref_log1p_tail(wide) : qref_log_fast(1.0 + wide);
  int decided;
  const float result = qref_log_round_if_decided(fast, &decided);
  return decided ? result : qref_f32_from_double_double(qref_log1p_accurate(x));
}
