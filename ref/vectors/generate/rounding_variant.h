/* The rounding rules of hardware profiles: each rounding, the stochastic one with two seeds, saturating and wrapping.
 */
#ifndef QREF_VECTORS_ROUNDING_VARIANT_H
#define QREF_VECTORS_ROUNDING_VARIANT_H

#include <qref/numerics.h>

typedef struct qref_rounding_variant {
  const char *name; /* "half-away-saturate", ... */
  qref_rounding_rule rule;
} qref_rounding_variant;

/* NULL past the end. Static storage. */
const qref_rounding_variant *qref_rounding_variant_at(size_t i);

#endif
