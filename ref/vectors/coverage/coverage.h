/* What a set of cases exercises, counted from their tensors alone: output codes, ties and their neighbours, clamps,
 * wraps, accumulator bits, branches of the functions, optional inputs, rules of hardware profiles. Counters of shards
 * add up. Needs libc only.
 *
 * A point is (op, name). The list of points and which suite size must reach which is fixed: a point that is listed and
 * required, but has a count of 0, is a hole. */
#ifndef QREF_VECTORS_COVERAGE_H
#define QREF_VECTORS_COVERAGE_H

#include "ref/vectors/case/case.h"
#include "ref/vectors/generate/plan.h"

typedef struct qref_coverage_point {
  qref_op op;
  const char *tensor; /* "y", "accumulator", ...; "" for a point of the whole case */
  const char *name;   /* "codes", "tie_up_positive", "exp_underflow", ... */
  uint64_t needed;    /* count to be reached: 256 for codes, the bits of an accumulator, 1 for most */
  bool required;      /* by the suite size of the table */
} qref_coverage_point;

typedef struct qref_coverage qref_coverage;

/* The table of a suite size; op QREF_OP_COUNT for all ops. NULL when out of memory. */
qref_coverage *qref_coverage_create(qref_suite_size size, qref_op op);
void qref_coverage_destroy(qref_coverage *coverage);
/* Adds what a case that has been run exercises. */
void qref_coverage_add(qref_coverage *coverage, const qref_case *item);
/* Adds the counters of another table of the same points. */
void qref_coverage_merge(qref_coverage *coverage, const qref_coverage *other);

size_t qref_coverage_count(const qref_coverage *coverage);
const qref_coverage_point *qref_coverage_point_at(const qref_coverage *coverage, size_t i);
/* How much of point i was seen: distinct codes, the widest accumulator in bits, or events. */
uint64_t qref_coverage_seen(const qref_coverage *coverage, size_t i);
/* Required points with seen < needed. */
size_t qref_coverage_holes(const qref_coverage *coverage);

#endif
