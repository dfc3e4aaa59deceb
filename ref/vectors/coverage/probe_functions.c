/* Branches of the functions: exp, softplus, x / (1 + exp(-x)), and tables in their place. */
#include "ref/numerics/float_bits.h"
#include "ref/vectors/coverage/probe.h"

#define EVENT(point) \
  { (point), 1, QREF_COUNTER_EVENTS, false }
#define SMOKE_EVENT(point) \
  { (point), 1, QREF_COUNTER_EVENTS, true }

#define LARGEST_F32 0x1.fffffep127f
#define SMALLEST_NORMAL_F32 0x1p-126f
/* The first float32 whose e^x rounds to infinity. */
#define EXP_OVERFLOW_FROM 0x1.62e43p+6f
/* The first float32 whose e^x rounds to 0. */
#define EXP_UNDERFLOW_FROM -0x1.9fe36ap+6f
/* Beyond it exp(-x) < 2^-24 leaves 1 + exp(-x) at 1, and 1 + exp(x) at exp(x). */
#define ONE_ABSORBS_FROM 17.0f
#define SOFTPLUS_THRESHOLD 20.0f

static bool is_exact(const qref_function_rule *rule) {
  return rule->implementation == QREF_FUNCTION_EXACT;
}

/* ---- x / (1 + exp(-x)) ---- */

enum {
  LOGISTIC_EXP_OVERFLOW,
  LOGISTIC_EXP_ABSORBS_ONE,
  LOGISTIC_NEGATIVE,
  LOGISTIC_ZERO,
  LOGISTIC_POSITIVE,
  LOGISTIC_IDENTITY,
  LOGISTIC_POINTS, /* those of the gate */
  SILU_SUBNORMAL = LOGISTIC_POINTS,
  SILU_INFINITY,
  SILU_NEGATIVE_INFINITY,
  SILU_POINTS
};

static const qref_probe_point silu_points[SILU_POINTS] = {
    EVENT("exp_overflow"),     /* exp(-x) is infinite: -0 */
    EVENT("exp_absorbs_one"),  /* 1 + exp(-x) = exp(-x) */
    SMOKE_EVENT("negative"),   /* in between */
    EVENT("zero"),             /* exactly */
    SMOKE_EVENT("positive"),   /* up to 17 */
    EVENT("identity"),         /* 1 + exp(-x) = 1 */
    EVENT("subnormal_result"), /* of a subnormal argument: elsewhere exp overflows before the quotient is so small */
    EVENT("infinity"),
    EVENT("negative_infinity"), /* NaN, as the formula gives */
};

static void count_logistic(qref_counter *counters, float x) {
  if (x > 0.0f) {
    qref_counter_hit(counters, x > ONE_ABSORBS_FROM ? LOGISTIC_IDENTITY : LOGISTIC_POSITIVE);
  } else if (x < 0.0f) {
    qref_counter_hit(counters, x <= -EXP_OVERFLOW_FROM ? LOGISTIC_EXP_OVERFLOW
                               : x < -ONE_ABSORBS_FROM ? LOGISTIC_EXP_ABSORBS_ONE
                                                       : LOGISTIC_NEGATIVE);
  } else {
    qref_counter_hit_if(counters, LOGISTIC_ZERO, x == 0.0f);
  }
}

static void measure_silu(const qref_probe *probe, const qref_case *item, qref_counter *counters) {
  size_t count = 0;
  size_t result_count = 0;
  const float *x = qref_probe_data(item, probe->source, QREF_DTYPE_FLOAT32, &count);
  const float *y = qref_probe_data(item, probe->tensor, QREF_DTYPE_FLOAT32, &result_count);
  if (x == NULL || y == NULL || count != result_count || !qref_probe_bool_of(item, "silu") ||
      !is_exact(qref_probe_rule(probe, item))) {
    return;
  }
  for (size_t i = 0; i < count; i++) {
    if (x[i] > LARGEST_F32 || x[i] < -LARGEST_F32) {
      qref_counter_hit(counters, x[i] > 0.0f ? SILU_INFINITY : SILU_NEGATIVE_INFINITY);
      continue;
    }
    const float magnitude = y[i] < 0.0f ? -y[i] : y[i];
    qref_counter_hit_if(counters, SILU_SUBNORMAL, magnitude > 0.0f && magnitude < SMALLEST_NORMAL_F32);
    count_logistic(counters, x[i]);
  }
}

const qref_probe_kind qref_probe_silu = {SILU_POINTS, silu_points, measure_silu};

static void measure_gate(const qref_probe *probe, const qref_case *item, qref_counter *counters) {
  const float scale = qref_probe_f32_of(item, "scale_z");
  size_t count = 0;
  const int8_t *z = qref_probe_data(item, probe->tensor, QREF_DTYPE_INT8, &count);
  for (size_t i = 0; i < count; i++) {
    count_logistic(counters, (float)z[i] * scale);
  }
}

const qref_probe_kind qref_probe_gate = {LOGISTIC_POINTS, silu_points, measure_gate};

/* ---- softplus ---- */

enum {
  SUBNORMAL = QREF_SOFTPLUS_SUBNORMAL,
  EXP_UNDERFLOW,
  TINY,
  NEGATIVE,
  ZERO,
  POSITIVE,
  BELOW_THRESHOLD,
  AT_THRESHOLD,
  ABOVE_THRESHOLD,
  IDENTITY,
  SOFTPLUS_POINTS
};

static const qref_probe_point softplus_points[SOFTPLUS_POINTS] = {
    EVENT("subnormal_result"),
    EVENT("exp_underflow"),   /* exp(x) = 0 */
    EVENT("tiny"),            /* 1 + exp(x) = 1 in float32: log1p keeps it, log loses it */
    SMOKE_EVENT("negative"),  /* -17 to 0 */
    EVENT("zero"),            /* exactly */
    SMOKE_EVENT("positive"),  /* 0 to 20 */
    EVENT("below_threshold"), /* the last float32 below 20 */
    EVENT("at_threshold"),    /* 20: still log1p(exp(x)) */
    EVENT("above_threshold"), /* the first float32 above 20 */
    EVENT("identity"),        /* beyond 20 */
};

static void count_softplus(qref_counter *counters, float x) {
  const int32_t steps = (int32_t)(qref_inline_bits_from_f32(x) - qref_inline_bits_from_f32(SOFTPLUS_THRESHOLD));
  qref_counter_hit_if(counters, BELOW_THRESHOLD, steps == -1);
  qref_counter_hit_if(counters, AT_THRESHOLD, steps == 0);
  qref_counter_hit_if(counters, ABOVE_THRESHOLD, steps == 1);
  if (x > 0.0f) {
    qref_counter_hit(counters, x > SOFTPLUS_THRESHOLD ? IDENTITY : POSITIVE);
  } else if (x < 0.0f) {
    qref_counter_hit(counters, x <= EXP_UNDERFLOW_FROM ? EXP_UNDERFLOW : x < -ONE_ABSORBS_FROM ? TINY : NEGATIVE);
  } else {
    qref_counter_hit_if(counters, ZERO, x == 0.0f);
  }
}

static void measure_softplus(const qref_probe *probe, const qref_case *item, qref_counter *counters) {
  size_t count = 0;
  size_t result_count = 0;
  const float *x = qref_probe_data(item, probe->source, QREF_DTYPE_FLOAT32, &count);
  const float *y = qref_probe_data(item, probe->tensor, QREF_DTYPE_FLOAT32, &result_count);
  if (x == NULL || y == NULL || count != result_count || !qref_probe_bool_of(item, "softplus") ||
      !is_exact(qref_probe_rule(probe, item))) {
    return;
  }
  for (size_t i = 0; i < count; i++) {
    count_softplus(counters, x[i]);
    qref_counter_hit_if(counters, SUBNORMAL, y[i] > 0.0f && y[i] < SMALLEST_NORMAL_F32);
  }
}

const qref_probe_kind qref_probe_softplus = {SOFTPLUS_POINTS, softplus_points, measure_softplus};

static void measure_softplus_f32(const qref_probe *probe, const qref_case *item, qref_counter *counters) {
  size_t count = 0;
  size_t channels = 0;
  const float *dt = qref_probe_data(item, probe->tensor, QREF_DTYPE_FLOAT32, &count);
  const float *bias = qref_probe_data(item, "dt_bias", QREF_DTYPE_FLOAT32, &channels);
  const size_t T = qref_probe_size_of(item, "length");
  for (size_t i = 0; i < count; i++) {
    count_softplus(counters, bias != NULL ? dt[i] + bias[i / T % channels] : dt[i]);
  }
}

const qref_probe_kind qref_probe_softplus_f32 = {SOFTPLUS_POINTS, softplus_points, measure_softplus_f32};

/* ---- exp ---- */

enum { EXP_ZERO, EXP_SUBNORMAL, EXP_NORMAL, EXP_ONE, EXP_ABOVE_ONE, EXP_INFINITY, EXP_POINTS };

static const qref_probe_point exp_points[EXP_POINTS] = {
    EVENT("exp_zero"),     EVENT("exp_subnormal"), SMOKE_EVENT("exp_below_one"),
    EVENT("exp_one"),      EVENT("exp_above_one"), /* of the decay: where dt is negative */
    EVENT("exp_infinity"),
};

static void count_exp(qref_counter *counters, float a) {
  if (a < 1.0f) {
    qref_counter_hit(counters, a == 0.0f ? EXP_ZERO : a < SMALLEST_NORMAL_F32 ? EXP_SUBNORMAL : EXP_NORMAL);
  } else if (a >= 1.0f) {
    qref_counter_hit(counters, a == 1.0f ? EXP_ONE : a <= LARGEST_F32 ? EXP_ABOVE_ONE : EXP_INFINITY);
  }
}

static void measure_decay(const qref_probe *probe, const qref_case *item, qref_counter *counters) {
  size_t count = 0;
  const float *a = qref_probe_data(item, probe->tensor, QREF_DTYPE_FLOAT32, &count);
  for (size_t i = 0; i < count && is_exact(qref_probe_rule(probe, item)); i++) {
    count_exp(counters, a[i]);
  }
}

const qref_probe_kind qref_probe_decay = {EXP_POINTS, exp_points, measure_decay};

/* exp(scale_A_log * q) by code. */
static void exp_of_codes(float scale, float values[256]) {
  for (int q = -128; q < 128; q++) {
    values[q + 128] = qref_exp_f32(scale * (float)q);
  }
}

static void measure_A(const qref_probe *probe, const qref_case *item, qref_counter *counters) {
  float values[256];
  size_t count = 0;
  const int8_t *A_log = qref_probe_data(item, probe->tensor, QREF_DTYPE_INT8, &count);
  exp_of_codes(qref_probe_f32_of(item, "scale_A_log"), values);
  for (size_t i = 0; i < count; i++) {
    count_exp(counters, values[A_log[i] + 128]);
  }
}

const qref_probe_kind qref_probe_A = {EXP_POINTS, exp_points, measure_A};

/* ---- tables ---- */

enum { TABLE_BELOW, TABLE_INSIDE, TABLE_ABOVE, TABLE_TIE, TABLE_POINTS };

static const qref_probe_point table_points[TABLE_POINTS] = {
    EVENT("below_table"),                    /* takes the first entry */
    EVENT("in_table"), EVENT("above_table"), /* takes the last entry */
    EVENT("between_two_entries"),            /* exactly in the middle: the even one is taken */
};

static void count_table(qref_counter *counters, float x, const qref_function_rule *rule) {
  const float step = (rule->maximum - rule->minimum) / (float)(rule->entries - 1);
  const float position = (x - rule->minimum) / step;
  if (x < rule->minimum) {
    qref_counter_hit(counters, TABLE_BELOW);
  } else if (x > rule->maximum) {
    qref_counter_hit(counters, TABLE_ABOVE);
  } else if (x == x) {
    qref_counter_hit(counters, TABLE_INSIDE);
    /* Where the even entry is the lower one: half away from zero takes the other. */
    const int32_t below = (int32_t)position;
    qref_counter_hit_if(counters, TABLE_TIE, below % 2 == 0 && position - (float)below == 0.5f);
  }
}

/* The arguments dt * A of the decay: dt (B, D, T) or (B, D), A (D, N). */
static void measure_decay_table(const qref_case *item, const qref_function_rule *rule, qref_counter *counters) {
  float values[256];
  size_t count = 0;
  size_t unused = 0;
  const float *dt = qref_probe_data(item, "dt_after_softplus", QREF_DTYPE_FLOAT32, &count);
  const int8_t *A_log = qref_probe_data(item, "A_log", QREF_DTYPE_INT8, &unused);
  const size_t length = qref_probe_size_of(item, "length");
  const size_t T = length != 0 ? length : 1; /* the one-token op has none */
  const size_t D = qref_probe_size_of(item, "channels");
  const size_t N = qref_probe_size_of(item, "states");
  exp_of_codes(qref_probe_f32_of(item, "scale_A_log"), values);
  for (size_t i = 0; i < count && A_log != NULL; i++) {
    for (size_t n = 0; n < N; n++) {
      count_table(counters, dt[i] * -values[A_log[i / T % D * N + n] + 128], rule);
    }
  }
}

static void measure_table(const qref_probe *probe, const qref_case *item, qref_counter *counters) {
  const qref_function_rule *rule = qref_probe_rule(probe, item);
  if (is_exact(rule)) {
    return;
  }
  if (probe->source == NULL) {
    measure_decay_table(item, rule, counters);
    return;
  }
  size_t count = 0;
  const float *x = qref_probe_data(item, probe->source, QREF_DTYPE_FLOAT32, &count);
  for (size_t i = 0; i < count; i++) {
    count_table(counters, x[i], rule);
  }
}

const qref_probe_kind qref_probe_table = {TABLE_POINTS, table_points, measure_table};
