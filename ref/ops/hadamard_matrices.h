/* Base matrices of the 12*2^k and 40*2^k Hadamard transforms: [row i][column j], '+' for 1 and '-' for -1. */
#ifndef QREF_OPS_HADAMARD_MATRICES_H
#define QREF_OPS_HADAMARD_MATRICES_H

/* The CUDA module compiles the signs into its instructions. */
#if defined(__cplusplus)
#define QREF_HADAMARD_MATRIX constexpr char
#else
#define QREF_HADAMARD_MATRIX const char
#endif

extern const char qref_hadamard12[12][13];
extern const char qref_hadamard40[40][41];

#endif
