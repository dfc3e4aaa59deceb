/* The five forms of linear W8A8 share their checks, their integer sum and their stores; a form says how the sum is
 * scaled. One file per form holds its formula; backends reuse it behind a faster sum. */
#ifndef QREF_OPS_LINEAR_W8A8_FORM_H
#define QREF_OPS_LINEAR_W8A8_FORM_H

#include <qref/ops.h>

typedef struct qref_linear_form {
  const char *op;
  float (*scale)(const qref_linear_w8a8_args *args, size_t n, int32_t acc); /* t of output column n */
  bool scale_per_column; /* weight_scale has `columns` elements rather than one */
  bool float16_output;   /* y_f16 rather than y */
  bool uses_input_scale;
} qref_linear_form;

extern const qref_linear_form qref_linear_form_w8a8;
extern const qref_linear_form qref_linear_form_w8a8_f16;
extern const qref_linear_form qref_linear_form_w8a8_parallel;
extern const qref_linear_form qref_linear_form_w8a8_row;
extern const qref_linear_form qref_linear_form_w8a8_per_channel;

/* Checks the arguments. */
qref_status qref_linear_form_check(const qref_linear_form *form, const qref_linear_w8a8_args *args, qref_error *error);

/* Scales the sum of element (m, n), stores the output and the optional intermediates. */
void qref_linear_form_store(const qref_linear_form *form, const qref_linear_w8a8_args *args, size_t m, size_t n,
                            int32_t acc, qref_counts *counts);

/* The whole op as the specification has it. */
qref_status qref_linear_form_run(const qref_linear_form *form, const qref_linear_w8a8_args *args, qref_error *error);

#endif
