#include <qref/numerics.h>

#include "ref/numerics/fma_portable.h"

/* The instruction where there is one, the same bits in several operations elsewhere. */
#if defined(__FP_FAST_FMAF) || defined(__FMA__) || defined(__aarch64__)

float qref_fma_f32(float a, float b, float c) {
  return qref_canonical_nan_f32(__builtin_fmaf(a, b, c));
}

#elif defined(__x86_64__) && defined(__GNUC__)

__attribute__((target("fma"))) static float fma_instruction(float a, float b, float c) {
  return __builtin_fmaf(a, b, c);
}

float qref_fma_f32(float a, float b, float c) {
  return __builtin_cpu_supports("fma") ? qref_canonical_nan_f32(fma_instruction(a, b, c))
                                       : qref_fma_f32_portable(a, b, c);
}

#else

float qref_fma_f32(float a, float b, float c) {
  return qref_fma_f32_portable(a, b, c);
}

#endif
