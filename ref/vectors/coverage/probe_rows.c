/* What a row of RMSNorm is scaled by. */
#include "ref/vectors/coverage/probe.h"

#define EVENT(point) \
  { (point), 1, QREF_COUNTER_EVENTS, false }
#define SMOKE_EVENT(point) \
  { (point), 1, QREF_COUNTER_EVENTS, true }

#define LARGEST_F32 0x1.fffffep127f

enum { SCALE_POSITIVE, SCALE_ZERO, SCALE_NEGATIVE, SCALE_NOT_A_NUMBER, ROW_SCALE_POINTS };

static void measure_row_scale(const qref_probe *probe, const qref_case *item, qref_counter *counters) {
  size_t count = 0;
  const float *scales = qref_probe_data(item, probe->tensor, QREF_DTYPE_FLOAT32, &count);
  for (size_t i = 0; i < count; i++) {
    if (scales[i] != scales[i]) {
      qref_counter_hit(counters, SCALE_NOT_A_NUMBER);
    } else if (scales[i] == 0.0f) {
      qref_counter_hit(counters, SCALE_ZERO);
    } else {
      qref_counter_hit(counters, scales[i] > 0.0f ? SCALE_POSITIVE : SCALE_NEGATIVE);
    }
  }
}

static const qref_probe_point row_scale_points[ROW_SCALE_POINTS] = {
    SMOKE_EVENT("positive"),
    EVENT("zero"),     /* the largest of the row is 0 */
    EVENT("negative"), /* all of the row are negative: no absolute value is taken */
    EVENT("not_a_number"),
};
const qref_probe_kind qref_probe_row_scale = {ROW_SCALE_POINTS, row_scale_points, measure_row_scale};

enum { RSTD_FINITE, RSTD_INFINITE, RSTD_ZERO, RSTD_POINTS };

static void measure_rstd(const qref_probe *probe, const qref_case *item, qref_counter *counters) {
  size_t count = 0;
  const float *rstd = qref_probe_data(item, probe->tensor, QREF_DTYPE_FLOAT32, &count);
  for (size_t i = 0; i < count; i++) {
    qref_counter_hit_if(counters, RSTD_FINITE, rstd[i] > 0.0f && rstd[i] <= LARGEST_F32);
    qref_counter_hit_if(counters, RSTD_INFINITE, rstd[i] > LARGEST_F32);
    qref_counter_hit_if(counters, RSTD_ZERO, rstd[i] == 0.0f);
  }
}

static const qref_probe_point rstd_points[RSTD_POINTS] = {
    SMOKE_EVENT("finite"), EVENT("infinite"), /* a row of zeros with eps 0 */
    EVENT("zero"),                            /* the mean square overflows */
};
const qref_probe_kind qref_probe_rstd = {RSTD_POINTS, rstd_points, measure_rstd};

static void measure_eps(const qref_probe *probe, const qref_case *item, qref_counter *counters) {
  qref_counter_hit(counters, qref_probe_f32_of(item, probe->tensor) == 0.0f ? 0 : 1);
}

static const qref_probe_point eps_points[] = {EVENT("zero"), SMOKE_EVENT("positive")};
const qref_probe_kind qref_probe_eps = {2, eps_points, measure_eps};
