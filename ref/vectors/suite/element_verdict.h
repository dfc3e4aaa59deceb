/* How an element of a suite differs from the reference's. */
#ifndef QREF_VECTORS_SUITE_ELEMENT_VERDICT_H
#define QREF_VECTORS_SUITE_ELEMENT_VERDICT_H

#include <qref/vectors.h>

#include "ref/vectors/case/case.h"

typedef struct qref_element_verdict {
  qref_verdict verdict;
  float before_rounding;    /* NaN where there is none */
  double boundary_distance; /* int8 only; NaN otherwise */
} qref_element_verdict;

/* Element `index` of tensor `t` of a case that has been run, against a stored bit pattern. int8 results are `tie`,
 * `saturation` or `wrap` where the rule that rounded them explains it, float16 results `tie` where the value before
 * rounding lies within 2 ulp of the boundary; everything else that differs is a `bug`: the reference defines the bits.
 */
qref_element_verdict qref_element_verdict_of(const qref_case *item, size_t t, size_t index, uint32_t stored_bits);

#endif
