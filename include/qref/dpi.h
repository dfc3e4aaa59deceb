/* Entry points for SystemVerilog testbenches by DPI-C: the same numerics as <qref/numerics.h>, on integers alone.
 * share/qref/sv/qref_dpi_pkg.sv imports them; link libqref_dpi.a, which needs the C library and libm only, or load
 * libqref.so. No svdpi.h is needed.
 *
 * Arguments. `int` is SystemVerilog's int, `unsigned int` its int unsigned, `unsigned long long` its longint unsigned.
 * A float32 travels as its bit pattern in an unsigned int, a float16 in the low 16 bits of an int. An int8 operand is
 * the low 8 bits of an int as two's complement, so that a logic [7:0] may be passed with or without its sign extended;
 * an int8 result has its sign extended. Every function is a pure function of its arguments.
 *
 * Enumerations, the values of those in <qref/numerics.h>:
 *   rounding  0 half_away, 1 half_even, 2 half_up, 3 toward_zero, 4 floor, 5 stochastic
 *   overflow  0 saturate, 1 wrap
 *   scale form  0 divisor, 1 multiplier
 * An argument outside its documented range gives QREF_DPI_INVALID from a function of type int, which is neither an
 * int8 nor a float16 nor a narrower accumulator, and the NaN 0x7fc00000 from one that returns a float32. */
#ifndef QREF_DPI_H
#define QREF_DPI_H

#include <limits.h>

#include <qref/types.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { QREF_DPI_INVALID = INT_MIN };

/* Which linear W8A8 form scales an accumulator, <qref/ops.h>. */
enum {
  QREF_DPI_LINEAR_TENSOR = 0,      /* (acc * weight_scale) * input_scale, also of the parallel form's column */
  QREF_DPI_LINEAR_ROW = 1,         /* acc * weight_scale, which is alpha; input_scale is not used */
  QREF_DPI_LINEAR_PER_CHANNEL = 2, /* (weight_scale * input_scale) * acc */
};

/* ---- integer stages ---- */

/* One step of a multiply-accumulate lane: acc + a*b brought back into an accumulator of `bits`. a, b int8; bits 16..32;
 * acc inside that width. */
QREF_API int qref_dpi_accumulate(int acc, int a, int b, int bits, int overflow);
/* 1 if that step leaves the width, else 0. */
QREF_API int qref_dpi_accumulate_overflows(int acc, int a, int b, int bits);
/* `lanes` (0..8) such steps, lane 0 first. Lane i is bits 8i+7..8i of a and of b. */
QREF_API int qref_dpi_dot_i8(int acc, unsigned long long a, unsigned long long b, int lanes, int bits, int overflow);
/* value clamped to [-128, 127]. */
QREF_API int qref_dpi_saturate_i8(int value);
/* value modulo 256, in [-128, 127]. */
QREF_API int qref_dpi_wrap_i8(int value);

/* ---- rounding and requantization ---- */

/* qref_round_to_int8; rounding 0..4. */
QREF_API int qref_dpi_round_to_int8(unsigned int v, int rounding, int overflow);
/* The same with stochastic rounding; `index` is the element's position in the whole output tensor. */
QREF_API int qref_dpi_round_to_int8_stochastic(unsigned int v, int overflow, unsigned long long seed,
                                               unsigned long long index);
/* v / scale, or v * (1 / scale): qref_apply_scale. */
QREF_API unsigned int qref_dpi_apply_scale(unsigned int v, unsigned int scale, int scale_form);
/* The value before rounding of linear W8A8; linear_form is QREF_DPI_LINEAR_... */
QREF_API unsigned int qref_dpi_linear_before_rounding(int acc, unsigned int weight_scale, unsigned int input_scale,
                                                      int linear_form);
/* ... and rounded to int8: linear W8A8 behind its accumulator. */
QREF_API int qref_dpi_requantize_linear(int acc, unsigned int weight_scale, unsigned int input_scale, int linear_form,
                                        int rounding, int overflow);
/* fma(wx_scale, acc, bias): the value before activation of conv1d. wx_scale is weight scale * input scale, bias is
 * dequantized. */
QREF_API unsigned int qref_dpi_conv1d_before_activation(int acc, unsigned int wx_scale, unsigned int bias);
/* ovf(rnd(silu(that) / out_scale)): conv1d behind its accumulator. silu is 1, or 0 to leave it out. */
QREF_API int qref_dpi_requantize_conv1d(int acc, unsigned int wx_scale, unsigned int bias, unsigned int out_scale,
                                        int silu, int rounding, int overflow);

/* ---- float32 arithmetic and functions ---- */

/* value rounded to the nearest float32, ties to even. */
QREF_API unsigned int qref_dpi_f32_from_i32(int value);
/* a + b */
QREF_API unsigned int qref_dpi_add_f32(unsigned int a, unsigned int b);
/* a * b */
QREF_API unsigned int qref_dpi_mul_f32(unsigned int a, unsigned int b);
/* a * b + c, rounded once */
QREF_API unsigned int qref_dpi_fma_f32(unsigned int a, unsigned int b, unsigned int c);
QREF_API unsigned int qref_dpi_exp_f32(unsigned int x);
QREF_API unsigned int qref_dpi_log_f32(unsigned int x);
QREF_API unsigned int qref_dpi_log1p_f32(unsigned int x);
QREF_API unsigned int qref_dpi_silu_f32(unsigned int x);
QREF_API unsigned int qref_dpi_sigmoid_f32(unsigned int x);
QREF_API unsigned int qref_dpi_softplus_f32(unsigned int x);
QREF_API unsigned int qref_dpi_softplus_log_exp_plus_1_f32(unsigned int x);

/* ---- float16 ---- */

/* Rounded to nearest even; 0..65535. */
QREF_API int qref_dpi_f16_from_f32(unsigned int x);
/* x in 0..65535: the low 16 bits. */
QREF_API unsigned int qref_dpi_f32_from_f16(int x);

/* ---- stimulus ---- */

/* qref_random_bits: 64 random bits, the same for the same arguments in every simulator. */
QREF_API unsigned long long qref_dpi_random_bits(unsigned long long seed, unsigned long long stream,
                                                 unsigned long long index);

#ifdef __cplusplus
}
#endif
#endif
