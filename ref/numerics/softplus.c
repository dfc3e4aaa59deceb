#include <qref/numerics.h>

#include "ref/numerics/float_bits.h"

QREF_DEVICE float qref_softplus_f32(float x) {
  return x <= 20.0f ? qref_log1p_f32(qref_exp_f32(x)) : qref_canonical_nan_f32(x);
}

QREF_DEVICE float qref_softplus_log_exp_plus_1_f32(float x) {
  return x <= 20.0f ? qref_log_f32(qref_exp_f32(x) + 1.0f) : qref_canonical_nan_f32(x);
}
