/* Fields of a rule that have no numbers of their own to look at. The mutation test shows that the cases tell their
 * values apart. */
#include "ref/vectors/coverage/probe.h"

#define EVENT(point) \
  { (point), 1, QREF_COUNTER_EVENTS, false }

static void measure_scale_form(const qref_probe *probe, const qref_case *item, qref_counter *counters) {
  const qref_scale_form *form = qref_probe_rule(probe, item);
  qref_counter_hit(counters, *form == QREF_SCALE_DIVISOR ? 0 : 1);
}

static const qref_probe_point scale_form_points[] = {EVENT("divisor"), EVENT("multiplier")};
const qref_probe_kind qref_probe_scale_form = {2, scale_form_points, measure_scale_form};

static void measure_multiply_add(const qref_probe *probe, const qref_case *item, qref_counter *counters) {
  const qref_multiply_add *form = qref_probe_rule(probe, item);
  qref_counter_hit(counters, *form == QREF_MULTIPLY_ADD_FUSED ? 0 : 1);
}

static const qref_probe_point multiply_add_points[] = {EVENT("fused"), EVENT("separate")};
const qref_probe_kind qref_probe_multiply_add = {2, multiply_add_points, measure_multiply_add};

static void measure_softplus_form(const qref_probe *probe, const qref_case *item, qref_counter *counters) {
  const qref_softplus_form *form = qref_probe_rule(probe, item);
  qref_counter_hit(counters, *form == QREF_SOFTPLUS_LOG1P_EXP ? 0 : 1);
}

static const qref_probe_point softplus_form_points[] = {EVENT("log1p_exp"), EVENT("log_exp_plus_1")};
const qref_probe_kind qref_probe_softplus_form = {2, softplus_form_points, measure_softplus_form};

static void measure_prescale(const qref_probe *probe, const qref_case *item, qref_counter *counters) {
  const float *prescale = qref_probe_rule(probe, item);
  qref_counter_hit(counters, *prescale == 1.0f ? 0 : 1);
}

static const qref_probe_point prescale_points[] = {EVENT("one"), EVENT("other")};
const qref_probe_kind qref_probe_prescale = {2, prescale_points, measure_prescale};

static void measure_partial_sums(const qref_probe *probe, const qref_case *item, qref_counter *counters) {
  const uint32_t *sums = qref_probe_rule(probe, item);
  qref_counter_hit(counters, *sums == 1 ? 0 : *sums == 32 ? 1 : 2);
}

static const qref_probe_point partial_sums_points[] = {EVENT("one"), EVENT("32"), EVENT("other")};
const qref_probe_kind qref_probe_partial_sums = {3, partial_sums_points, measure_partial_sums};
