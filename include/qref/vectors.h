/* Comparison of results with a verdict per case, layer logs, the float-simulation check, and replay of recorded
 * outputs. */
#ifndef QREF_VECTORS_H
#define QREF_VECTORS_H

#include <qref/model.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How a comparison ends. A difference is explained, not tolerated. Ordered from best to worst. */
typedef enum qref_verdict {
  QREF_VERDICT_EXACT,      /* the same bits */
  QREF_VERDICT_TIE,        /* one step apart, the value being next to a rounding boundary */
  QREF_VERDICT_SATURATION, /* one side clamps, the other does not */
  QREF_VERDICT_WRAP,       /* one side wraps, the other does not */
  QREF_VERDICT_APPROX,     /* a float output within a stated ulp count */
  QREF_VERDICT_BUG,        /* anything else */
} qref_verdict;
enum { QREF_VERDICT_COUNT = QREF_VERDICT_BUG + 1 };

/* "exact", "tie", ...; static storage. */
QREF_API const char *qref_verdict_name(qref_verdict verdict);

/* ---- replay ---- */

/* Result of one recorded output tensor.
 *
 * int8 outputs, float32 residuals and the float16 outputs of a linear op must be exact. A differing int8 element is a
 * `tie` if the two are one step apart and the value before rounding lies within 2 ulp of a rounding boundary (RMSNorm:
 * 4 ulp; scan state: 2^-20 of H, below), `saturation` or `wrap` if the recording holds what the other overflow rule
 * gives, else a `bug`.
 *
 * The float16 output y of a scan is a sum that cancels, and the original sums it as a tree with an approximate exp: its
 * error is a fraction of the magnitude of what is summed, not of y. With the magnitude
 * M = (sum_n H[n]*|C[n]| + |D*u|) * |gate|, H being the recurrence of h on absolute values, the distance of an element
 * is |recorded - reference| in float16 ulp at max(|reference|, M / 1024). At most 2 are allowed (measured: 1), in at
 * most 1 % of the elements (or one element); the verdict is then `approx`.
 *
 * The dynamic row scale of RMSNorm comes from an approximate square root and division in the original: `approx` within
 * 4 float32 ulp (measured: 2). */
typedef struct qref_replay_output {
  char case_id[128];
  char op[64];
  char output[64];
  qref_dtype dtype;
  qref_verdict verdict; /* the worst of its elements */
  uint64_t elements;
  uint64_t different;                          /* elements whose bits differ */
  uint64_t verdict_counts[QREF_VERDICT_COUNT]; /* elements by verdict */
  uint64_t max_ulp;      /* largest distance of a float output: steps from one to the other, each a number */
  double max_scaled_ulp; /* the same in the ulp in which `approx` measures; scan y: at max(|reference|, M / 1024) */
  uint64_t allowed_ulp;  /* how much max_scaled_ulp may be for `approx`; 0 where the output must be exact */
  /* first divergence of the worst verdict; index is into the flattened tensor */
  uint64_t first_index;
  uint32_t expected_bits;   /* recorded */
  uint32_t actual_bits;     /* reference */
  float before_rounding;    /* reference value before rounding, NaN where there is none */
  double boundary_distance; /* int8: |before_rounding - nearest rounding boundary|; NaN otherwise */
} qref_replay_output;

typedef void (*qref_replay_callback)(void *context, const qref_replay_output *result);

/* Runs every case of DIR/manifest.json (layout of vectors/recorded/quamba-h100) through `execution`'s backend under
 * `profile` (NULL: quamba) and reports one result per recorded output tensor, in manifest order; the Hadamard matrices
 * of the manifest come first. Files are checked against their SHA-256, dtype and shape and must lie inside DIR. A
 * malformed manifest or file fails before the callback is called for that case; a manifest without cases, and an op or
 * output that is not known, fail too. */
QREF_API qref_status qref_replay(const char *directory, const qref_profile *profile, const qref_execution *execution,
                                 qref_replay_callback callback, void *context, qref_error *error);

#ifdef __cplusplus
}
#endif
#endif
