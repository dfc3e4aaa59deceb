/* float32 arithmetic, functions and float16 on bit patterns, and random bits. */
#include "ref/dpi/arguments.h"

static unsigned int apply(float (*function)(float), unsigned int x) {
  return qref_bits_from_f32(function(qref_f32_from_bits(x)));
}

/* a*b + c, rounded once or twice. */
static unsigned int multiply_add(unsigned int a, unsigned int b, unsigned int c, qref_multiply_add form) {
  return qref_bits_from_f32(
      qref_multiply_add_f32(qref_f32_from_bits(a), qref_f32_from_bits(b), qref_f32_from_bits(c), form));
}

unsigned int qref_dpi_f32_from_i32(int value) {
  return qref_bits_from_f32((float)value);
}

unsigned int qref_dpi_add_f32(unsigned int a, unsigned int b) {
  return multiply_add(a, qref_bits_from_f32(1.0f), b, QREF_MULTIPLY_ADD_SEPARATE);
}

unsigned int qref_dpi_mul_f32(unsigned int a, unsigned int b) {
  /* Adding -0 changes no product: 0 + -0 is 0, and -0 + -0 is -0. */
  return multiply_add(a, b, qref_bits_from_f32(-0.0f), QREF_MULTIPLY_ADD_SEPARATE);
}

unsigned int qref_dpi_fma_f32(unsigned int a, unsigned int b, unsigned int c) {
  return multiply_add(a, b, c, QREF_MULTIPLY_ADD_FUSED);
}

unsigned int qref_dpi_exp_f32(unsigned int x) {
  return apply(qref_exp_f32, x);
}

unsigned int qref_dpi_log_f32(unsigned int x) {
  return apply(qref_log_f32, x);
}

unsigned int qref_dpi_log1p_f32(unsigned int x) {
  return apply(qref_log1p_f32, x);
}

unsigned int qref_dpi_silu_f32(unsigned int x) {
  return apply(qref_silu_f32, x);
}

unsigned int qref_dpi_sigmoid_f32(unsigned int x) {
  return apply(qref_sigmoid_f32, x);
}

unsigned int qref_dpi_softplus_f32(unsigned int x) {
  return apply(qref_softplus_f32, x);
}

unsigned int qref_dpi_softplus_log_exp_plus_1_f32(unsigned int x) {
  return apply(qref_softplus_log_exp_plus_1_f32, x);
}

int qref_dpi_f16_from_f32(unsigned int x) {
  return qref_f16_from_f32(qref_f32_from_bits(x));
}

unsigned int qref_dpi_f32_from_f16(int x) {
  return qref_bits_from_f32(qref_f32_from_f16((qref_float16)((unsigned int)x & 0xffffu)));
}

unsigned long long qref_dpi_random_bits(unsigned long long seed, unsigned long long stream, unsigned long long index) {
  return qref_random_bits(seed, stream, index);
}
