/* Linear W8A8 to float16. SPEC section 2: the t of linear_w8a8 with a the input scale, rounded to float16. */
#include "ref/ops/linear_w8a8_form.h"

static float scale(const qref_linear_w8a8_args *args, size_t n, int32_t acc) {
  return qref_linear_form_w8a8.scale(args, n, acc);
}

const qref_linear_form qref_linear_form_w8a8_f16 = {
    .op = "linear_w8a8_f16",
    .scale = scale,
    .scale_per_column = false,
    .float16_output = true,
    .uses_input_scale = true,
};

qref_status qref_linear_w8a8_f16(const qref_linear_w8a8_args *args, qref_error *error) {
  return qref_linear_form_run(&qref_linear_form_w8a8_f16, args, error);
}
