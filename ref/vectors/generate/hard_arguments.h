/* Arguments whose exp, log1p(exp), or log(exp + 1), lies next to the middle of two float32. They catch functions that
 * are nearly always right. hard: so near that an evaluation in binary64 with a relative error of 2^-47 does not tell
 * which of them is nearer; found by trying every float32 near: within 2^-40, on either side, in every interval of the
 * tables that exp and log work with and far from the middle of the interval: a wrong bit in a table, or a term that is
 * missing, shows */
#ifndef QREF_VECTORS_HARD_ARGUMENTS_H
#define QREF_VECTORS_HARD_ARGUMENTS_H

#include <stddef.h>

enum {
  QREF_HARD_EXP_ARGUMENTS = 46,
  QREF_HARD_SOFTPLUS_ARGUMENTS = 31,
  QREF_HARD_LOG_ARGUMENTS = 10,
  QREF_NEAR_EXP_ARGUMENTS = 96,
  QREF_NEAR_SOFTPLUS_ARGUMENTS = 208,
};
extern const float qref_hard_exp_arguments[QREF_HARD_EXP_ARGUMENTS];
extern const float qref_hard_softplus_arguments[QREF_HARD_SOFTPLUS_ARGUMENTS];
extern const float qref_hard_log_arguments[QREF_HARD_LOG_ARGUMENTS];
extern const float qref_near_exp_arguments[QREF_NEAR_EXP_ARGUMENTS];
extern const float qref_near_softplus_arguments[QREF_NEAR_SOFTPLUS_ARGUMENTS];

#endif
