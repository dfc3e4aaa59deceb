/* What the plans of the three int8 conv1d ops share: one formula per op, with deliberate alternatives, on the samples
 * of one output; a search over bias and samples for values before rounding beside a boundary, or for outputs that an
 * alternative changes; and the fills that are the same for all three. */
#ifndef QREF_VECTORS_PLAN_CONV1D_H
#define QREF_VECTORS_PLAN_CONV1D_H

#include "ref/vectors/generate/plan.h"
#include "ref/vectors/generate/seek.h"

enum { QREF_CONV1D_MOST_WIDTH = 8 }; /* of what is searched for */

/* One output: the samples under the taps, oldest first. */
typedef struct qref_conv1d_window {
  const qref_case *item;
  size_t width;
  const int8_t *w;
  int8_t bias;
  int8_t samples[QREF_CONV1D_MOST_WIDTH];
} qref_conv1d_window;

/* Random samples, all but the newest, which a sum is then completed with. */
void qref_conv1d_draw_samples(qref_conv1d_window *window, qref_seek_stream *stream);

/* What an implementation could compute instead. */
typedef enum qref_conv1d_alternative {
  QREF_CONV1D_OWN,                /* the op under its profile */
  QREF_CONV1D_OTHER_MULTIPLY_ADD, /* separate for fused, fused for separate */
  QREF_CONV1D_OTHER_SCALE_FORM,   /* multiplier for divisor, divisor for multiplier */
  QREF_CONV1D_OTHER_SCALE_ORDER,  /* the scales of weights and samples meet the data in another order */
  QREF_CONV1D_OTHER_OP,           /* the sum as another of the three ops forms it */
  QREF_CONV1D_BIAS_LAST,          /* added behind the taps */
  QREF_CONV1D_TAPS_REVERSED,      /* summed from the newest to the oldest */
  QREF_CONV1D_SIGMOID_PRODUCT,    /* silu as v * sigmoid(v) */
  QREF_CONV1D_EXP_ABOVE,          /* exp one float32 step too large */
  QREF_CONV1D_EXP_BELOW,          /* exp one float32 step too small */
  QREF_CONV1D_IDENTITY,           /* silu as v itself, where 1 + exp(-v) is 1 or little more */
  QREF_CONV1D_ALTERNATIVES
} qref_conv1d_alternative;

/* The value before the activation, and the one before rounding. */
float qref_conv1d_sum(const qref_conv1d_window *window, qref_conv1d_alternative alternative);
float qref_conv1d_before_rounding(const qref_conv1d_window *window, qref_conv1d_alternative alternative);

/* The rule of silu in the op's rule. */
qref_function_rule qref_conv1d_silu_rule_of(const qref_case *item);

bool qref_conv1d_is_update(const qref_case *item);
bool qref_conv1d_is_floatsim(const qref_case *item);
/* All scales; `out` is the output scale or the step of the simulated grid. */
void qref_conv1d_set_scales(qref_case *item, float x, float w, float bias, float out);
/* Taps of channel d that reach any sum: large ones, the newest 1. */
void qref_conv1d_set_taps(qref_case *item, qref_seek_stream *stream, size_t d);
/* Puts the window into channel d of batch 0, so that its output is the last of the channel, and its bias. */
void qref_conv1d_put(qref_case *item, qref_seek_stream *stream, size_t d, const qref_conv1d_window *window);

/* ---- fills: qref_case_fill. Each comment says what the parameter is. ---- */

typedef enum qref_conv1d_data {
  QREF_CONV1D_UNIFORM,
  QREF_CONV1D_BELL,
  QREF_CONV1D_MINIMUM,
  QREF_CONV1D_MAXIMUM,
  QREF_CONV1D_MINIMUM_BY_MAXIMUM, /* samples -128, taps 127: the most negative sum */
  QREF_CONV1D_ZERO,
  QREF_CONV1D_ALTERNATING,
  QREF_CONV1D_CODES,
  QREF_CONV1D_SATURATING,
  QREF_CONV1D_FAR,  /* values of many times 256 steps */
  QREF_CONV1D_HUGE, /* beyond 2^31 steps */
  QREF_CONV1D_FINE, /* a grid so fine that rounding to it changes nothing or little */
} qref_conv1d_data;

/* a qref_conv1d_data */
qref_status qref_conv1d_fill_data(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error);
/* p: exact ties, without activation, 2^p steps of the sum being one step of the output */
qref_status qref_conv1d_fill_exact(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error);
/* group 0..3 by size of the value, 4..7 the same on the negative side of silu: distances -2..2 in turn */
qref_status qref_conv1d_fill_near(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error);
/* a qref_conv1d_alternative that changes the output, + 16 on the negative side of silu */
qref_status qref_conv1d_fill_separating(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error);
/* unused: arguments beside the midpoints of the silu table, where its index depends on how the position is computed */
qref_status qref_conv1d_fill_table_index(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error);
/* unused: bias and taps cancel, and the step of the output is that of what is left */
qref_status qref_conv1d_fill_cancellation(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error);
/* unused: products halfway between two float32, and a bias far too small for binary64 to hold the sum of both: a fused
 * multiply-add that is computed in binary64 rounds twice, and to the wrong side */
qref_status qref_conv1d_fill_double_rounding(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error);
/* index of a range of arguments of silu, below QREF_CONV1D_RANGES */
enum { QREF_CONV1D_RANGES = 11 };
qref_status qref_conv1d_fill_range(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error);
/* The same on a grid so fine, where there is such a float32, that the output is the function's value. */
qref_status qref_conv1d_fill_range_fine(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error);
/* index of a set of extreme scales, below QREF_CONV1D_EXTREME_SCALES */
enum { QREF_CONV1D_EXTREME_SCALES = 6 };
bool qref_conv1d_extreme_is_infinite(int index); /* whether infinities come of it, else only subnormals */
qref_status qref_conv1d_fill_extreme_scales(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error);
/* 0: arguments of silu k + 1/2, k in -11..10; 1: arguments of up to about +-20; 2: the same, on a grid so fine that the
 * output is the function's value */
qref_status qref_conv1d_fill_table(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error);
/* step of a sequence of one batch that both conv1d_silu and the one-token op get; -1: the whole sequence */
qref_status qref_conv1d_fill_sequence(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error);

/* ---- plans ---- */

typedef struct qref_conv1d_shape {
  size_t batch, channels, length, width; /* length is ignored by the one-token op */
  bool bias, silu;
} qref_conv1d_shape;

qref_planned_case *qref_conv1d_add(qref_plan *plan, qref_op op, const char *name, uint64_t flags,
                                   qref_conv1d_shape shape, qref_case_fill fill, int64_t parameter);
qref_planned_case *qref_conv1d_add_numbered(qref_plan *plan, qref_op op, const char *name, size_t number,
                                            uint64_t flags, qref_conv1d_shape shape, qref_case_fill fill,
                                            int64_t parameter);
/* Lengths from 1 to one more than the taps, for 2 to 5 taps. */
void qref_conv1d_add_lengths(qref_plan *plan, qref_op op, qref_case_fill fill);
/* The cases that all three ops have. */
void qref_plan_conv1d_common(qref_plan *plan, qref_op op);
/* Variants of silu tables and of the multiply-add; the functions give the fields of the op's rule in the case. */
void qref_plan_conv1d_functions(qref_plan *plan, qref_op op, qref_function_rule *(*silu_of)(qref_case *item),
                                qref_multiply_add *(*multiply_add_of)(qref_case *item));

/* Variants of the rule of an int8 output. */
void qref_plan_conv1d_roundings(qref_plan *plan, qref_op op, qref_quantize_rule *(*output_of)(qref_case *item));

#endif
