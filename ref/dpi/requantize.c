/* Rounding to int8, and what follows the accumulator of linear W8A8 and of conv1d. */
#include "ref/dpi/arguments.h"
#include "ref/numerics/float_bits.h"
#include "ref/ops/linear_w8a8_form.h"

int qref_dpi_round_to_int8(unsigned int v, int rounding, int overflow) {
  return qref_dpi_round(qref_f32_from_bits(v), rounding, overflow);
}

int qref_dpi_round_to_int8_stochastic(unsigned int v, int overflow, unsigned long long seed, unsigned long long index) {
  if (!qref_dpi_is_overflow(overflow)) {
    return QREF_DPI_INVALID;
  }
  const qref_rounding_rule rule = {QREF_ROUND_STOCHASTIC, (qref_overflow)overflow, seed};
  return qref_round_to_int8(qref_f32_from_bits(v), &rule, index, NULL);
}

unsigned int qref_dpi_apply_scale(unsigned int v, unsigned int scale, int scale_form) {
  if (scale_form != QREF_SCALE_DIVISOR && scale_form != QREF_SCALE_MULTIPLIER) {
    return QREF_F32_NAN_BITS;
  }
  return qref_bits_from_f32(
      qref_apply_scale(qref_f32_from_bits(v), qref_f32_from_bits(scale), (qref_scale_form)scale_form));
}

/* NULL for a number that names no form. */
static const qref_linear_form *linear_form_of(int linear_form) {
  switch (linear_form) {
    case QREF_DPI_LINEAR_TENSOR:
      return &qref_linear_form_w8a8;
    case QREF_DPI_LINEAR_ROW:
      return &qref_linear_form_w8a8_row;
    case QREF_DPI_LINEAR_PER_CHANNEL:
      return &qref_linear_form_w8a8_per_channel;
    default:
      return NULL;
  }
}

unsigned int qref_dpi_linear_before_rounding(int acc, unsigned int weight_scale, unsigned int input_scale,
                                             int linear_form) {
  const qref_linear_form *form = linear_form_of(linear_form);
  if (form == NULL) {
    return QREF_F32_NAN_BITS;
  }
  const float weight = qref_f32_from_bits(weight_scale);
  const qref_linear_w8a8_args args = {.weight_scale = &weight, .input_scale = qref_f32_from_bits(input_scale)};
  return qref_bits_from_f32(qref_canonical_nan_f32(form->scale(&args, 0, acc)));
}

int qref_dpi_requantize_linear(int acc, unsigned int weight_scale, unsigned int input_scale, int linear_form,
                               int rounding, int overflow) {
  if (linear_form_of(linear_form) == NULL) {
    return QREF_DPI_INVALID;
  }
  return qref_dpi_round_to_int8(qref_dpi_linear_before_rounding(acc, weight_scale, input_scale, linear_form), rounding,
                                overflow);
}

unsigned int qref_dpi_conv1d_before_activation(int acc, unsigned int wx_scale, unsigned int bias) {
  return qref_bits_from_f32(qref_fma_f32(qref_f32_from_bits(wx_scale), (float)acc, qref_f32_from_bits(bias)));
}

int qref_dpi_requantize_conv1d(int acc, unsigned int wx_scale, unsigned int bias, unsigned int out_scale, int silu,
                               int rounding, int overflow) {
  if (silu != 0 && silu != 1) {
    return QREF_DPI_INVALID;
  }
  const float v = qref_f32_from_bits(qref_dpi_conv1d_before_activation(acc, wx_scale, bias));
  const float y = silu == 1 ? qref_silu_f32(v) : v;
  return qref_dpi_round(qref_apply_scale(y, qref_f32_from_bits(out_scale), QREF_SCALE_DIVISOR), rounding, overflow);
}
