#include "ref/model/calibrate.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ref/base/error.h"
#include "ref/base/order_statistic.h"
#include "ref/model/allocate.h"

static const float smoothing = 0.01f;

static const char *activation_name(qref_activation activation) {
  static const char *const names[QREF_ACTIVATION_COUNT] = {
      [QREF_ACTIVATION_IN_PROJ_INPUT] = "in_proj:input",   [QREF_ACTIVATION_IN_PROJ_OUTPUT] = "in_proj:output",
      [QREF_ACTIVATION_X_PROJ_INPUT] = "x_proj:input",     [QREF_ACTIVATION_X_PROJ_OUTPUT] = "x_proj:output",
      [QREF_ACTIVATION_DT_PROJ_OUTPUT] = "dt_proj:output", [QREF_ACTIVATION_SCAN_STATE] = "scan state",
      [QREF_ACTIVATION_OUT_PROJ_INPUT] = "out_proj:input",
  };
  return names[activation];
}

static bool takes_quantile(qref_activation activation) {
  return activation == QREF_ACTIVATION_X_PROJ_INPUT || activation == QREF_ACTIVATION_SCAN_STATE;
}

qref_status qref_calibration_create(const qref_model_config *config, size_t window_length, double quantile,
                                    qref_calibration *calibration, qref_error *error) {
  const size_t longest = window_length > config->d_state ? window_length : config->d_state;
  *calibration = (qref_calibration){
      .quantile = quantile,
      .magnitudes = qref_allocate_tensor(sizeof(float), config->d_inner, longest, 1),
      .capacity = config->d_inner * longest,
  };
  return calibration->magnitudes == NULL ? qref_fail_memory(error, "the quantiles of a window") : QREF_OK;
}

void qref_calibration_destroy(qref_calibration *calibration) {
  free(calibration->magnitudes);
  memset(calibration, 0, sizeof *calibration);
}

void qref_calibration_reset(qref_calibration *calibration) {
  memset(calibration->begun, 0, sizeof calibration->begun);
  memset(calibration->range, 0, sizeof calibration->range);
}

qref_status qref_calibration_raise(float *range, const float *values, size_t count, qref_error *error) {
  float largest = *range;
  for (size_t i = 0; i < count; i++) {
    const float magnitude = fabsf(values[i]);
    if (!(magnitude <= FLT_MAX)) {
      return qref_fail(error, QREF_ERROR_FORMAT, "an activation is not finite");
    }
    if (magnitude > largest) {
      largest = magnitude;
    }
  }
  *range = largest;
  return QREF_OK;
}

/* m takes the first window's quantile and then moves: m += 0.01 * (quantile - m) */
static qref_status smooth_quantile(qref_calibration *calibration, qref_activation activation, const float *values,
                                   size_t count, qref_error *error) {
  float largest = 0.0f;
  QREF_TRY(qref_calibration_raise(&largest, values, count, error));
  if (count > calibration->capacity) {
    return qref_fail(error, QREF_ERROR_ARGUMENT, "a window of %zu values, expected at most %zu", count,
                     calibration->capacity);
  }
  for (size_t i = 0; i < count; i++) {
    calibration->magnitudes[i] = fabsf(values[i]);
  }
  const float current = qref_quantile(calibration->magnitudes, count, calibration->quantile);
  float *range = &calibration->range[activation];
  if (!calibration->begun[activation]) {
    calibration->begun[activation] = true;
    *range = current;
    return QREF_OK;
  }
  const float difference = current - *range;
  const float step = smoothing * difference;
  *range += step;
  return QREF_OK;
}

qref_status qref_calibration_observe(void *context, qref_activation activation, const float *values, size_t batch,
                                     size_t per_sequence, qref_error *error) {
  qref_calibration *calibration = context;
  qref_status status = QREF_OK;
  if (takes_quantile(activation)) {
    for (size_t b = 0; b < batch && status == QREF_OK; b++) {
      status = smooth_quantile(calibration, activation, values + b * per_sequence, per_sequence, error);
    }
  } else {
    status = qref_calibration_raise(&calibration->range[activation], values, batch * per_sequence, error);
  }
  return status == QREF_OK ? QREF_OK : qref_fail_prefix(error, status, "%s", activation_name(activation));
}

float qref_scale_from_range(float range) {
  const float scale = fmaxf(range, 1e-5f) / 127.0f;
  return fmaxf(scale, 1e-6f);
}
