/* Base matrices of the 12*2^k and 40*2^k Hadamard transforms: [row i][column j], '+' for 1 and '-' for -1. */
#ifndef QREF_OPS_HADAMARD_MATRICES_H
#define QREF_OPS_HADAMARD_MATRICES_H

#if defined(__cplusplus)
/* The CUDA module includes the source, and compiles the signs into its instructions. */
#define QREF_HADAMARD_MATRIX constexpr char
#else
#define QREF_HADAMARD_MATRIX const char
extern const char qref_hadamard12[12][13];
extern const char qref_hadamard40[40][41];
#endif

#endif
