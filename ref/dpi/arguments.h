/* How the arguments of <qref/dpi.h> become those of <qref/numerics.h>. */
#ifndef QREF_DPI_ARGUMENTS_H
#define QREF_DPI_ARGUMENTS_H

#include <qref/dpi.h>
#include <qref/numerics.h>

_Static_assert(sizeof(int) == 4 && sizeof(long long) == 8, "DPI-C's int has 32 bits and its longint 64");
_Static_assert(QREF_ROUND_HALF_AWAY == 0 && QREF_ROUND_HALF_EVEN == 1 && QREF_ROUND_HALF_UP == 2 &&
                   QREF_ROUND_TOWARD_ZERO == 3 && QREF_ROUND_FLOOR == 4 && QREF_ROUND_STOCHASTIC == 5,
               "the numbering that qref/dpi.h documents");
_Static_assert(QREF_OVERFLOW_SATURATE == 0 && QREF_OVERFLOW_WRAP == 1, "the numbering that qref/dpi.h documents");
_Static_assert(QREF_SCALE_DIVISOR == 0 && QREF_SCALE_MULTIPLIER == 1, "the numbering that qref/dpi.h documents");

static inline bool qref_dpi_is_overflow(int overflow) {
  return overflow == QREF_OVERFLOW_SATURATE || overflow == QREF_OVERFLOW_WRAP;
}

/* ovf(rnd(v)) of a rounding that needs no random bits, or QREF_DPI_INVALID. */
static inline int qref_dpi_round(float v, int rounding, int overflow) {
  if (rounding < QREF_ROUND_HALF_AWAY || rounding > QREF_ROUND_FLOOR || !qref_dpi_is_overflow(overflow)) {
    return QREF_DPI_INVALID;
  }
  const qref_rounding_rule rule = {(qref_rounding)rounding, (qref_overflow)overflow, 0};
  return qref_round_to_int8(v, &rule, 0, NULL);
}

#endif
