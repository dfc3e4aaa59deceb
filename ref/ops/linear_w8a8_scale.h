/* How linear W8A8 scales its integer sum: SPEC section 2. The ops and the CUDA module share these formulas. */
#ifndef QREF_OPS_LINEAR_W8A8_SCALE_H
#define QREF_OPS_LINEAR_W8A8_SCALE_H

#include "ref/numerics/float_bits.h"

/* Whole matrices: two roundings behind that of (float)acc, the weight scale first. */
QREF_DEVICE static inline float qref_linear_scale(int32_t acc, float weight_scale, float input_scale) {
  return ((float)acc * weight_scale) * input_scale;
}

/* A single row: alpha has every scale in it. */
QREF_DEVICE static inline float qref_linear_scale_row(int32_t acc, float alpha) {
  return (float)acc * alpha;
}

/* A single row with a scale per output channel: the scales meet each other first. */
QREF_DEVICE static inline float qref_linear_scale_per_channel(int32_t acc, float channel_scale, float input_scale) {
  return (channel_scale * input_scale) * (float)acc;
}

#endif
