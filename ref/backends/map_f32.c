#include "ref/backends/map_f32.h"

#include <qref/numerics.h>

#include "ref/base/error.h"

static float (*const functions[QREF_MAP_FUNCTION_COUNT])(float) = {
    [QREF_MAP_EXP] = qref_exp_f32,   [QREF_MAP_LOG1P] = qref_log1p_f32,     [QREF_MAP_LOG] = qref_log_f32,
    [QREF_MAP_SILU] = qref_silu_f32, [QREF_MAP_SIGMOID] = qref_sigmoid_f32, [QREF_MAP_SOFTPLUS] = qref_softplus_f32,
};

qref_status qref_map_f32_check(qref_map_function function, const float *x, size_t count, const float *y,
                               qref_error *error) {
  if ((unsigned)function >= QREF_MAP_FUNCTION_COUNT) {
    return qref_fail(error, QREF_ERROR_ARGUMENT, "map_f32: function: expected 0 to %d, got %u",
                     QREF_MAP_FUNCTION_COUNT - 1, (unsigned)function);
  }
  if (count != 0 && (x == NULL || y == NULL)) {
    return qref_fail(error, QREF_ERROR_ARGUMENT, "map_f32: expected %s", x == NULL ? "x" : "y");
  }
  return QREF_OK;
}

qref_status qref_map_f32_reference(qref_map_function function, const float *x, size_t count, float *y, int threads,
                                   qref_error *error) {
  (void)threads;
  QREF_TRY(qref_map_f32_check(function, x, count, y, error));
  for (size_t i = 0; i < count; i++) {
    y[i] = functions[function](x[i]);
  }
  return QREF_OK;
}
