#include "ref/ops/check.h"

#include "ref/base/error.h"
#include "ref/base/size.h"

void qref_check_pointer(qref_check *check, const char *field, const void *pointer) {
  if (check->status == QREF_OK && pointer == NULL) {
    check->status =
        qref_fail(check->error, QREF_ERROR_ARGUMENT, "%s: field '%s': expected a pointer, got NULL", check->op, field);
  }
}

void qref_check_dimension(qref_check *check, const char *field, size_t value) {
  if (check->status == QREF_OK && value == 0) {
    check->status =
        qref_fail(check->error, QREF_ERROR_ARGUMENT, "%s: field '%s': expected at least 1, got 0", check->op, field);
  }
}

void qref_check_depth(qref_check *check, const char *field, size_t value) {
  qref_check_dimension(check, field, value);
  if (check->status == QREF_OK && value > QREF_MAX_ACCUMULATED_PRODUCTS) {
    check->status = qref_fail(check->error, QREF_ERROR_OVERFLOW,
                              "%s: field '%s': expected at most %zu, so that an int32 holds every sum, got %zu",
                              check->op, field, QREF_MAX_ACCUMULATED_PRODUCTS, value);
  }
}

void qref_check_scale(qref_check *check, const char *field, float value) {
  bool finite_and_positive = value > 0.0f && value <= 0x1.fffffep127f;
  if (check->status == QREF_OK && !finite_and_positive) {
    check->status = qref_fail(check->error, QREF_ERROR_ARGUMENT, "%s: field '%s': expected a finite value > 0, got %g",
                              check->op, field, (double)value);
  }
}

void qref_check_shape(qref_check *check, const char *field, size_t a, size_t b, size_t c, size_t d,
                      size_t element_size) {
  const size_t factors[] = {a, b, c, d, element_size};
  size_t bytes = 0;
  if (check->status == QREF_OK &&
      (!qref_size_product(factors, sizeof factors / sizeof factors[0], &bytes) || bytes > PTRDIFF_MAX)) {
    check->status =
        qref_fail(check->error, QREF_ERROR_OVERFLOW,
                  "%s: field '%s': expected a tensor that fits the address space, got %zu x %zu x %zu x %zu", check->op,
                  field, a, b, c, d);
  }
}

void qref_check_optional_shape(qref_check *check, const char *field, const void *pointer, size_t a, size_t b, size_t c,
                               size_t d, size_t element_size) {
  if (pointer != NULL) {
    qref_check_shape(check, field, a, b, c, d, element_size);
  }
}

void qref_check_stride(qref_check *check, const char *field, size_t stride, size_t least) {
  if (check->status == QREF_OK && stride < least) {
    check->status = qref_fail(check->error, QREF_ERROR_ARGUMENT, "%s: field '%s': expected 0 or at least %zu, got %zu",
                              check->op, field, least, stride);
  }
}

void qref_check_accumulator(qref_check *check, const qref_accumulator_rule *rule) {
  if (check->status == QREF_OK && (rule->bits < 16 || rule->bits > 32)) {
    check->status =
        qref_fail(check->error, QREF_ERROR_ARGUMENT, "%s: field 'rule.accumulator.bits': expected 16..32, got %lu",
                  check->op, (unsigned long)rule->bits);
  }
}

void qref_check_hadamard_dimension(qref_check *check, size_t dim) {
  if (check->status == QREF_OK && !qref_hadamard_supports(dim)) {
    check->status = qref_fail(check->error, QREF_ERROR_ARGUMENT,
                              "%s: field 'dim': expected 2^k, 12*2^k or 40*2^k, got %zu", check->op, dim);
  }
}

void qref_check_conv1d_scales(qref_check *check, float x_scale, float w_scale, bool has_bias, float bias_scale) {
  qref_check_scale(check, "x_scale", x_scale);
  qref_check_scale(check, "w_scale", w_scale);
  if (has_bias) {
    qref_check_scale(check, "bias_scale", bias_scale);
  }
}

void qref_check_scan_scales(qref_check *check, const qref_scan_scales *scales, bool has_D, bool has_z,
                            bool has_dt_bias) {
  qref_check_scale(check, "scales.u", scales->u);
  qref_check_scale(check, "scales.dt", scales->dt);
  qref_check_scale(check, "scales.A_log", scales->A_log);
  qref_check_scale(check, "scales.B", scales->B);
  qref_check_scale(check, "scales.C", scales->C);
  if (has_D) {
    qref_check_scale(check, "scales.D", scales->D);
  }
  if (has_z) {
    qref_check_scale(check, "scales.z", scales->z);
  }
  if (has_dt_bias) {
    qref_check_scale(check, "scales.dt_bias", scales->dt_bias);
  }
}
