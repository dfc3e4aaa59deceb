/* conv1d + SiLU of the float32 model:
 *   v = bias; for k ascending: v = fma(w[k], x[t-W+1+k], v); y = silu(v) */
#include "ref/ops/check.h"
#include "ref/ops/op_checks.h"

qref_status qref_conv1d_silu_f32_check(const qref_conv1d_silu_f32_args *args, qref_error *error) {
  qref_check check = {"conv1d_silu_f32", error, QREF_OK};
  qref_check_pointer(&check, "args", args);
  if (check.status != QREF_OK) {
    return check.status;
  }
  qref_check_dimension(&check, "batch", args->batch);
  qref_check_dimension(&check, "channels", args->channels);
  qref_check_dimension(&check, "length", args->length);
  qref_check_dimension(&check, "width", args->width);
  qref_check_shape(&check, "y", args->batch, args->channels, args->length, 1, sizeof(float));
  qref_check_shape(&check, "w", args->channels, args->width, 1, 1, sizeof(float));
  qref_check_pointer(&check, "x", args->x);
  qref_check_pointer(&check, "w", args->w);
  qref_check_pointer(&check, "y", args->y);
  return check.status;
}

qref_status qref_conv1d_silu_f32(const qref_conv1d_silu_f32_args *args, qref_error *error) {
  qref_status status = qref_conv1d_silu_f32_check(args, error);
  if (status != QREF_OK) {
    return status;
  }
  size_t T = args->length;
  size_t W = args->width;

  for (size_t b = 0; b < args->batch; b++) {
    for (size_t d = 0; d < args->channels; d++) {
      const float *x = args->x + (b * args->channels + d) * T; /* (T) */
      const float *w = args->w + d * W;                        /* (W) */
      float *y = args->y + (b * args->channels + d) * T;       /* (T) */

      for (size_t t = 0; t < T; t++) {
        float v = args->bias != NULL ? args->bias[d] : 0.0f;
        for (size_t k = 0; k < W; k++) {
          float sample = t + k + 1 >= W ? x[t + k + 1 - W] : 0.0f;
          v = qref_fma_f32(w[k], sample, v);
        }
        y[t] = qref_silu_f32(v);
      }
    }
  }
  return QREF_OK;
}
