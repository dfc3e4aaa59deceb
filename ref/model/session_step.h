/* The parts of a step of a session: embedding, the layers, the head. A step feeds `length` tokens to every sequence,
 * all at once (prefill, from a fresh state) or one (decode). */
#ifndef QREF_MODEL_SESSION_STEP_H
#define QREF_MODEL_SESSION_STEP_H

#include "ref/model/session_state.h"

typedef struct qref_step {
  qref_session *session;
  qref_session_work *work;
  size_t length, rows; /* rows = batch * length */
  bool decode;
} qref_step;

/* Embeds, runs all layers and, if logits is not NULL, the head. tokens: (B, T), checked. logits: (B, T, vocab_size).
 * The session's states advance. */
qref_status qref_step_run(const qref_step *step, const int32_t *tokens, qref_float16 *logits, qref_error *error);

/* One layer: work->x and work->residual in and out. */
qref_status qref_step_layer(const qref_step *step, size_t layer, qref_error *error);

/* conv1d + SiLU on the INT8 or the float-simulation path: work->conv_in to work->conv_out, both (B, D, T) int8.
 * Advances the layer's conv state and calls the observer. */
qref_status qref_step_conv1d(const qref_step *step, size_t layer, qref_error *error);

/* norm_f and lm_head. */
qref_status qref_step_head(const qref_step *step, qref_float16 *logits, qref_error *error);

/* Tells the session's op_observer, if it has one. */
qref_status qref_step_observe(const qref_step *step, size_t layer, const char *stage, qref_op op, const void *args,
                              qref_error *error);

/* What w_packed of a linear is to be: the packed weights, if the model is packed for the session's backend. */
const void *qref_step_packed(const qref_step *step, const void *packed);

/* work->x (float16) and the residual to work->normed (int8). The norm of layer 0 has no residual to add; that of layer
 * n_layers is norm_f. */
qref_status qref_step_norm(const qref_step *step, size_t layer, float out_scale, qref_error *error);

#endif
