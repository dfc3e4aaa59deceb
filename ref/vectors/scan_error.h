/* How far another float32 implementation of a selective scan may be from the reference: the original's exp is
 * approximate and it scans as a tree. */
#ifndef QREF_VECTORS_SCAN_ERROR_H
#define QREF_VECTORS_SCAN_ERROR_H

#include <qref/ops.h>

typedef struct qref_scan_error {
  float *y;           /* (B, T, D): bound of the error of y before its float16 store */
  float *state;       /* (B, D, chunks, N): h, in binary64, rounded once */
  float *state_error; /* (B, D, chunks, N): bound of the error of h */
} qref_scan_error;

/* The recurrence in binary64 on values, on magnitudes, and on first-order error bounds. Reads the inputs of `args`,
 * chunk_length included (which must not be 0), and none of its outputs. */
qref_status qref_scan_error_compute(const qref_selective_scan_args *args, const qref_scan_error *bounds,
                                    qref_error *error);

#endif
