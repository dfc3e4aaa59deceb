/* x <- x K, K = kron(base, Sylvester), in place and without a scale. dim must be supported. */
#ifndef QREF_OPS_HADAMARD_TRANSFORM_H
#define QREF_OPS_HADAMARD_TRANSFORM_H

#include <qref/types.h>

/* The size of the base matrix: 1, 12 or 40; 0 if dim has none of the forms. */
size_t qref_hadamard_base(size_t dim);

void qref_hadamard_transform_f32(float *x, size_t dim);
void qref_hadamard_transform_f64(double *x, size_t dim);

#endif
