/* The recurrence of the whole-sequence scans, shared by the quantized op and the float32 model. SPEC section 2. */
#ifndef QREF_OPS_SCAN_RECURRENCE_H
#define QREF_OPS_SCAN_RECURRENCE_H

#include <qref/profile.h>

#include "ref/numerics/portability.h"

/* dt after softplus, in the form that the rule names. */
QREF_DEVICE_DECLARATION float qref_scan_softplus(float dt, const qref_scan_rule *rule);

/* Where the intermediates of a time step go: from element `first` of each tensor, which may be NULL. */
typedef struct qref_scan_step_trace {
  float *decay;       /* a (N) */
  float *state_input; /* x (N) */
  float *h;           /* (N), behind the step */
  size_t first;
} qref_scan_step_trace;

/* One time step of one channel: advances h (N) and returns y before the gate. `trace` may be NULL.
 *   a = exp(dt * A[n]); x = B[n] * (dt * u); h[n] = fma(a, h[n], x)
 *   y = D * u, then for n ascending y = fma(h[n], C[n], y) */
QREF_DEVICE_DECLARATION float qref_scan_step(const qref_scan_rule *rule, size_t states, float dt, float u,
                                             const float *A, const float *B, const float *C, float D, float *h,
                                             const qref_scan_step_trace *trace);

/* (y * z) / (1 + exp(-z)) */
QREF_DEVICE_DECLARATION float qref_scan_gate(float y, float z);

#endif
