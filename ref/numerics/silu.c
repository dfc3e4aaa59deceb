#include <qref/numerics.h>

#include "ref/numerics/float_bits.h"

/* silu(-inf) is -inf / (1 + inf), a NaN: the formula is the specification, not its limit. */
QREF_DEVICE float qref_silu_f32(float x) {
  return qref_canonical_nan_f32(x / (1.0f + qref_exp_f32(-x)));
}
