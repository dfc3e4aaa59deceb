/* Ranges and scales of SPEC section 4, step 3, on hand-computed windows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "ref/model/calibrate.h"

static const qref_model_config config = {.d_inner = 1, .d_state = 3};

static void scales_have_floors(void **state) {
  (void)state;
  assert_true(qref_scale_from_range(127.0f) == 1.0f);
  assert_true(qref_scale_from_range(1.0f) == 1.0f / 127.0f);
  assert_true(qref_scale_from_range(0.0f) == 1e-6f);
  assert_true(qref_scale_from_range(1e-4f) == 1e-6f);
  assert_true(qref_scale_from_range(1e-3f) == 1e-3f / 127.0f);
}

static void maxima_go_over_all_windows(void **state) {
  (void)state;
  qref_calibration calibration;
  const float windows[2][3] = {{1.0f, -4.0f, 2.0f}, {0.0f, 3.0f, -0.5f}}, more[3] = {0.0f, 5.0f, -6.0f};
  assert_int_equal(qref_calibration_create(&config, 3, 0.5, &calibration, NULL), QREF_OK);
  assert_int_equal(qref_calibration_observe(&calibration, QREF_ACTIVATION_IN_PROJ_OUTPUT, windows[0], 2, 3, NULL),
                   QREF_OK);
  assert_true(calibration.range[QREF_ACTIVATION_IN_PROJ_OUTPUT] == 4.0f);
  assert_int_equal(qref_calibration_observe(&calibration, QREF_ACTIVATION_IN_PROJ_OUTPUT, more, 1, 3, NULL), QREF_OK);
  assert_true(calibration.range[QREF_ACTIVATION_IN_PROJ_OUTPUT] == 6.0f);
  assert_true(calibration.range[QREF_ACTIVATION_OUT_PROJ_INPUT] == 0.0f);
  qref_calibration_destroy(&calibration);
}

/* Medians of |x| are 2, 12 and 1: m = 2; m += 0.01 * 10; m += 0.01 * (1 - 2.1), each operation in float32. */
static void quantiles_are_smoothed_in_window_order(void **state) {
  (void)state;
  qref_calibration calibration;
  const float windows[3][3] = {{1.0f, -2.0f, 8.0f}, {-12.0f, 12.0f, 30.0f}, {0.0f, -1.0f, 1.0f}};
  float expected = 2.0f;
  expected += 0.01f * (12.0f - expected);
  const float difference = 1.0f - expected;
  const float step = 0.01f * difference;
  expected += step;
  static const qref_activation smoothed[] = {QREF_ACTIVATION_X_PROJ_INPUT, QREF_ACTIVATION_SCAN_STATE};
  for (size_t i = 0; i < 2; i++) {
    assert_int_equal(qref_calibration_create(&config, 3, 0.5, &calibration, NULL), QREF_OK);
    assert_int_equal(qref_calibration_observe(&calibration, smoothed[i], windows[0], 1, 3, NULL), QREF_OK);
    assert_true(calibration.range[smoothed[i]] == 2.0f);
    assert_int_equal(qref_calibration_observe(&calibration, smoothed[i], windows[1], 2, 3, NULL), QREF_OK);
    assert_true(calibration.range[smoothed[i]] == expected);
    qref_calibration_reset(&calibration);
    assert_int_equal(qref_calibration_observe(&calibration, smoothed[i], windows[1], 1, 3, NULL), QREF_OK);
    assert_true(calibration.range[smoothed[i]] == 12.0f);
    qref_calibration_destroy(&calibration);
  }
}

static void refuses_what_is_not_finite(void **state) {
  (void)state;
  qref_calibration calibration;
  qref_error error;
  const float bad[2][3] = {{1.0f, NAN, 2.0f}, {1.0f, 2.0f, -INFINITY}};
  assert_int_equal(qref_calibration_create(&config, 3, 0.5, &calibration, NULL), QREF_OK);
  for (size_t i = 0; i < 2; i++) {
    assert_int_equal(qref_calibration_observe(&calibration, QREF_ACTIVATION_SCAN_STATE, bad[i], 1, 3, &error),
                     QREF_ERROR_FORMAT);
    assert_string_equal(error.message, "scan state: an activation is not finite");
    assert_int_equal(qref_calibration_observe(&calibration, QREF_ACTIVATION_IN_PROJ_INPUT, bad[i], 1, 3, &error),
                     QREF_ERROR_FORMAT);
  }
  qref_calibration_destroy(&calibration);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(scales_have_floors),
      cmocka_unit_test(maxima_go_over_all_windows),
      cmocka_unit_test(quantiles_are_smoothed_in_window_order),
      cmocka_unit_test(refuses_what_is_not_finite),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
