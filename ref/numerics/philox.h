/* Philox4x32-10, a counter-based random number generator. */
#ifndef QREF_NUMERICS_PHILOX_H
#define QREF_NUMERICS_PHILOX_H

#include <stdint.h>

#include "ref/numerics/portability.h"

/* Encrypts a counter of four words under a key of two: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as
 * 1, 2, 3", SC11, section 3.3. */
QREF_DEVICE_DECLARATION void qref_philox4x32_10(const uint32_t counter[4], const uint32_t key[2], uint32_t output[4]);

#endif
