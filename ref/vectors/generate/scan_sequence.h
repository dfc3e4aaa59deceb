/* What the plans of both selective scans share: scales, sequences that are cut into parts, and the variants of a scan's
 * rule. */
#ifndef QREF_VECTORS_SCAN_SEQUENCE_H
#define QREF_VECTORS_SCAN_SEQUENCE_H

#include "ref/vectors/generate/plan.h"

/* The scales of a case of either scan. */
qref_scan_scales *qref_scan_scales_of(qref_case *item);
/* The rule of either scan in the case's profile. */
qref_scan_rule *qref_scan_rule_of(qref_case *item);

/* Scales with full significands at which dt, the decay, the state and y stay in their usual ranges. */
qref_scan_scales qref_scan_typical_scales(void);
/* The same, each times a factor in [1/2, 2) of the case's own. */
void qref_scan_random_scales(qref_case *item, uint64_t seed);

/* Makes the input data of a whole sequence of `length` steps of `item`'s batch, channels, states and scales in `whole`,
 * a selective_scan without h_initial; `id` keys the data. Free it. */
qref_status qref_scan_whole_sequence(const qref_case *item, const char *id, size_t length, uint64_t seed,
                                     qref_case *whole, qref_error *error);
/* Copies the steps from `first` on into the inputs of `part`, a case of either scan with the same sizes; A_log, D and
 * dt_bias too. State inputs are left alone. */
void qref_scan_cut(qref_case *whole, size_t first, qref_case *part);

/* The i-th change of a scan's arithmetic, NULL past the end. Those of the state's rounding are in
 * rounding_variant.h. */
typedef struct qref_scan_variant {
  const char *name;
  void (*change)(qref_scan_rule *rule, float number);
  float number;
} qref_scan_variant;
const qref_scan_variant *qref_scan_variant_at(size_t i);

#endif
