/* Comparison of results with a verdict per case, layer logs, and replay of recorded outputs. */
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

/* "exact", "tie", ...; static storage. */
QREF_API const char *qref_verdict_name(qref_verdict verdict);

/* ---- replay ---- */

/* Result of one recorded output tensor. */
typedef struct qref_replay_output {
  char case_id[128];
  char op[64];
  char output[64];
  qref_dtype dtype;
  qref_verdict verdict;
  uint64_t elements;
  uint64_t different;   /* elements whose bits differ */
  uint64_t max_ulp;     /* largest distance of a float output in units in the last place; see README */
  uint64_t allowed_ulp; /* what `approx` allows for this output */
  /* first divergence; index is into the flattened tensor */
  uint64_t first_index;
  uint32_t expected_bits;  /* recorded */
  uint32_t actual_bits;    /* reference */
  float before_rounding;   /* reference value before rounding, NaN where the op has none */
  float boundary_distance; /* |before_rounding - nearest .5 boundary| for int8 outputs, NaN otherwise */
} qref_replay_output;

typedef void (*qref_replay_callback)(void *context, const qref_replay_output *result);

/* Runs every case of DIR/manifest.json (layout of vectors/recorded/quamba-h100) through `execution`'s backend under
 * `profile` (NULL: quamba) and reports one result per recorded output tensor, in manifest order. Files are checked
 * against their SHA-256, dtype and shape first. A malformed manifest or file fails before the callback is called for
 * that case. */
QREF_API qref_status qref_replay(const char *directory, const qref_profile *profile, const qref_execution *execution,
                                 qref_replay_callback callback, void *context, qref_error *error);

#ifdef __cplusplus
}
#endif
#endif
