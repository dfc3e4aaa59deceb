/* The primitives of SPEC section 1. All are pure functions of their arguments, identical to the last bit on every
 * platform, and call no libm function whose result differs between platforms.
 *
 * A NaN result is always the quiet NaN 0x7fc00000. */
#ifndef QREF_NUMERICS_H
#define QREF_NUMERICS_H

#include <qref/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- bit patterns ---- */

QREF_API uint32_t qref_bits_from_f32(float value);
QREF_API float qref_f32_from_bits(uint32_t bits);

/* ---- functions on float32, correctly rounded (round to nearest, ties to even) ---- */

/* a*b + c with one rounding. */
QREF_API float qref_fma_f32(float a, float b, float c);
/* e^x. */
QREF_API float qref_exp_f32(float x);
/* ln(1 + x); -inf at -1, NaN below. */
QREF_API float qref_log1p_f32(float x);
/* ln(x); -inf at 0, NaN below. Used by the one-token scan, whose softplus is log(exp(x) + 1). */
QREF_API float qref_log_f32(float x);

/* ---- composed functions: every operation rounded to float32 on its own ---- */

/* x / (1 + exp(-x)); NaN at -inf, where the formula is -inf / (1 + inf). */
QREF_API float qref_silu_f32(float x);
/* 1 / (1 + exp(-x)) */
QREF_API float qref_sigmoid_f32(float x);
/* x <= 20 ? log1p(exp(x)) : x */
QREF_API float qref_softplus_f32(float x);
/* x <= 20 ? log(exp(x) + 1) : x, the form of the original's one-token kernel */
QREF_API float qref_softplus_log_exp_plus_1_f32(float x);

/* ---- 16-bit formats: round to nearest even; subnormals, infinities and signed zeros honoured ---- */

QREF_API qref_float16 qref_f16_from_f32(float value);
QREF_API float qref_f32_from_f16(qref_float16 bits);
/* One rounding from binary64, used by the offline fuse and rotate steps. */
QREF_API qref_float16 qref_f16_from_f64(double value);
QREF_API qref_bfloat16 qref_bf16_from_f32(float value);
QREF_API float qref_f32_from_bf16(qref_bfloat16 bits);
QREF_API qref_bfloat16 qref_bf16_from_f64(double value);

/* ---- rounding and overflow ---- */

/* How a real value becomes an integer. */
typedef enum qref_rounding {
  QREF_ROUND_HALF_AWAY,   /* ties away from zero: C roundf */
  QREF_ROUND_HALF_EVEN,   /* ties to even: C rintf in the default mode */
  QREF_ROUND_HALF_UP,     /* ties toward +infinity: floor(v + 1/2), computed without rounding v + 1/2 */
  QREF_ROUND_TOWARD_ZERO, /* truncation */
  QREF_ROUND_FLOOR,       /* toward -infinity: an arithmetic shift */
  QREF_ROUND_STOCHASTIC,  /* up with probability equal to the fraction, decided by counter-based random bits */
} qref_rounding;

/* What happens to an integer that does not fit. */
typedef enum qref_overflow {
  QREF_OVERFLOW_SATURATE, /* to the nearest representable value */
  QREF_OVERFLOW_WRAP,     /* modulo 2^bits, two's complement */
} qref_overflow;

/* How a value meets its scale. The two differ in the last bit. */
typedef enum qref_scale_form {
  QREF_SCALE_DIVISOR,    /* v / scale */
  QREF_SCALE_MULTIPLIER, /* v * (1 / scale), the reciprocal rounded to float32 first */
} qref_scale_form;

/* Whether a multiplication followed by an addition rounds once or twice. */
typedef enum qref_multiply_add {
  QREF_MULTIPLY_ADD_FUSED,    /* fma(a, b, c) */
  QREF_MULTIPLY_ADD_SEPARATE, /* (a * b) + c */
} qref_multiply_add;

/* Rounding to int8. */
typedef struct qref_rounding_rule {
  qref_rounding rounding;
  qref_overflow overflow;
  uint64_t seed; /* key of the random bits; used by QREF_ROUND_STOCHASTIC only */
} qref_rounding_rule;

/* Quantization of a float32 value with a scale. */
typedef struct qref_quantize_rule {
  qref_scale_form scale_form;
  qref_rounding_rule round;
} qref_quantize_rule;

/* Integer accumulator of a hardware profile. */
typedef struct qref_accumulator_rule {
  uint32_t bits; /* 16..32 */
  qref_overflow overflow;
} qref_accumulator_rule;

/* Events of quantization, added to by the ops. The caller zeroes it. */
typedef struct qref_counts {
  uint64_t saturated;             /* results clamped to -128 or 127 */
  uint64_t wrapped;               /* results changed by modulo 256 */
  uint64_t not_a_number;          /* NaN before rounding: the result is 0 */
  uint64_t nonpositive_rows;      /* rows whose dynamic scale max(row)/127 is <= 0 */
  uint64_t accumulator_overflows; /* accumulation steps that left the accumulator's width */
} qref_counts;

/* v rounded to an integral float32. `index` selects the random bits of QREF_ROUND_STOCHASTIC (the element's position
 * in the whole output tensor) and is ignored by the other roundings: the result is floor(v), plus 1 where the top 24
 * bits of qref_random_bits(seed, 0, index), scaled to [0, 1), are below v - floor(v). A zero keeps the sign of v;
 * infinities return themselves. */
QREF_API float qref_round_f32(float v, qref_rounding rounding, uint64_t seed, uint64_t index);

/* ovf(rnd(v)) to [-128, 127]. NaN gives 0 and is counted; infinities saturate, or wrap to 0. counts may be NULL. */
QREF_API int8_t qref_round_to_int8(float v, const qref_rounding_rule *rule, uint64_t index, qref_counts *counts);

/* v / scale or v * (1 / scale), as `form` says. */
QREF_API float qref_apply_scale(float v, float scale, qref_scale_form form);

/* ovf(rnd(v / scale)): the two functions above, one after the other. */
QREF_API int8_t qref_quantize(float v, float scale, const qref_quantize_rule *rule, uint64_t index,
                              qref_counts *counts);

/* acc + product brought back into `rule`'s width. acc must already be inside it. */
QREF_API int32_t qref_accumulate(int32_t acc, int32_t product, const qref_accumulator_rule *rule, qref_counts *counts);

/* a*b + c, rounded once or twice. */
QREF_API float qref_multiply_add_f32(float a, float b, float c, qref_multiply_add form);

/* ---- function implementations of hardware profiles ---- */

typedef enum qref_function_implementation {
  QREF_FUNCTION_EXACT, /* the function as defined above */
  QREF_FUNCTION_TABLE, /* nearest of `entries` equally spaced samples of it */
} qref_function_implementation;

/* A table holds f(minimum + i * step), step = (maximum - minimum) / (entries - 1), i = 0 .. entries-1, each operation
 * in float32. The argument x selects i = half_even((x - minimum) / step), clamped to the table: arguments outside
 * [minimum, maximum] give the end entries. NaN gives NaN. */
typedef struct qref_function_rule {
  qref_function_implementation implementation;
  uint32_t entries; /* 2..65536, tables only */
  float minimum;    /* finite, < maximum, tables only */
  float maximum;
} qref_function_rule;

/* f(x) under the rule, f being any of the functions of this header. */
QREF_API float qref_apply_function(float x, float (*function)(float), const qref_function_rule *rule);

/* ---- counter-based random bits ---- */

/* 64 random bits, a pure function of (seed, stream, index): the same on every machine and thread count. They are the
 * first two words, low word first, of Philox4x32-10 with the seed as key and (index, stream) as counter, low words
 * first. */
QREF_API uint64_t qref_random_bits(uint64_t seed, uint64_t stream, uint64_t index);

#ifdef __cplusplus
}
#endif
#endif
