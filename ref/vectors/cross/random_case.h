/* Random cases: small, awkward, of every op, each a function of (seed, op, index) and the choice of profiles. Needs
 * libc only. */
#ifndef QREF_VECTORS_CROSS_RANDOM_CASE_H
#define QREF_VECTORS_CROSS_RANDOM_CASE_H

#include <qref/vectors.h>

#include "ref/vectors/cross/random_source.h"
#include "ref/vectors/cross/workspace.h"

typedef struct qref_cross_random_options {
  uint64_t seed;
  const qref_profile *profiles; /* a case draws one of these, or rules at random; the built-in ones where NULL */
  size_t profile_count;         /* how many of them; 0: random rules alone */
  bool random_rules;            /* for one case in profile_count + 1 */
} qref_cross_random_options;

/* Makes case `index` of an op in the workspace, laid out and filled. Its id is "random". *variation is for
 * qref_cross_compare. */
qref_status qref_cross_random_case(const qref_cross_random_options *options, qref_op op, uint64_t index,
                                   qref_cross_workspace *workspace, qref_case *item, uint64_t *variation,
                                   qref_error *error);

/* Draws the rules of all ops. */
void qref_cross_random_rules(qref_cross_random *random, qref_profile *profile);
/* Draws an op's attributes, and which optional tensors it has. */
void qref_cross_random_attributes(qref_cross_random *random, qref_case *item);

#endif
