#include <qref/numerics.h>

#include "ref/numerics/log_core.h"

QREF_DEVICE float qref_log_f32(float x) {
  if (!(x > 0.0f && qref_inline_bits_from_f32(x) < QREF_F32_INFINITY_BITS)) {
    if (x == 0.0f) {
      return qref_inline_f32_from_bits(QREF_F32_SIGN_BIT | QREF_F32_INFINITY_BITS);
    }
    return x > 0.0f ? x : qref_nan_f32();
  }
  int decided;
  const float result = qref_log_round_if_decided(qref_log_fast((double)x), &decided);
  return decided ? result : qref_f32_from_double_double(qref_log_accurate((double)x, 0.0));
}
