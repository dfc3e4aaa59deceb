/* Base matrices of the 12*2^k and 40*2^k Hadamard transforms: [row i][column j], '+' for 1 and '-' for -1. */
#ifndef QREF_OPS_HADAMARD_MATRICES_H
#define QREF_OPS_HADAMARD_MATRICES_H

extern const char qref_hadamard12[12][13];
extern const char qref_hadamard40[40][41];

#endif
