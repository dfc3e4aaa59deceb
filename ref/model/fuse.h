/* Offline step 1: a norm's weight moves into the linear layer behind it. */
#ifndef QREF_MODEL_FUSE_H
#define QREF_MODEL_FUSE_H

#include <qref/types.h>

/* row[i] <- row[i] * norm_weight[i], multiplied in binary64 and rounded once to `dtype`. */
void qref_fuse_norm_row(float *row, const float *norm_weight, size_t count, qref_dtype dtype);

#endif
