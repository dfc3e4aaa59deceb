/* What the arithmetic of this directory needs of a compiler. Included first by every file that rounds. */
#ifndef QREF_NUMERICS_PORTABILITY_H
#define QREF_NUMERICS_PORTABILITY_H

#include <float.h>

/* float arithmetic must round to float and double arithmetic to double after every operation. 16 is the value of
 * ISO/IEC TS 18661-3 for "as 0, and _Float16 is evaluated as it is". */
#if FLT_EVAL_METHOD != 0 && FLT_EVAL_METHOD != 16
#error \
    "qref is bit-exact and needs FLT_EVAL_METHOD 0: on x86 compile with -msse2 -mfpmath=sse, elsewhere with -fexcess-precision=fast"
#endif

#if defined(__FAST_MATH__)
#error "qref is bit-exact: do not compile with -ffast-math"
#endif

#if FLT_RADIX != 2 || FLT_MANT_DIG != 24 || FLT_MAX_EXP != 128 || DBL_MANT_DIG != 53 || DBL_MAX_EXP != 1024
#error "qref needs float and double to be IEEE-754 binary32 and binary64"
#endif

/* a * b + c rounds twice unless it is written as a fused operation. gcc knows no pragma for it: the build passes
 * -ffp-contract=off, and tests/numerics/test_special_values.c notices when it is missing. */
#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#endif

/* In front of the functions and tables that the CUDA module compiles for the GPU too, from the same source;
 * there, the declaration makes them internal to each file. */
#if defined(__CUDACC__)
#define QREF_DEVICE __device__
#define QREF_DEVICE_DECLARATION static __device__
#else
#define QREF_DEVICE
#define QREF_DEVICE_DECLARATION
#endif

#endif
