/* A kernel of one's own as a module for `qref cross`. The kernel below stands for yours: take its place with a call of
 * what you have, keep the rest. Only headers of qref are needed:
 *
 *   cc -std=c11 -O2 -ffp-contract=off -shared -fPIC -I include -I build/release/include my_kernel.c -lm -o my_kernel.so
 *   qref cross --backend ./my_kernel.so
 *
 * -DPLANTED_BUG rounds ties away from zero, which the specification rounds to even. */
#include <math.h>
#include <qref/backend.h>
#include <stdio.h>

/* ---- the kernel: int8 x (rows, depth) times int8 w (columns, depth), rescaled to int8 y (rows, columns) ---- */

static void my_kernel(const int8_t *x, const int8_t *w, size_t rows, size_t columns, size_t depth, float weight_scale,
                      float input_scale, int8_t *y, int32_t *accumulator, float *before_rounding, uint64_t *saturated) {
  for (size_t m = 0; m < rows; m++) {
    for (size_t n = 0; n < columns; n++) {
      int32_t acc = 0;
      for (size_t k = 0; k < depth; k++) {
        acc += x[m * depth + k] * w[n * depth + k];
      }
      const float t = ((float)acc * weight_scale) * input_scale;
#ifdef PLANTED_BUG
      const float rounded = roundf(t);
#else
      const float rounded = rintf(t);
#endif
      const float clamped = fminf(fmaxf(rounded, -128.0f), 127.0f);
      const size_t i = m * columns + n;
      y[i] = (int8_t)clamped;
      *saturated += clamped != rounded;
      if (accumulator != NULL) {
        accumulator[i] = acc;
      }
      if (before_rounding != NULL) {
        before_rounding[i] = t;
      }
    }
  }
}

/* ---- the wrapping ---- */

/* What the reference refuses, a module refuses too: here, what makes no sense as a scale. */
static bool is_scale(float value) {
  return value > 0.0f && isfinite(value);
}

static qref_status linear_w8a8(const qref_linear_w8a8_args *args, qref_error *error) {
  uint64_t saturated = 0;
  if (!is_scale(args->weight_scale[0]) || !is_scale(args->input_scale)) {
    if (error != NULL) {
      snprintf(error->message, sizeof error->message, "my_kernel: expected finite scales > 0");
    }
    return QREF_ERROR_ARGUMENT;
  }
  my_kernel(args->x, args->w, args->rows, args->columns, args->depth, args->weight_scale[0], args->input_scale, args->y,
            args->accumulator, args->before_rounding, &saturated);
  if (args->counts != NULL) {
    args->counts->saturated += saturated;
  }
  return QREF_OK;
}

/* Which op it computes, and under which rules of the profile. */
static bool supports(qref_op op, const qref_profile *profile) {
  return op == QREF_OP_LINEAR_W8A8 && profile != NULL && profile->linear.accumulator.bits == 32 &&
         profile->linear.output.rounding == QREF_ROUND_HALF_EVEN &&
         profile->linear.output.overflow == QREF_OVERFLOW_SATURATE;
}

static const qref_backend backend = {
    .abi_version = QREF_BACKEND_ABI_VERSION,
    .struct_size = sizeof(qref_backend),
    .name = "my_kernel",
    .description = "linear W8A8 by a kernel of my own",
    .supports = supports,
    .linear_w8a8 = linear_w8a8,
};

/* Called once, when the module is loaded. A module that needs a device looks for it here: without one it writes the
 * reason to `error` and returns NULL. */
const qref_backend *qref_backend_module(qref_error *error) {
  (void)error;
  return &backend;
}
