/* What the CUDA module computes. */
#ifndef QREF_BACKENDS_CUDA_SUPPORTS_H
#define QREF_BACKENDS_CUDA_SUPPORTS_H

#include <qref/backend.h>

/* Every op, where the profile has for it the rules of `quamba` or `quamba-saturating`. */
bool qref_cuda_supports(qref_op op, const qref_profile *profile);

#endif
