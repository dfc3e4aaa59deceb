#include "ref/model/fuse.h"

#include "ref/model/weights.h"

void qref_fuse_norm_row(float *row, const float *norm_weight, size_t count, qref_dtype dtype) {
  for (size_t i = 0; i < count; i++) {
    row[i] = qref_round_to_dtype((double)row[i] * (double)norm_weight[i], dtype);
  }
}
