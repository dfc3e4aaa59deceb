/* Values that the plans of several ops put where they can be chosen freely: float32 of any exponent, everything that a
 * rounding to float16 can meet, and dividends that put a quotient on or beside a rounding boundary. Needs libc only. */
#ifndef QREF_VECTORS_SAMPLE_H
#define QREF_VECTORS_SAMPLE_H

#include "ref/vectors/generate/seek.h"

/* Either sign, a uniform exponent in low..high (normal: -126..127), 23 random bits of fraction. */
float qref_sample_f32(qref_seek_stream *stream, int low_exponent, int high_exponent);
/* The same for float16, exponents -14..15. */
qref_float16 qref_sample_f16(qref_seek_stream *stream, int low_exponent, int high_exponent);

/* The i-th value in front of a store to float16: boundaries between neighbours in every binade, subnormals and the
 * boundary of overflow included, even and odd below; 1 and 2 float32 steps beside each; the neighbours themselves; both
 * signs; zeros, subnormal float32, infinities and a NaN. */
size_t qref_sample_f16_store_count(void);
float qref_sample_f16_store(size_t i);

/* The i-th float16 pattern that a conversion to float32 can treat wrongly: every exponent with several fractions, both
 * signs; with `finite`, neither infinities nor NaNs. */
size_t qref_sample_f16_pattern_count(bool finite);
qref_float16 qref_sample_f16_pattern(size_t i);

/* A float32 near target * factor for which (value * prescale) applied to (factor * prescale) is target exactly, or as
 * near to it as float32 values come. */
float qref_sample_dividend(float target, float factor, float prescale, qref_scale_form form);

/* The i-th value before rounding to int8: every k + 1/2 from -129.5 to 129.5 and every integer in that range, exactly
 * and 1 and 2 float32 steps on either side; fractions of all kinds; magnitudes up to 2^40; infinities and a NaN. The
 * fractions and large magnitudes are drawn from the stream. */
enum { QREF_SAMPLE_ROUNDINGS = 2 * 130 * 5 + 2 * 130 * 5 + 80 + 80 + 3 };
float qref_sample_rounding(qref_seek_stream *stream, size_t i);

/* A value in (-1, 1) whose fraction equals the random bits that the stochastic rounding of element `index` compares it
 * with: rounded down, where one step more is rounded up. */
float qref_sample_stochastic_edge(const qref_rounding_rule *rule, uint64_t index, bool negative);

#endif
