/* The arithmetic behind verdicts: distances in units in the last place and to rounding boundaries. */
#ifndef QREF_VECTORS_VERDICT_H
#define QREF_VECTORS_VERDICT_H

#include <qref/vectors.h>

/* Spacing of the format's numbers at |magnitude|; the subnormal spacing at and near 0. */
double qref_ulp_f32(double magnitude);
double qref_ulp_f16(double magnitude);

/* Steps from a to b in the order of the format's numbers: 0 for equal bits and for +0 and -0, 1 for neighbours.
 * UINT64_MAX if exactly one is a NaN or the two are NaNs of different bits. */
uint64_t qref_ulp_distance_f16(qref_float16 a, qref_float16 b);
uint64_t qref_ulp_distance_f32(float a, float b);

/* Distance of v to the nearest value at which the rounding jumps: k + 1/2 for the half_ kinds, k for floor and
 * toward_zero, 0 for stochastic, which may jump anywhere. NaN for a NaN. */
double qref_boundary_distance(double v, qref_rounding rounding);

/* How `recorded` differs from `actual` = ovf(rnd(before)). A value is next to a boundary within `allowance`, or 2 ulp
 * of itself if that is more. */
qref_verdict qref_verdict_int8(int8_t recorded, int8_t actual, float before, const qref_rounding_rule *rule,
                               uint64_t index, double allowance);

#endif
