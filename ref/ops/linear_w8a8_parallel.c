/* Parallel linear W8A8 to int8. SPEC section 2: linear_w8a8 with a weight scale per output column: that of the column's
 * split over the split's output scale. */
#include "ref/ops/linear_w8a8_form.h"
#include "ref/ops/linear_w8a8_scale.h"

static float scale(const qref_linear_w8a8_args *args, size_t n, int32_t acc) {
  return qref_linear_scale(acc, args->weight_scale[n], args->input_scale);
}

const qref_linear_form qref_linear_form_w8a8_parallel = {
    .op = "linear_w8a8_parallel",
    .scale = scale,
    .scale_per_column = true,
    .float16_output = false,
    .uses_input_scale = true,
};

qref_status qref_linear_w8a8_parallel(const qref_linear_w8a8_args *args, qref_error *error) {
  return qref_linear_form_run(&qref_linear_form_w8a8_parallel, args, error);
}
