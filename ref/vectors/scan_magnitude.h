/* How large the things are that a selective scan sums: the yardstick for the error of another implementation. */
#ifndef QREF_VECTORS_SCAN_MAGNITUDE_H
#define QREF_VECTORS_SCAN_MAGNITUDE_H

#include <qref/ops.h>

typedef struct qref_scan_magnitude {
  float *y;               /* (B, T, D): (sum_n H[n]*|C[n]| + |D*u|) * |gate| */
  float *state;           /* (B, D, chunks, N): h, in binary64, rounded once */
  float *state_magnitude; /* (B, D, chunks, N): H */
} qref_scan_magnitude;

/* The recurrence of qref_selective_scan in binary64, on values and (H) on their absolute values. Reads the inputs of
 * `args`, chunk_length included (which must not be 0), and none of its outputs. */
qref_status qref_scan_magnitude_compute(const qref_selective_scan_args *args, const qref_scan_magnitude *magnitude,
                                        qref_error *error);

#endif
