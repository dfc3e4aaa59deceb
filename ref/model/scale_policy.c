#include "ref/model/scale_policy.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ref/base/decimal.h"
#include "ref/base/error.h"
#include "ref/base/order_statistic.h"
#include "ref/model/allocate.h"

enum { SMALLEST_BITS = 2, LARGEST_BITS = 24, TEXT_SIZE = 128 };

qref_status qref_scale_policy_check(const qref_scale_policy *policy, qref_error *error) {
  if (policy->kind == QREF_SCALE_POLICY_FIXED) {
    if (!(policy->factor > 0.0f) || !isfinite(policy->factor)) {
      return qref_fail(error, QREF_ERROR_ARGUMENT, "scale policy: factor, expected a finite number above 0");
    }
    return QREF_OK;
  }
  if (policy->kind != QREF_SCALE_POLICY_ABSMAX && policy->kind != QREF_SCALE_POLICY_PERCENTILE) {
    return qref_fail(error, QREF_ERROR_ARGUMENT, "scale policy: unknown kind %d", (int)policy->kind);
  }
  if (policy->bits < SMALLEST_BITS || policy->bits > LARGEST_BITS) {
    return qref_fail(error, QREF_ERROR_ARGUMENT, "scale policy: %lu bits, expected %d..%d", (unsigned long)policy->bits,
                     SMALLEST_BITS, LARGEST_BITS);
  }
  if (policy->kind == QREF_SCALE_POLICY_PERCENTILE && !(policy->percentile > 0.0 && policy->percentile <= 100.0)) {
    return qref_fail(error, QREF_ERROR_ARGUMENT, "scale policy: percentile, expected a number in (0, 100]");
  }
  return QREF_OK;
}

/* ---- notation ---- */

static bool parse_bits(const char *text, uint32_t *bits) {
  uint64_t value;
  if (!qref_parse_u64(text, &value) || value < SMALLEST_BITS || value > LARGEST_BITS) {
    return false;
  }
  *bits = (uint32_t)value;
  return true;
}

static bool parse_fixed(const char *text, qref_scale_policy *policy) {
  policy->kind = QREF_SCALE_POLICY_FIXED;
  return qref_parse_f32(text, &policy->factor) && policy->factor > 0.0f;
}

static bool parse_percentile(char *text, qref_scale_policy *policy) {
  char *colon = strchr(text, ':');
  if (colon == NULL) {
    return false;
  }
  *colon = '\0';
  policy->kind = QREF_SCALE_POLICY_PERCENTILE;
  return qref_parse_f64(text, &policy->percentile) && policy->percentile > 0.0 && policy->percentile <= 100.0 &&
         parse_bits(colon + 1, &policy->bits);
}

static bool parse(char *text, qref_scale_policy *policy) {
  char *colon = strchr(text, ':');
  if (colon == NULL) {
    return parse_fixed(text, policy);
  }
  *colon = '\0';
  if (strcmp(text, "fixed") == 0) {
    return parse_fixed(colon + 1, policy);
  }
  if (strcmp(text, "absmax") == 0) {
    policy->kind = QREF_SCALE_POLICY_ABSMAX;
    return parse_bits(colon + 1, &policy->bits);
  }
  return strcmp(text, "percentile") == 0 && parse_percentile(colon + 1, policy);
}

qref_status qref_scale_policy_parse(const char *text, qref_scale_policy *policy, qref_error *error) {
  if (text == NULL || policy == NULL) {
    return qref_fail(error, QREF_ERROR_ARGUMENT, "scale policy: text and policy must not be NULL");
  }
  char copy[TEXT_SIZE];
  qref_scale_policy parsed = {.kind = QREF_SCALE_POLICY_FIXED};
  const size_t length = strlen(text);
  if (length < sizeof copy) {
    memcpy(copy, text, length + 1);
    if (parse(copy, &parsed)) {
      *policy = parsed;
      return QREF_OK;
    }
  }
  return qref_fail(error, QREF_ERROR_ARGUMENT,
                   "scale policy '%.64s': expected a factor above 0, "
                   "fixed:FACTOR, absmax:BITS or percentile:P:BITS "
                   "with BITS in %d..%d and P in (0, 100]",
                   text, SMALLEST_BITS, LARGEST_BITS);
}

/* ---- factor ---- */

/* magnitudes[i] = |y[i]|, and the largest of them. */
static qref_status take_magnitudes(const float *y, size_t count, float *magnitudes, float *largest, qref_error *error) {
  *largest = 0.0f;
  for (size_t i = 0; i < count; i++) {
    const float magnitude = fabsf(y[i]);
    if (!(magnitude <= FLT_MAX)) {
      return qref_fail(error, QREF_ERROR_ARGUMENT, "scale policy: y[%zu] is not finite", i);
    }
    if (magnitudes != NULL) {
      magnitudes[i] = magnitude;
    }
    *largest = fmaxf(*largest, magnitude);
  }
  return QREF_OK;
}

/* The magnitude that the grid must cover. */
static qref_status covered_magnitude(const qref_scale_policy *policy, const float *y, size_t count, float *covered,
                                     qref_error *error) {
  if (policy->kind == QREF_SCALE_POLICY_ABSMAX) {
    return take_magnitudes(y, count, NULL, covered, error);
  }
  float *magnitudes = qref_allocate_tensor(sizeof(float), count, 1, 1);
  if (magnitudes == NULL) {
    return qref_fail_memory(error, "the percentile of a layer");
  }
  const qref_status status = take_magnitudes(y, count, magnitudes, covered, error);
  if (status == QREF_OK) {
    *covered = qref_quantile(magnitudes, count, policy->percentile / 100.0);
  }
  free(magnitudes);
  return status;
}

static bool covers(float magnitude, float out_scale, float factor, float largest_step) {
  return qref_round_f32(magnitude / (out_scale / factor), QREF_ROUND_HALF_EVEN, 0, 0) <= largest_step;
}

/* The largest factor at which `magnitude` is at most 2^(bits-1) - 1 steps of out_scale / factor. Rounding to float32
 * can leave the quotient a step too far, which takes the next smaller factor. */
static float covering_factor(float magnitude, float out_scale, uint32_t bits) {
  const float largest_step = (float)((1u << (bits - 1)) - 1u);
  const double step = fmax((double)magnitude / (double)largest_step, (double)FLT_MIN);
  float factor = (float)fmin((double)out_scale / step, (double)FLT_MAX);
  while (!covers(magnitude, out_scale, factor, largest_step)) {
    factor = nextafterf(factor, 0.0f);
  }
  return factor;
}

qref_status qref_scale_policy_factor(const qref_scale_policy *policy, const float *y, size_t count, float out_scale,
                                     float *factor, qref_error *error) {
  if (policy == NULL || factor == NULL) {
    return qref_fail(error, QREF_ERROR_ARGUMENT, "scale policy: policy and factor must not be NULL");
  }
  QREF_TRY(qref_scale_policy_check(policy, error));
  if (policy->kind == QREF_SCALE_POLICY_FIXED) {
    *factor = policy->factor;
    return QREF_OK;
  }
  if (y == NULL || count == 0) {
    return qref_fail(error, QREF_ERROR_ARGUMENT, "scale policy: expected at least one output");
  }
  if (!(out_scale > 0.0f) || !isfinite(out_scale)) {
    return qref_fail(error, QREF_ERROR_ARGUMENT, "scale policy: out_scale, expected a finite number above 0");
  }
  float magnitude = 0.0f;
  QREF_TRY(covered_magnitude(policy, y, count, &magnitude, error));
  *factor = magnitude == 0.0f ? 1.0f : covering_factor(magnitude, out_scale, policy->bits);
  return QREF_OK;
}
