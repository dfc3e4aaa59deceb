/* Checks of an op's arguments. The first failure is kept: later checks do nothing. */
#ifndef QREF_OPS_CHECK_H
#define QREF_OPS_CHECK_H

#include <qref/ops.h>

typedef struct qref_check {
  const char *op;
  qref_error *error;
  qref_status status;
} qref_check;

/* Largest number of int8 products whose sum always fits int32: 131071 * 128 * 128 <= 2^31 - 1. */
#define QREF_MAX_ACCUMULATED_PRODUCTS ((size_t)131071)

void qref_check_pointer(qref_check *check, const char *field, const void *pointer);
void qref_check_dimension(qref_check *check, const char *field, size_t value);
/* A dimension over which int8 products are summed into int32. */
void qref_check_depth(qref_check *check, const char *field, size_t value);
/* Finite and > 0. */
void qref_check_scale(qref_check *check, const char *field, float value);
/* The bytes of a tensor of up to 4 dimensions (1 where there are fewer) fit ptrdiff_t. */
void qref_check_shape(qref_check *check, const char *field, size_t a, size_t b, size_t c, size_t d,
                      size_t element_size);
/* The same of an optional tensor, where it is given. */
void qref_check_optional_shape(qref_check *check, const char *field, const void *pointer, size_t a, size_t b, size_t c,
                               size_t d, size_t element_size);
void qref_check_stride(qref_check *check, const char *field, size_t stride, size_t least);
/* The scales of a quantized conv1d's inputs. */
void qref_check_conv1d_scales(qref_check *check, float x_scale, float w_scale, bool has_bias, float bias_scale);
/* The scales of the inputs that a scan has; that of the state is the caller's to check. */
void qref_check_scan_scales(qref_check *check, const qref_scan_scales *scales, bool has_D, bool has_z,
                            bool has_dt_bias);
/* 2^k, 12*2^k or 40*2^k. */
void qref_check_hadamard_dimension(qref_check *check, size_t dim);
void qref_check_accumulator(qref_check *check, const qref_accumulator_rule *rule);

#endif
