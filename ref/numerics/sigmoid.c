#include <qref/numerics.h>

#include "ref/numerics/float_bits.h"

QREF_DEVICE float qref_sigmoid_f32(float x) {
  return qref_canonical_nan_f32(1.0f / (1.0f + qref_exp_f32(-x)));
}
