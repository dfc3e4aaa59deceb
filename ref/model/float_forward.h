/* The float32 Mamba layer, run by the baseline and by calibration. */
#ifndef QREF_MODEL_FLOAT_FORWARD_H
#define QREF_MODEL_FLOAT_FORWARD_H

#include "ref/model/execution.h"
#include "ref/model/float_layer.h"

/* Activations whose ranges become scales. */
typedef enum qref_activation {
  QREF_ACTIVATION_IN_PROJ_INPUT,  /* (T, M) */
  QREF_ACTIVATION_IN_PROJ_OUTPUT, /* (T, 2D) */
  QREF_ACTIVATION_X_PROJ_INPUT,   /* (D, T) */
  QREF_ACTIVATION_X_PROJ_OUTPUT,  /* (T, R + 2N) */
  QREF_ACTIVATION_DT_PROJ_OUTPUT, /* (T, D), without the bias */
  QREF_ACTIVATION_SCAN_STATE,     /* (D, N) at the end of the sequence */
  QREF_ACTIVATION_OUT_PROJ_INPUT, /* (T, D), behind the online Hadamard
                                     transform if there is one */
  QREF_ACTIVATION_COUNT
} qref_activation;

/* Sees `values`: (batch, per_sequence). */
typedef qref_status (*qref_activation_observer)(void *context, qref_activation activation, const float *values,
                                                size_t batch, size_t per_sequence, qref_error *error);

/* Memory of one layer's activations for `batch` sequences of `length` tokens.
 */
typedef struct qref_float_work {
  size_t batch, length;
  float *rows_model;    /* (B, T, M): norm output, then out_proj output */
  float *in_proj;       /* (B, T, 2D) */
  float *x;             /* (B, D, T) */
  float *z;             /* (B, D, T) */
  float *conv;          /* (B, D, T) */
  float *rows_inner;    /* (B, T, D): conv1d output by time, then dt_proj output,
                           then scan output */
  float *x_proj;        /* (B, T, R + 2N) */
  float *dt_low_rank;   /* (B, T, R) */
  float *input_matrix;  /* (B, N, T) */
  float *output_matrix; /* (B, N, T) */
  float *state;         /* (B, D, N) */
  float *scan_scratch;
} qref_float_work;

qref_status qref_float_work_create(const qref_model_config *config, size_t batch, size_t length, qref_float_work *work,
                                   qref_error *error);
void qref_float_work_destroy(qref_float_work *work);

/* residual: (batch, length, M), read and written: the layer's output is added to it. batch <= work->batch; the length
 * is that of `work`. The observer is optional. */
qref_status qref_float_layer_forward(const qref_model_config *config, const qref_float_layer *layer,
                                     const qref_resolved_execution *execution, size_t batch, float *residual,
                                     qref_float_work *work, qref_activation_observer observer, void *observer_context,
                                     qref_error *error);

#endif
