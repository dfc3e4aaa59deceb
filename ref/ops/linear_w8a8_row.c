/* Linear W8A8 to int8, single row. SPEC section 2: t = (float)acc * alpha, alpha = weight scale * input scale / output
 * scale; q = saturate(half_even(t)). */
#include "ref/ops/linear_w8a8_form.h"
#include "ref/ops/linear_w8a8_scale.h"

static float scale(const qref_linear_w8a8_args *args, size_t n, int32_t acc) {
  (void)n;
  return qref_linear_scale_row(acc, args->weight_scale[0]);
}

const qref_linear_form qref_linear_form_w8a8_row = {
    .op = "linear_w8a8_row",
    .scale = scale,
    .scale_per_column = false,
    .float16_output = false,
    .uses_input_scale = false,
};

qref_status qref_linear_w8a8_row(const qref_linear_w8a8_args *args, qref_error *error) {
  return qref_linear_form_run(&qref_linear_form_w8a8_row, args, error);
}
