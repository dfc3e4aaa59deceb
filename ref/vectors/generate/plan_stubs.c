/* Empty plans, until the real ones land: whoever adds plan_<op>.c removes its line here. The file goes then. */
#include "ref/vectors/generate/plan.h"

#define QREF_EMPTY_PLAN(name) \
  void name(qref_plan *plan) { (void)plan; }

QREF_EMPTY_PLAN(qref_plan_rmsnorm)
QREF_EMPTY_PLAN(qref_plan_hadamard)
QREF_EMPTY_PLAN(qref_plan_embedding_w8)
QREF_EMPTY_PLAN(qref_plan_float_ops)
