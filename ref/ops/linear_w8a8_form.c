#include "ref/ops/linear_w8a8_form.h"

#include "ref/ops/check.h"
#include "ref/ops/intermediate.h"

qref_status qref_linear_form_check(const qref_linear_form *form, const qref_linear_w8a8_args *args, qref_error *error) {
  qref_check check = {form->op, error, QREF_OK};
  qref_check_pointer(&check, "args", args);
  if (check.status != QREF_OK) {
    return check.status;
  }
  qref_check_pointer(&check, "rule", args->rule);
  qref_check_dimension(&check, "rows", args->rows);
  qref_check_dimension(&check, "columns", args->columns);
  qref_check_depth(&check, "depth", args->depth);
  qref_check_shape(&check, "x", args->rows, args->depth, 1, 1, 1);
  qref_check_shape(&check, "w", args->columns, args->depth, 1, 1, 1);
  qref_check_shape(&check, "y", args->rows, args->columns, 1, 1, sizeof(float));
  qref_check_pointer(&check, "x", args->x);
  qref_check_pointer(&check, "w", args->w);
  qref_check_pointer(&check, "weight_scale", args->weight_scale);
  if (form->float16_output) {
    qref_check_pointer(&check, "y_f16", args->y_f16);
  } else {
    qref_check_pointer(&check, "y", args->y);
  }
  if (form->uses_input_scale) {
    qref_check_scale(&check, "input_scale", args->input_scale);
  }
  size_t weight_scales = form->scale_per_column ? args->columns : 1;
  for (size_t n = 0; check.status == QREF_OK && n < weight_scales; n++) {
    qref_check_scale(&check, "weight_scale", args->weight_scale[n]);
  }
  if (check.status == QREF_OK) {
    qref_check_accumulator(&check, &args->rule->accumulator);
  }
  return check.status;
}

void qref_linear_form_store(const qref_linear_form *form, const qref_linear_w8a8_args *args, size_t m, size_t n,
                            int32_t acc, qref_counts *counts) {
  size_t i = m * args->columns + n;
  float t = form->scale(args, n, acc);
  if (form->float16_output) {
    args->y_f16[i] = qref_f16_from_f32(t);
  } else {
    args->y[i] = qref_round_to_int8(t, &args->rule->output, i, counts);
  }
  if (args->accumulator != NULL) {
    args->accumulator[i] = acc;
  }
  qref_store_intermediate(args->before_rounding, i, t);
}

qref_status qref_linear_form_run(const qref_linear_form *form, const qref_linear_w8a8_args *args, qref_error *error) {
  qref_status status = qref_linear_form_check(form, args, error);
  if (status != QREF_OK) {
    return status;
  }
  for (size_t m = 0; m < args->rows; m++) {
    for (size_t n = 0; n < args->columns; n++) {
      const int8_t *x = args->x + m * args->depth; /* (K) */
      const int8_t *w = args->w + n * args->depth; /* (K) */
      int32_t acc = 0;
      for (size_t k = 0; k < args->depth; k++) {
        acc = qref_accumulate(acc, x[k] * w[k], &args->rule->accumulator, args->counts);
      }
      qref_linear_form_store(form, args, m, n, acc, args->counts);
    }
  }
  return QREF_OK;
}
