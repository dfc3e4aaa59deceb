/* Linear W8A8 to int8, single row, a weight scale per output channel. SPEC section 2: t = (s_n * s_in) * (float)acc;
 * q = saturate(half_away(t)). */
#include "ref/ops/linear_w8a8_form.h"
#include "ref/ops/linear_w8a8_scale.h"

static float scale(const qref_linear_w8a8_args *args, size_t n, int32_t acc) {
  return qref_linear_scale_per_channel(acc, args->weight_scale[n], args->input_scale);
}

const qref_linear_form qref_linear_form_w8a8_per_channel = {
    .op = "linear_w8a8_per_channel",
    .scale = scale,
    .scale_per_column = true,
    .float16_output = false,
    .uses_input_scale = true,
};

qref_status qref_linear_w8a8_per_channel(const qref_linear_w8a8_args *args, qref_error *error) {
  return qref_linear_form_run(&qref_linear_form_w8a8_per_channel, args, error);
}
