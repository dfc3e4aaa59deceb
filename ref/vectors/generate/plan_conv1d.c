#include "ref/vectors/generate/plan_conv1d.h"

#include "ref/vectors/generate/plan_attributes.h"

bool qref_conv1d_is_update(const qref_case *item) {
  return item->schema->op == QREF_OP_CONV1D_SILU_UPDATE;
}

bool qref_conv1d_is_floatsim(const qref_case *item) {
  return item->schema->op == QREF_OP_CONV1D_SILU_FLOATSIM;
}

/* ---- the formulas ---- */

static qref_multiply_add own_multiply_add(const qref_case *item) {
  return qref_conv1d_is_update(item)     ? item->profile.conv1d_silu_update.tap_add
         : qref_conv1d_is_floatsim(item) ? item->profile.conv1d_floatsim.tap_add
                                         : item->profile.conv1d_silu.bias_add;
}

qref_function_rule qref_conv1d_silu_rule_of(const qref_case *item) {
  return qref_conv1d_is_update(item)     ? item->profile.conv1d_silu_update.silu
         : qref_conv1d_is_floatsim(item) ? item->profile.conv1d_floatsim.silu
                                         : item->profile.conv1d_silu.silu;
}

static qref_scale_form own_scale_form(const qref_case *item) {
  return qref_conv1d_is_update(item)     ? item->profile.conv1d_silu_update.output.scale_form
         : qref_conv1d_is_floatsim(item) ? item->profile.conv1d_floatsim.grid_scale_form
                                         : item->profile.conv1d_silu.output.scale_form;
}

/* How products are formed from weight, sample and their scales. */
typedef enum form { INTEGER_SUM, SCALED_TAP, SCALED_BOTH } form;

static form own_form(const qref_case *item) {
  return qref_conv1d_is_update(item) ? SCALED_TAP : qref_conv1d_is_floatsim(item) ? SCALED_BOTH : INTEGER_SUM;
}

static form other_form(form own) {
  return own == INTEGER_SUM ? SCALED_TAP : INTEGER_SUM;
}

static float integer_sum(const qref_conv1d_window *window) {
  int32_t sum = 0;
  for (size_t k = 0; k < window->width; k++) {
    sum += window->w[k] * window->samples[k];
  }
  return (float)sum;
}

/* v behind one tap. */
static float add_tap(form how, bool other_order, float w, float x, float w_scale, float x_scale, float v,
                     qref_multiply_add multiply_add) {
  const float both = w_scale * x_scale;
  if (how == SCALED_TAP) {
    return other_order ? qref_multiply_add_f32(both, w * x, v, multiply_add)
                       : qref_multiply_add_f32(both * w, x, v, multiply_add);
  }
  return other_order ? qref_multiply_add_f32(both * w, x, v, multiply_add)
                     : qref_multiply_add_f32(w * w_scale, x * x_scale, v, multiply_add);
}

float qref_conv1d_sum(const qref_conv1d_window *window, qref_conv1d_alternative alternative) {
  const qref_case *item = window->item;
  const float w_scale = qref_plan_scale(item, "w_scale");
  const float x_scale = qref_plan_scale(item, "x_scale");
  const bool has_bias = qref_case_tensor_const(item, "bias")->present;
  const float bias = has_bias ? (float)window->bias * qref_plan_scale(item, "bias_scale") : 0.0f;
  const qref_multiply_add own = own_multiply_add(item);
  const qref_multiply_add other = own == QREF_MULTIPLY_ADD_FUSED ? QREF_MULTIPLY_ADD_SEPARATE : QREF_MULTIPLY_ADD_FUSED;
  const qref_multiply_add multiply_add = alternative == QREF_CONV1D_OTHER_MULTIPLY_ADD ? other : own;
  const bool other_order = alternative == QREF_CONV1D_OTHER_SCALE_ORDER;
  const form how = alternative == QREF_CONV1D_OTHER_OP ? other_form(own_form(item)) : own_form(item);
  if (how == INTEGER_SUM) {
    const float sum = integer_sum(window);
    const float both = w_scale * x_scale;
    if (alternative == QREF_CONV1D_BIAS_LAST) {
      return both * sum + bias;
    }
    return other_order ? qref_multiply_add_f32(w_scale, x_scale * sum, bias, multiply_add)
                       : qref_multiply_add_f32(both, sum, bias, multiply_add);
  }
  float v = alternative == QREF_CONV1D_BIAS_LAST ? 0.0f : bias;
  for (size_t i = 0; i < window->width; i++) {
    const size_t k = alternative == QREF_CONV1D_TAPS_REVERSED ? window->width - 1 - i : i;
    v = add_tap(how, other_order, window->w[k], window->samples[k], w_scale, x_scale, v, multiply_add);
  }
  return alternative == QREF_CONV1D_BIAS_LAST ? v + bias : v;
}

static float activation(const qref_case *item, float v, qref_conv1d_alternative alternative) {
  const bool silu = qref_conv1d_is_update(item)     ? item->args.conv1d_silu_update.silu
                    : qref_conv1d_is_floatsim(item) ? item->args.conv1d_silu_floatsim.silu
                                                    : item->args.conv1d_silu.silu;
  if (!silu) {
    return v;
  }
  const float e = qref_exp_f32(-v);
  switch (alternative) {
    case QREF_CONV1D_SIGMOID_PRODUCT:
      return v * qref_sigmoid_f32(v);
    case QREF_CONV1D_IDENTITY:
      return v;
    case QREF_CONV1D_EXP_ABOVE:
      return v / (1.0f + qref_seek_step(e, 1));
    case QREF_CONV1D_EXP_BELOW:
      return v / (1.0f + qref_seek_step(e, -1));
    default: {
      const qref_function_rule rule = qref_conv1d_silu_rule_of(item);
      return qref_apply_function(v, qref_silu_f32, &rule);
    }
  }
}

static float out_scale(const qref_case *item) {
  return qref_plan_scale(item, qref_conv1d_is_floatsim(item) ? "effective_scale" : "out_scale");
}

float qref_conv1d_before_rounding(const qref_conv1d_window *window, qref_conv1d_alternative alternative) {
  const qref_case *item = window->item;
  const float y = activation(item, qref_conv1d_sum(window, alternative), alternative);
  const qref_scale_form own = own_scale_form(item);
  const qref_scale_form other = own == QREF_SCALE_DIVISOR ? QREF_SCALE_MULTIPLIER : QREF_SCALE_DIVISOR;
  return qref_apply_scale(y, out_scale(item), alternative == QREF_CONV1D_OTHER_SCALE_FORM ? other : own);
}

/* ---- placing ---- */

void qref_conv1d_set_scales(qref_case *item, float x, float w, float bias, float out) {
  qref_plan_set_scale(item, "x_scale", x);
  qref_plan_set_scale(item, "w_scale", w);
  qref_plan_set_scale(item, "bias_scale", bias);
  qref_plan_set_scale(item, qref_conv1d_is_floatsim(item) ? "effective_scale" : "out_scale", out);
}

void qref_conv1d_set_taps(qref_case *item, qref_seek_stream *stream, size_t d) {
  const size_t width = qref_plan_size(item, "width");
  int8_t *w = qref_case_i8(item, "w") + d * width;
  for (size_t k = 0; k < width; k++) {
    const int64_t large = qref_seek_integer(stream, 90, 127);
    w[k] = k + 1 == width ? 1 : (int8_t)(qref_seek_integer(stream, 0, 1) == 0 ? large : -large);
  }
}

void qref_conv1d_put(qref_case *item, qref_seek_stream *stream, size_t d, const qref_conv1d_window *window) {
  const size_t width = window->width;
  int8_t *bias = qref_case_i8(item, "bias");
  if (bias != NULL) {
    bias[d] = window->bias;
  }
  if (qref_conv1d_is_update(item)) {
    int8_t *state = qref_case_i8(item, "state") + d * width;
    state[0] = (int8_t)qref_seek_integer(stream, -128, 127); /* shifted out */
    for (size_t k = 0; k + 1 < width; k++) {
      state[k + 1] = window->samples[k];
    }
    qref_case_i8(item, "x")[d] = window->samples[width - 1];
    return;
  }
  const size_t length = qref_plan_size(item, "length");
  int8_t *x = qref_case_i8(item, "x") + d * length;
  for (size_t k = 0; k < width && k < length; k++) {
    x[length - 1 - k] = window->samples[width - 1 - k];
  }
}
