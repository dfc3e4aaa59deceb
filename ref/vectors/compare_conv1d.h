/* The INT8 conv1d of a layer against the float-simulated one, element by element. */
#ifndef QREF_VECTORS_COMPARE_CONV1D_H
#define QREF_VECTORS_COMPARE_CONV1D_H

#include <qref/vectors.h>

/* Both sides of one layer. B batch, D channels, T time, W taps. */
typedef struct qref_conv1d_pair {
  const qref_profile *profile;
  size_t batch, channels, length, width;
  float x_scale, w_scale, bias_scale, output_scale;
  const int8_t *w;    /* (D, W) */
  const int8_t *bias; /* (D), optional */
  /* INT8 */
  const int8_t *int8_x;              /* (B, D, T) */
  const int8_t *int8_y;              /* (B, D, T) */
  const float *int8_before_rounding; /* (B, D, T) */
  /* float simulation */
  const int8_t *float_x; /* (B, D, T); int8_x in lockstep */
  const float *before_quant;
  const float *after_quant;
  float effective_scale;
  bool better_scale;
  /* (B): the earliest time at which an earlier layer differs, SIZE_MAX for never. Lockstep: NULL. */
  const size_t *upstream;
  /* (B), lowered to the earliest time at which this layer differs. Optional. */
  size_t *first_difference;
} qref_conv1d_pair;

void qref_compare_conv1d(const qref_conv1d_pair *pair, qref_conv1d_comparison *comparison);

#endif
