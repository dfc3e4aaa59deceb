/* The plan of a suite: the list of its cases in a fixed order. A plan function describes the cases of one op; nothing
 * is generated until `fill` of a case runs. Adding a case to a plan changes the suite's digest, never another case's
 * data. */
#ifndef QREF_VECTORS_PLAN_H
#define QREF_VECTORS_PLAN_H

#include "ref/vectors/case/case.h"

typedef enum qref_suite_size {
  QREF_SUITE_SMOKE,    /* a few cases of every op; committed, small */
  QREF_SUITE_STANDARD, /* what a design is signed off with */
  QREF_SUITE_THOROUGH, /* standard, larger and with more random cases */
} qref_suite_size;

/* Fills the inputs of an allocated case; may change its float attributes (scales solved for), never its dimensions.
 * `parameter` is the plan's own. Must depend on nothing but its arguments and the case's id. */
typedef qref_status (*qref_case_fill)(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error);

typedef struct qref_planned_case {
  qref_case item; /* begun, attributes set, not allocated */
  qref_case_fill fill;
  int64_t parameter;
} qref_planned_case;

typedef struct qref_plan {
  qref_suite_size size;
  const qref_profile *profile; /* the suite's; plans derive hardware variants from it */
  size_t count;
  size_t capacity;
  qref_planned_case *cases;
  qref_status status;      /* of the first failure; adding does nothing behind it */
  qref_error error;        /* its message */
  qref_planned_case dummy; /* what qref_plan_add returns then */
} qref_plan;

/* Begins a case of `op` with the suite's profile, of id "<op>/<name>", and returns it for its attributes to be set; a
 * dummy, never NULL, when out of memory or when the id exists already (then plan->status says so). The pointer is valid
 * until the next call. */
qref_planned_case *qref_plan_add(qref_plan *plan, qref_op op, const char *name, uint64_t flags, qref_case_fill fill,
                                 int64_t parameter);

/* Gives the case's profile another name, "<profile>+<variant>": for a case whose rule is changed afterwards in
 * `item.profile`. One variant name must stand for one change. */
void qref_planned_variant(qref_planned_case *planned, const char *variant);

/* One per op file; each adds its cases for plan->size. */
void qref_plan_conv1d_silu(qref_plan *plan);
void qref_plan_conv1d_silu_update(qref_plan *plan);
void qref_plan_conv1d_silu_floatsim(qref_plan *plan);
void qref_plan_requantize(qref_plan *plan);
void qref_plan_linear_w8a8(qref_plan *plan); /* all five forms */
void qref_plan_selective_scan(qref_plan *plan);
void qref_plan_selective_scan_update(qref_plan *plan);
void qref_plan_rmsnorm(qref_plan *plan);
void qref_plan_hadamard(qref_plan *plan);
void qref_plan_embedding_w8(qref_plan *plan);
void qref_plan_float_ops(qref_plan *plan); /* the five float32 ops */

/* All ops, or one if `op` is not QREF_OP_COUNT. */
qref_status qref_plan_create(qref_suite_size size, qref_op op, const qref_profile *profile, qref_plan *plan,
                             qref_error *error);
void qref_plan_free(qref_plan *plan);

/* Makes case i of the plan: allocates, fills, and, unless backend is NULL, runs it. Free the case afterwards. */
qref_status qref_plan_make_case(const qref_plan *plan, size_t i, uint64_t seed, const qref_backend *backend,
                                int threads, qref_case *item, qref_error *error);

#endif
