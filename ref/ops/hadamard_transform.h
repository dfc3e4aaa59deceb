/* x <- x K, K = kron(base, Sylvester), in place and without a scale. dim must be supported. */
#ifndef QREF_OPS_HADAMARD_TRANSFORM_H
#define QREF_OPS_HADAMARD_TRANSFORM_H

#include <qref/types.h>

void qref_hadamard_transform_f32(float *x, size_t dim);
void qref_hadamard_transform_f64(double *x, size_t dim);

#endif
