#include <qref/numerics.h>

#include "ref/numerics/fma_portable.h"

float qref_fma_f32(float a, float b, float c) {
#if defined(__FP_FAST_FMAF) || defined(__FMA__) || defined(__aarch64__)
  return qref_canonical_nan_f32(__builtin_fmaf(a, b, c));
#else
  return qref_fma_f32_portable(a, b, c);
#endif
}
