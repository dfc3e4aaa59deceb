/* How the inputs of the selective scans' cases are made: qref_case_fill functions, used by the plans of both scans. */
#ifndef QREF_VECTORS_FILL_SCAN_H
#define QREF_VECTORS_FILL_SCAN_H

#include "ref/vectors/generate/plan.h"

/* ---- either scan ---- */

/* Uniform over the full range, the case's own scales; h_initial of any exponent in a usual range. */
qref_status qref_fill_scan_uniform(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error);
qref_status qref_fill_scan_bell(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error);
/* Every int8 is `code`. */
qref_status qref_fill_scan_constant(qref_case *item, uint64_t seed, int64_t code, qref_error *error);
qref_status qref_fill_scan_alternating(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error);
/* All 256 codes in every tensor that is large enough, in an order of its own, from `offset` on. */
qref_status qref_fill_scan_codes(qref_case *item, uint64_t seed, int64_t offset, qref_error *error);
/* Pairs of states that are equal but for the sign of C, an even number of them: y is what the roundings leave, so that
 * the last bit of every intermediate shows. */
qref_status qref_fill_scan_cancelling_states(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error);
/* The same with dt from 11 to 16, where softplus(dt) leaves dt by a step or none (parameter -1), or with one dt whose
 * log(exp(dt) + 1) is hard to round (i: qref_hard_log_arguments[i]). */
qref_status qref_fill_scan_cancelling_softplus(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error);
/* Nothing enters the state, which is 0 or -0: the sign of zero goes through the sum. */
qref_status qref_fill_scan_zero_states(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error);
/* One state without memory, and D such that D*u = -h*C but for roundings. */
qref_status qref_fill_scan_cancelling_D(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error);
/* dt at and around 20 (parameter 0), far to both sides of it (1), in -15..15 (2), very negative (3), all 0 (4). */
qref_status qref_fill_scan_softplus(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error);
/* A from 0 to infinity. */
qref_status qref_fill_scan_A_range(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error);
/* dt in multiples of 1/8 within and beyond -8..8, A = -1 for half of the states: arguments of tables between two of
 * their entries, where those are a power of two apart. */
qref_status qref_fill_scan_tables(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error);
/* A scale of dt for which the arguments of the rule's tables come within a rounding of the middle of two entries, on
 * either side depending on how the division by the step is done: of softplus (0), or of the decay, without softplus
 * (1).
 */
qref_status qref_fill_scan_table_forms(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error);
/* Gate arguments where exp(-z) overflows, sums that overflow with z: large y. */
qref_status qref_fill_scan_gate_range(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error);
/* Uniform with states that grow beyond float32 and come back as NaN: without softplus. */
qref_status qref_fill_scan_growth(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error);

/* ---- selective_scan: dt = 0 and one step, so that h = h_initial ---- */

/* States on and beside every rounding boundary; every `step`-th of QREF_SAMPLE_ROUNDINGS, step coprime to it. */
qref_status qref_fill_scan_state_boundaries(qref_case *item, uint64_t seed, int64_t step, qref_error *error);
/* States whose int8 differs between divisor, multiplier and the factor 100. */
qref_status qref_fill_scan_state_forms(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error);
/* y is every `step`-th of qref_sample_f16_store. */
qref_status qref_fill_scan_f16_stores(qref_case *item, uint64_t seed, int64_t step, qref_error *error);
/* y such that the gate's float16 result differs from that of another order of its operations. */
qref_status qref_fill_scan_gate_forms(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error);
/* h_initial is 1: h_final is the decay, for exponents of all sizes. */
qref_status qref_fill_scan_decay_range(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error);

/* ---- selective_scan: sequences ---- */

/* States that become subnormal. */
qref_status qref_fill_scan_subnormal_states(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error);
/* Decay next to 1. */
qref_status qref_fill_scan_drift(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error);
/* The steps from `first` on of one sequence, h_initial being the h_final of the steps in front. */
enum { QREF_SCAN_SNAPSHOT_LENGTH = 29 };
qref_status qref_fill_scan_snapshot(qref_case *item, uint64_t seed, int64_t first, qref_error *error);

/* ---- prefill, then decode: both ops cut one sequence ---- */

enum { QREF_SCAN_PREFILL_LENGTH = 21, QREF_SCAN_DECODE_STEPS = 6 };
/* The prefill. */
qref_status qref_fill_scan_prefill(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error);
/* Step `step` behind it: the state is that of the prefill and `step` updates. */
qref_status qref_fill_scan_decode(qref_case *item, uint64_t seed, int64_t step, qref_error *error);

/* ---- selective_scan_update ---- */

/* States around every reachable tie, dense by s_B being half of s_state. */
qref_status qref_fill_scan_update_ties(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error);
/* y on and beside float16 boundaries: subnormal (0), around the smallest normal (1), normal (2),
 * around overflow (3). */
qref_status qref_fill_scan_update_f16_stores(qref_case *item, uint64_t seed, int64_t range, qref_error *error);
/* States that are subnormal, at a scale that is: flushed to zero, every new state is 0. */
qref_status qref_fill_scan_update_subnormal_states(qref_case *item, uint64_t seed, int64_t parameter,
                                                   qref_error *error);
/* As qref_fill_scan_gate_forms. */
qref_status qref_fill_scan_update_gate_forms(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error);

#endif
