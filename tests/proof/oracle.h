/* What MPFR says about the functions that qref rounds correctly. */
#ifndef QREF_TESTS_PROOF_ORACLE_H
#define QREF_TESTS_PROOF_ORACLE_H

#include <mpfr.h>
#include <stddef.h>
#include <stdint.h>

typedef struct proof_function {
  const char *name;
  float (*qref)(float);
  /* The binary64 function of the C library: another origin than ours and than MPFR's. */
  double (*libm)(double);
  int (*mpfr)(mpfr_t result, const mpfr_t x, mpfr_rnd_t rounding);
} proof_function;

enum { PROOF_EXP, PROOF_LOG1P, PROOF_LOG, PROOF_FUNCTION_COUNT };
extern const proof_function proof_functions[PROOF_FUNCTION_COUNT];

/* Gives the calling thread's MPFR the exponent range of float32. Every thread calls it before the functions below. */
void oracle_begin_thread(void);

/* f(x) rounded to nearest even as a float32; a NaN is 0x7fc00000. */
float oracle_f32(const proof_function *function, float x);

/* Rounds the exact value of `result`, whose ternary value is `ternary`, to float32 (subnormals too). `result` has 24
 * bits of precision. */
float oracle_f32_of_result(mpfr_t result, int ternary);

/* How far f(x) is from the nearest midpoint of two float32, in units of their distance: 0 a tie, 0.5 a float32. f(x) is
 * finite and no float32. */
double oracle_distance_to_midpoint(const proof_function *function, float x);

#endif
