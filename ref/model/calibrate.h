/* Offline step 3: ranges of activations become static scales. */
#ifndef QREF_MODEL_CALIBRATE_H
#define QREF_MODEL_CALIBRATE_H

#include "ref/model/float_forward.h"

/* Ranges of one layer's activations over all windows, fed in window order. */
typedef struct qref_calibration {
  double quantile;   /* of X_PROJ_INPUT and SCAN_STATE; the others take the
                        absolute maximum */
  float *magnitudes; /* scratch for the largest window of the quantile
                        activations */
  size_t capacity;
  bool begun[QREF_ACTIVATION_COUNT];
  float range[QREF_ACTIVATION_COUNT];
} qref_calibration;

qref_status qref_calibration_create(const qref_model_config *config, size_t window_length, double quantile,
                                    qref_calibration *calibration, qref_error *error);
void qref_calibration_destroy(qref_calibration *calibration);
/* Forgets the ranges, for the next layer. */
void qref_calibration_reset(qref_calibration *calibration);

/* A qref_activation_observer whose context is the calibration. Activations that are not finite are QREF_ERROR_FORMAT:
 * the checkpoint's weights overflow float32 on these tokens. */
qref_status qref_calibration_observe(void *context, qref_activation activation, const float *values, size_t batch,
                                     size_t per_sequence, qref_error *error);

/* Raises *range to the largest |value|. */
qref_status qref_calibration_raise(float *range, const float *values, size_t count, qref_error *error);

/* max(range, 1e-5) / 127, at least 1e-6. */
float qref_scale_from_range(float range);

#endif
