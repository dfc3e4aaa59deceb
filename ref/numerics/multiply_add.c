#include <qref/numerics.h>

#include "ref/numerics/float_bits.h"

QREF_DEVICE float qref_multiply_add_f32(float a, float b, float c, qref_multiply_add form) {
  if (form == QREF_MULTIPLY_ADD_FUSED) {
    return qref_fma_f32(a, b, c);
  }
  const float product = a * b;
  return qref_canonical_nan_f32(product + c);
}
