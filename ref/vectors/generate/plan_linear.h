/* What the plans of the five forms of linear W8A8 share. The forms differ in the order in which the sum meets its
 * scales, in having one weight scale or one per column, and in the output. */
#ifndef QREF_VECTORS_PLAN_LINEAR_H
#define QREF_VECTORS_PLAN_LINEAR_H

#include "ref/vectors/generate/plan.h"
#include "ref/vectors/generate/seek.h"

/* Orders of multiplication. */
typedef enum qref_linear_order {
  QREF_LINEAR_SUM_FIRST,    /* (acc * weight scale) * input scale */
  QREF_LINEAR_SCALES_FIRST, /* (weight scale * input scale) * acc */
  QREF_LINEAR_INPUT_FIRST,  /* (acc * input scale) * weight scale */
  QREF_LINEAR_ORDERS
} qref_linear_order;

qref_seek_stream qref_linear_stream(const qref_case *item, uint64_t seed);
bool qref_linear_is_f16(const qref_case *item);
bool qref_linear_has_input_scale(const qref_case *item);
bool qref_linear_scale_per_column(const qref_case *item);
/* The rule of the form in a profile. */
qref_linear_rule *qref_linear_rule_of(qref_case *item);

/* The value before rounding of a sum. */
float qref_linear_value(qref_linear_order order, int32_t sum, float weight_scale, float input_scale);
/* The order of the form. */
qref_linear_order qref_linear_order_of(const qref_case *item);
/* What a value before rounding is stored as: int8 or float16 bits. */
uint32_t qref_linear_stored(qref_case *item, float value);
/* Steps from the nearest boundary of the form's output. */
int32_t qref_linear_tie_distance(const qref_case *item, float value);

/* Fills x so that any sum can be reached: row 0 with large values, the last of them 1; row 1 with its negative; further
 * rows at random. */
void qref_linear_prepare(qref_case *item, qref_seek_stream *stream);
/* Fills column n of w so that its sum with row 0 is `sum`. An error if that is out of reach. */
qref_status qref_linear_set_sum(qref_case *item, qref_seek_stream *stream, size_t n, int64_t sum, qref_error *error);
/* Sets the scales: all weight scales to one value. */
void qref_linear_set_scales(qref_case *item, float weight_scale, float input_scale);
/* 2^exponent, of a normal float32. */
float qref_linear_power(int exponent);

/* A qref_case_fill of plain data. parameter: QREF_LINEAR_UNIFORM, or another kind of plan_linear_w8a8.c. */
enum { QREF_LINEAR_UNIFORM = 0 };
qref_status qref_linear_fill_data(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error);

/* Adds a case of dimensions (rows, columns, depth), to be scaled by its fill; forms of a single row get one row. */
qref_planned_case *qref_linear_add(qref_plan *plan, qref_op op, const char *name, uint64_t flags, size_t rows,
                                   size_t columns, size_t depth, qref_case_fill fill, int64_t parameter);
/* Gives the case another rule under a variant's name, which the form's name is put in front of. */
void qref_linear_set_rule(qref_planned_case *planned, const qref_linear_rule *rule, const char *variant);

/* The cases of one subject, for one form. */
void qref_plan_linear_ties(qref_plan *plan, qref_op op);
void qref_plan_linear_accumulators(qref_plan *plan, qref_op op);

#endif
