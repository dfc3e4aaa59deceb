/* What a coverage table is made of. A probe kind is a list of points with a function that counts them in the tensors of
 * a case; a probe applies a kind to a tensor, rule or attribute of one op. The tables are in op_probes.c. */
#ifndef QREF_VECTORS_COVERAGE_PROBE_H
#define QREF_VECTORS_COVERAGE_PROBE_H

#include "ref/vectors/case/case.h"

enum { QREF_PROBE_MAX_POINTS = 64 };

/* How what is seen adds up. */
typedef enum qref_counter_kind {
  QREF_COUNTER_EVENTS, /* a sum */
  QREF_COUNTER_WIDEST, /* a maximum */
  QREF_COUNTER_CODES,  /* distinct int8 values */
} qref_counter_kind;

typedef struct qref_counter {
  uint64_t value;    /* events, widest */
  uint64_t codes[4]; /* bit i + 128 for code i */
} qref_counter;

typedef struct qref_probe_point {
  const char *name;
  uint64_t needed;
  qref_counter_kind kind;
  bool smoke; /* required of the suite `smoke` too */
} qref_probe_point;

typedef struct qref_probe qref_probe;

typedef struct qref_probe_kind {
  size_t count; /* at most QREF_PROBE_MAX_POINTS */
  const qref_probe_point *points;
  /* Adds what a case that has been run shows to counters[0 .. count-1]. The case has the probe's op; an optional tensor
   * may be absent. */
  void (*measure)(const qref_probe *probe, const qref_case *item, qref_counter *counters);
} qref_probe_kind;

struct qref_probe {
  const qref_probe_kind *kind; /* NULL behind the last probe of an op */
  const char *tensor;          /* what its points are listed under: a tensor, an attribute, "rule.<field>", or "" */
  const char *source;          /* the tensor of the values in front of the rounding or function; NULL if none */
  size_t rule;                 /* offset in qref_profile of the rule that decides; QREF_NO_OFFSET if none */
  uint64_t unlisted;           /* bit i: this op cannot reach point i, for the reason that the table gives */
  uint64_t needed[2];          /* accumulators: bits of the largest and of the smallest sum */
};

#define QREF_POINT_BIT(i) (UINT64_C(1) << (i))

/* What a rounding to int8 meets: ties, their neighbours, the ends of the range. `source` is the value before rounding,
 * `rule` a qref_rounding_rule. */
extern const qref_probe_kind qref_probe_rounded;
enum { QREF_ROUNDED_NOT_A_NUMBER = 0 }; /* index of a point that not all ops reach */
/* The same for the grid of the float simulation, which has no ends; `rule` is a qref_rounding. */
extern const qref_probe_kind qref_probe_grid;
/* Distinct values of an int8 tensor. */
extern const qref_probe_kind qref_probe_codes;
/* Stores to float16; `source` is the float32 value. */
extern const qref_probe_kind qref_probe_float16;
enum { QREF_FLOAT16_NOT_A_NUMBER = 0, QREF_FLOAT16_FIRST_BELOW_QUANTUM = 1, QREF_FLOAT16_LAST_BELOW_QUANTUM = 8 };
/* Which kinds of float32 a tensor holds. */
extern const qref_probe_kind qref_probe_float32;

/* Sums of an int32 accumulator and their conversion to float32. */
extern const qref_probe_kind qref_probe_accumulator;
enum { QREF_ACCUMULATOR_FIRST_CONVERSION = 3, QREF_ACCUMULATOR_LAST_CONVERSION = 7 };
/* Overflows of narrow accumulators; `rule` is a qref_accumulator_rule. */
extern const qref_probe_kind qref_probe_accumulator_overflow;
enum { QREF_OVERFLOW_FIRST_SATURATE = 3, QREF_OVERFLOW_FIRST_WRAP = 19, QREF_OVERFLOW_WIDTHS = 16 };

/* Branches of x / (1 + exp(-x)); `source` is x, `rule` the function's, where the attribute `silu` is true. */
extern const qref_probe_kind qref_probe_silu;
/* The same for the gate of a scan: x is z * scale_z. */
extern const qref_probe_kind qref_probe_gate;
/* Branches of softplus; `source` is its argument, `tensor` its result. */
extern const qref_probe_kind qref_probe_softplus;
enum { QREF_SOFTPLUS_SUBNORMAL = 0 };
/* Branches of softplus of dt + dt_bias in the float32 scan. */
extern const qref_probe_kind qref_probe_softplus_f32;
/* Results of exp in a = exp(dt * A). */
extern const qref_probe_kind qref_probe_decay;
/* Results of exp in A = -exp(A_log). */
extern const qref_probe_kind qref_probe_A;
/* Arguments of a function that the rule makes a table; `source` as of the function, NULL for the decay. */
extern const qref_probe_kind qref_probe_table;

/* Values of one field of a rule at `rule`. */
extern const qref_probe_kind qref_probe_scale_form;
extern const qref_probe_kind qref_probe_multiply_add;
extern const qref_probe_kind qref_probe_softplus_form;
extern const qref_probe_kind qref_probe_prescale;
extern const qref_probe_kind qref_probe_partial_sums;

/* Presence of an optional tensor. */
extern const qref_probe_kind qref_probe_optional;
/* The same for an output, whose absence the suite `smoke` leaves out. */
extern const qref_probe_kind qref_probe_optional_output;
/* Values of a boolean attribute. */
extern const qref_probe_kind qref_probe_boolean;
/* Values of a size attribute: one, several. */
extern const qref_probe_kind qref_probe_size;
/* `length` beside `width`. */
extern const qref_probe_kind qref_probe_length;
/* Chunks of a scan. */
extern const qref_probe_kind qref_probe_chunks;
/* A row stride named by `tensor`, beside the size named by `source`. */
extern const qref_probe_kind qref_probe_stride;
/* Bases of a Hadamard transform of `dim`. */
extern const qref_probe_kind qref_probe_hadamard_dim;
/* Row length of RMSNorm beside the number of its partial sums. */
extern const qref_probe_kind qref_probe_row_length;
/* Scales of RMSNorm's rows. */
extern const qref_probe_kind qref_probe_row_scale;
extern const qref_probe_kind qref_probe_rstd;
extern const qref_probe_kind qref_probe_eps;
/* Rows of the embedding table that are read. */
extern const qref_probe_kind qref_probe_tokens;
/* Flags of the cases: point i is flag i. */
extern const qref_probe_kind qref_probe_flags;

/* All probes of an op, ended by one without a kind. Static storage. */
const qref_probe *qref_probes_of(qref_op op);

/* ---- for the probes ---- */

static inline void qref_counter_hit(qref_counter *counters, size_t point) {
  counters[point].value++;
}

static inline void qref_counter_hit_if(qref_counter *counters, size_t point, bool condition) {
  counters[point].value += condition ? 1 : 0;
}

/* The rule of a probe in the case's profile. */
static inline const void *qref_probe_rule(const qref_probe *probe, const qref_case *item) {
  return (const char *)&item->profile + probe->rule;
}

/* Data of a tensor that is present and has been filled with this element type; NULL otherwise. */
const void *qref_probe_data(const qref_case *item, const char *name, qref_dtype dtype, size_t *count);
/* Value of a size, float or boolean attribute, or of a derived size; 0 or false if the op has none of that name. */
size_t qref_probe_size_of(const qref_case *item, const char *name);
float qref_probe_f32_of(const qref_case *item, const char *name);
bool qref_probe_bool_of(const qref_case *item, const char *name);

#endif
