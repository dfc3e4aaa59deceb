/* The optional intermediates of an op: what hardware has between an input and an output. */
#ifndef QREF_OPS_INTERMEDIATE_H
#define QREF_OPS_INTERMEDIATE_H

#include <stddef.h>

#include "ref/numerics/float_bits.h"

/* tensor[i] = value, where the caller asked for the tensor. */
QREF_DEVICE static inline void qref_store_intermediate(float *tensor, size_t i, float value) {
  if (tensor != NULL) {
    tensor[i] = qref_canonical_nan_f32(value);
  }
}

#endif
