/* Cases cut out of a layer of the trained model in the tree (vectors/models/tiny-mamba, quantized with its defaults,
 * fed with the beginning of its eval.txt): real weights, activations, states and scales for the op suites, without
 * needing the model. tests/vectors/test_real_activations.c makes the same again from the model, and writes the file. */
#ifndef QREF_VECTORS_REAL_ACTIVATIONS_H
#define QREF_VECTORS_REAL_ACTIVATIONS_H

#include "ref/vectors/generate/plan.h"

typedef struct qref_real_tensor {
  const char *name; /* NULL behind the last */
  const void *data; /* of the tensor's element type: int8_t, uint16_t or, for float32, uint32_t bit patterns */
} qref_real_tensor;

typedef struct qref_real_case {
  qref_op op;
  const char *name;
  const uint32_t *attributes;     /* in the order of the schema: sizes, bit patterns of float32, 0 or 1 */
  const qref_real_tensor *inputs; /* those that are present */
} qref_real_case;

extern const qref_real_case qref_real_cases[];
extern const size_t qref_real_case_count;

/* Adds them to a plan. */
void qref_plan_real(qref_plan *plan);

#endif
