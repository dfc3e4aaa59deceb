#include <qref/profile.h>
#include <string.h>

/* A field that is not named is 0: functions are exact, seeds are 0. */
#define ACCUMULATOR_INT32 \
  { .bits = 32, .overflow = QREF_OVERFLOW_WRAP }
#define ROUND(how, when_too_large) \
  { .rounding = QREF_ROUND_##how, .overflow = QREF_OVERFLOW_##when_too_large }
#define DIVIDE_AND_ROUND(how) \
  { .scale_form = QREF_SCALE_DIVISOR, .round = ROUND(how, SATURATE) }
#define LINEAR(how) \
  { .accumulator = ACCUMULATOR_INT32, .output = ROUND(how, SATURATE) }

/* SPEC sections 2 and 3; the built-in profiles differ from each other in these two fields only. */
#define QUAMBA(profile_name, arithmetic, hadamard_overflow)                                                \
  {                                                                                                        \
    .name = (profile_name), .conv1d_arithmetic = (arithmetic),                                             \
    .conv1d_silu = {.accumulator = ACCUMULATOR_INT32,                                                      \
                    .bias_add = QREF_MULTIPLY_ADD_FUSED,                                                   \
                    .output = DIVIDE_AND_ROUND(HALF_AWAY)},                                                \
    .conv1d_silu_update = {.tap_add = QREF_MULTIPLY_ADD_FUSED, .output = DIVIDE_AND_ROUND(HALF_AWAY)},     \
    .linear = LINEAR(HALF_EVEN), .linear_row = LINEAR(HALF_EVEN), .linear_per_channel = LINEAR(HALF_AWAY), \
    .selective_scan = {.dt_bias_add = QREF_MULTIPLY_ADD_FUSED,                                             \
                       .state_update = QREF_MULTIPLY_ADD_FUSED,                                            \
                       .output_sum = QREF_MULTIPLY_ADD_FUSED,                                              \
                       .softplus_form = QREF_SOFTPLUS_LOG1P_EXP,                                           \
                       .state_prescale = 1.0f,                                                             \
                       .state = DIVIDE_AND_ROUND(HALF_AWAY)},                                              \
    .selective_scan_update = {.dt_bias_add = QREF_MULTIPLY_ADD_SEPARATE,                                   \
                              .state_update = QREF_MULTIPLY_ADD_SEPARATE,                                  \
                              .output_sum = QREF_MULTIPLY_ADD_FUSED,                                       \
                              .softplus_form = QREF_SOFTPLUS_LOG_EXP_PLUS_1,                               \
                              .state_prescale = 100.0f,                                                    \
                              .state = DIVIDE_AND_ROUND(HALF_EVEN)},                                       \
    .rmsnorm = {.partial_sums = 32, .output = DIVIDE_AND_ROUND(HALF_EVEN)},                                \
    .hadamard = {.output = ROUND(HALF_AWAY, hadamard_overflow)},                                           \
    .conv1d_floatsim = {.tap_add = QREF_MULTIPLY_ADD_FUSED,                                                \
                        .grid_scale_form = QREF_SCALE_DIVISOR,                                             \
                        .grid_rounding = QREF_ROUND_HALF_EVEN},                                            \
    .requantize = DIVIDE_AND_ROUND(HALF_EVEN), .weight = DIVIDE_AND_ROUND(HALF_EVEN),                      \
  }

static const qref_profile profiles[] = {
    QUAMBA("quamba", QREF_CONV1D_INT8, WRAP),
    QUAMBA("quamba-saturating", QREF_CONV1D_INT8, SATURATE),
    QUAMBA("floatsim", QREF_CONV1D_FLOAT_SIMULATION, WRAP),
};

size_t qref_profile_count(void) {
  return sizeof profiles / sizeof profiles[0];
}

const qref_profile *qref_profile_at(size_t i) {
  return i < qref_profile_count() ? &profiles[i] : NULL;
}

const qref_profile *qref_profile_builtin(const char *name) {
  for (size_t i = 0; i < qref_profile_count(); i++) {
    if (strcmp(profiles[i].name, name) == 0) {
      return &profiles[i];
    }
  }
  return NULL;
}
