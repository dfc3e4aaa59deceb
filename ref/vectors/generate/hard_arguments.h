/* Arguments whose exp, or whose log1p(exp), lies so near the middle of two float32 that an evaluation in binary64 with
 * a relative error of 2^-47 does not tell which of them is nearer: found by trying every float32. They catch functions
 * that are nearly always right. */
#ifndef QREF_VECTORS_HARD_ARGUMENTS_H
#define QREF_VECTORS_HARD_ARGUMENTS_H

#include <stddef.h>

enum { QREF_HARD_EXP_ARGUMENTS = 46, QREF_HARD_SOFTPLUS_ARGUMENTS = 31 };
extern const float qref_hard_exp_arguments[QREF_HARD_EXP_ARGUMENTS];
extern const float qref_hard_softplus_arguments[QREF_HARD_SOFTPLUS_ARGUMENTS];

#endif
