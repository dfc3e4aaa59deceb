/* A session and the memory that its steps work in. */
#ifndef QREF_MODEL_SESSION_STATE_H
#define QREF_MODEL_SESSION_STATE_H

#include "ref/model/execution.h"
#include "ref/model/quantized_model.h"

/* Activations of one layer for `length` tokens of each sequence. */
typedef struct qref_session_work {
  size_t length;
  qref_float16 *x;       /* (B, T, M): embedding, then each layer's out_proj output */
  float *residual;       /* (B, T, M) */
  int8_t *normed;        /* (B, T, M) */
  int8_t *in_proj;       /* (B, T, 2D) */
  int8_t *conv_in;       /* (B, D, T) */
  int8_t *z;             /* (B, D, T) */
  int8_t *conv_out;      /* (B, D, T) */
  int8_t *rows_inner;    /* (B, T, D): conv1d output by time, dt_proj output,
                            Hadamard output */
  int8_t *x_proj;        /* (B, T, R + 2N) */
  int8_t *dt_low_rank;   /* (B, T, R) */
  int8_t *dt;            /* (B, D, T) */
  int8_t *input_matrix;  /* (B, N, T) */
  int8_t *output_matrix; /* (B, N, T) */
  qref_float16 *scan;    /* (B, T, D) */
  /* Float simulation only; NULL otherwise. In decode the op sees the whole state as a sequence of W samples. */
  float *before_quant;     /* (B, D, T), in decode (B, D, W) */
  float *after_quant;      /* (B, D, T), in decode (B, D, W) */
  float *hadamard_scratch; /* (D) */
  float *scan_scratch;     /* qref_selective_scan_scratch(N) */
  /* float16 lm_head only; NULL otherwise. */
  float *head_input;   /* (B, T, M) */
  float *head_weights; /* (QREF_HEAD_BLOCK_ROWS, M) */
  float *head_logits;  /* (B, T, QREF_HEAD_BLOCK_ROWS) */
} qref_session_work;

enum { QREF_HEAD_BLOCK_ROWS = 256 };

/* Called in front of every op of every layer with what the op is about to get: `args` is the op's argument struct,
 * `stage` the op's place in the layer ("norm", "in_proj", "conv1d", "requantize", "x_proj", "dt_proj", "scan",
 * "hadamard", "out_proj"). */
typedef qref_status (*qref_op_observer)(void *context, size_t layer, const char *stage, qref_op op, const void *args,
                                        qref_error *error);

struct qref_session {
  const qref_quantized_model *model;
  qref_profile profile;
  qref_resolved_execution execution;
  size_t batch;
  qref_float_simulation float_simulation; /* `enabled` also where the profile asks for it */
  qref_conv1d_observer observer;
  void *observer_context;
  qref_op_observer op_observer; /* optional */
  void *op_observer_context;
  int8_t *conv_state;            /* (n_layers, B, D, W): the last W inputs, oldest first */
  int8_t *scan_state;            /* (n_layers, B, D, N) */
  float *ones;                   /* (M): the weight of every norm behind the fuse step */
  qref_session_work decode_work; /* made once, so that decode does not allocate */
  bool fresh;                    /* no token has been fed */
  bool failed;                   /* states are half updated */
  qref_counts counts;
};

/* decode: the memory is for one token. */
qref_status qref_session_work_create(const qref_session *session, size_t length, bool decode, qref_session_work *work,
                                     qref_error *error);
void qref_session_work_destroy(qref_session_work *work);

#endif
