/* Every op refuses missing pointers, zero dimensions, bad scales and sizes that overflow, names the field, and writes
 * nothing. */
#include "ref/ops/op_checks.h"
#include "tests/ops/fixture.h"

static int8_t bytes[64];
static qref_float16 halves[64];
static float floats[256];
static int8_t output[64];

static qref_error error;

#define ASSERT_REFUSED(call, expected, field)                           \
  do {                                                                  \
    memset(&error, 0, sizeof error);                                    \
    memset(output, 0x55, sizeof output);                                \
    assert_int_equal((call), (expected));                               \
    if (strstr(error.message, (field)) == NULL) {                       \
      fail_msg("message does not name %s: %s", (field), error.message); \
    }                                                                   \
    for (size_t i_ = 0; i_ < sizeof output; i_++) {                     \
      assert_int_equal(output[i_], 0x55);                               \
    }                                                                   \
  } while (0)

/* Runs `call` with one field changed, then puts the field back. */
#define ASSERT_FIELD(call, args, field, value, expected) \
  do {                                                   \
    __typeof__(args) saved_ = (args);                    \
    (args).field = (value);                              \
    ASSERT_REFUSED(call, expected, #field);              \
    (args) = saved_;                                     \
  } while (0)

#define ASSERT_SCALE(call, args, field)                                    \
  do {                                                                     \
    ASSERT_FIELD(call, args, field, 0.0f, QREF_ERROR_ARGUMENT);            \
    ASSERT_FIELD(call, args, field, -1.0f, QREF_ERROR_ARGUMENT);           \
    ASSERT_FIELD(call, args, field, (float)NAN, QREF_ERROR_ARGUMENT);      \
    ASSERT_FIELD(call, args, field, (float)INFINITY, QREF_ERROR_ARGUMENT); \
  } while (0)

static void test_conv1d(void **state) {
  (void)state;
  const qref_backend *cpu = NULL;
  assert_int_equal(qref_backend_find("cpu", &cpu, NULL), QREF_OK);
  qref_status (*const functions[])(const qref_conv1d_silu_args *, qref_error *) = {qref_conv1d_silu, cpu->conv1d_silu};
  for (size_t i = 0; i < 2; i++) {
    qref_conv1d_silu_args args = {.rule = &quamba()->conv1d_silu,
                                  .batch = 1,
                                  .channels = 2,
                                  .length = 3,
                                  .width = 4,
                                  .x = bytes,
                                  .w = bytes,
                                  .bias = bytes,
                                  .x_scale = 1.0f,
                                  .w_scale = 1.0f,
                                  .bias_scale = 1.0f,
                                  .out_scale = 1.0f,
                                  .y = output};
#define CALL functions[i](&args, &error)
    ASSERT_FIELD(CALL, args, rule, NULL, QREF_ERROR_ARGUMENT);
    ASSERT_FIELD(CALL, args, x, NULL, QREF_ERROR_ARGUMENT);
    ASSERT_FIELD(CALL, args, w, NULL, QREF_ERROR_ARGUMENT);
    ASSERT_FIELD(CALL, args, y, NULL, QREF_ERROR_ARGUMENT);
    ASSERT_FIELD(CALL, args, batch, 0, QREF_ERROR_ARGUMENT);
    ASSERT_FIELD(CALL, args, channels, 0, QREF_ERROR_ARGUMENT);
    ASSERT_FIELD(CALL, args, length, 0, QREF_ERROR_ARGUMENT);
    ASSERT_FIELD(CALL, args, width, 0, QREF_ERROR_ARGUMENT);
    ASSERT_FIELD(CALL, args, width, 131072, QREF_ERROR_OVERFLOW);
    ASSERT_SCALE(CALL, args, x_scale);
    ASSERT_SCALE(CALL, args, w_scale);
    ASSERT_SCALE(CALL, args, bias_scale);
    ASSERT_SCALE(CALL, args, out_scale);
    args.batch = SIZE_MAX / 2;
    ASSERT_REFUSED(CALL, QREF_ERROR_OVERFLOW, "'y'");
    ASSERT_REFUSED(functions[i](NULL, &error), QREF_ERROR_ARGUMENT, "args");
    assert_int_equal(functions[i](NULL, NULL), QREF_ERROR_ARGUMENT); /* a caller without an error struct */
#undef CALL
  }
}

static void test_conv1d_update_and_floatsim(void **state) {
  (void)state;
  qref_conv1d_silu_update_args update = {.rule = &quamba()->conv1d_silu_update,
                                         .batch = 1,
                                         .channels = 2,
                                         .width = 4,
                                         .state = output,
                                         .x = bytes,
                                         .w = bytes,
                                         .x_scale = 1.0f,
                                         .w_scale = 1.0f,
                                         .out_scale = 1.0f,
                                         .y = output + 32};
#define CALL qref_conv1d_silu_update(&update, &error)
  ASSERT_FIELD(CALL, update, state, NULL, QREF_ERROR_ARGUMENT);
  ASSERT_FIELD(CALL, update, width, 0, QREF_ERROR_ARGUMENT);
  ASSERT_SCALE(CALL, update, x_scale);
  ASSERT_SCALE(CALL, update, out_scale);
  update.width = SIZE_MAX / 6; /* the state fits, floats for it do not */
  ASSERT_FIELD(CALL, update, tap_sum, floats, QREF_ERROR_OVERFLOW);
#undef CALL
  qref_conv1d_floatsim_rule rule = quamba()->conv1d_floatsim;
  qref_conv1d_silu_floatsim_args simulation = {.rule = &rule,
                                               .batch = 1,
                                               .channels = 2,
                                               .length = 3,
                                               .width = 4,
                                               .x = bytes,
                                               .w = bytes,
                                               .x_scale = 1.0f,
                                               .w_scale = 1.0f,
                                               .effective_scale = 1.0f,
                                               .after_quant = floats};
#define CALL qref_conv1d_silu_floatsim(&simulation, &error)
  ASSERT_FIELD(CALL, simulation, after_quant, NULL, QREF_ERROR_ARGUMENT);
  ASSERT_SCALE(CALL, simulation, effective_scale);
  rule.grid_rounding = QREF_ROUND_STOCHASTIC;
  ASSERT_REFUSED(CALL, QREF_ERROR_ARGUMENT, "grid_rounding");
#undef CALL
  qref_requantize_args requantize = {
      .rule = &quamba()->requantize, .count = 3, .x = floats, .scale = 1.0f, .y = output};
#define CALL qref_requantize(&requantize, &error)
  ASSERT_FIELD(CALL, requantize, count, 0, QREF_ERROR_ARGUMENT);
  ASSERT_SCALE(CALL, requantize, scale);
#undef CALL
}

static void test_linear(void **state) {
  (void)state;
  float weight_scale[2] = {1.0f, 1.0f};
  qref_linear_rule rule = quamba()->linear;
  qref_linear_w8a8_args args = {.rule = &rule,
                                .rows = 2,
                                .columns = 2,
                                .depth = 3,
                                .x = bytes,
                                .w = bytes,
                                .weight_scale = weight_scale,
                                .input_scale = 1.0f,
                                .y = output};
#define CALL qref_linear_w8a8_parallel(&args, &error)
  ASSERT_FIELD(CALL, args, depth, 0, QREF_ERROR_ARGUMENT);
  ASSERT_FIELD(CALL, args, y, NULL, QREF_ERROR_ARGUMENT);
  ASSERT_SCALE(CALL, args, input_scale);
  weight_scale[1] = -1.0f;
  ASSERT_REFUSED(CALL, QREF_ERROR_ARGUMENT, "weight_scale");
  weight_scale[1] = 1.0f;
  rule.accumulator.bits = 15;
  ASSERT_REFUSED(CALL, QREF_ERROR_ARGUMENT, "accumulator.bits");
#undef CALL
  rule.accumulator.bits = 32;
  ASSERT_REFUSED(qref_linear_w8a8_f16(&args, &error), QREF_ERROR_ARGUMENT, "y_f16");
  qref_linear_f32_args f32 = {
      .rows = 2, .columns = 4, .depth = 2, .x = floats, .w = floats, .y = floats, .y_row_stride = 3};
  ASSERT_REFUSED(qref_linear_f32(&f32, &error), QREF_ERROR_ARGUMENT, "y_row_stride");
}

static void test_scan(void **state) {
  (void)state;
  qref_selective_scan_args args = {.rule = &quamba()->selective_scan,
                                   .batch = 1,
                                   .channels = 2,
                                   .length = 3,
                                   .states = 4,
                                   .u = bytes,
                                   .dt = bytes,
                                   .A_log = bytes,
                                   .B = bytes,
                                   .C = bytes,
                                   .D = bytes,
                                   .z = bytes,
                                   .dt_bias = bytes,
                                   .scales = {1, 1, 1, 1, 1, 1, 1, 1, 1},
                                   .y = halves,
                                   .state = output,
                                   .scratch = floats};
#define CALL qref_selective_scan(&args, &error)
  ASSERT_FIELD(CALL, args, states, 0, QREF_ERROR_ARGUMENT);
  ASSERT_FIELD(CALL, args, scratch, NULL, QREF_ERROR_ARGUMENT);
  ASSERT_FIELD(CALL, args, y_time_stride, 1, QREF_ERROR_ARGUMENT);
  ASSERT_SCALE(CALL, args, scales.u);
  ASSERT_SCALE(CALL, args, scales.dt_bias);
  ASSERT_SCALE(CALL, args, scales.D);
  ASSERT_SCALE(CALL, args, scales.z);
  ASSERT_SCALE(CALL, args, scales.state);
  args.state_before_rounding = floats;
  ASSERT_FIELD(CALL, args, state, NULL, QREF_ERROR_ARGUMENT);
  args.state_before_rounding = NULL;
  args.length = SIZE_MAX / 40; /* y fits, floats for every state of every step do not */
  assert_int_equal(qref_selective_scan_check(&args, NULL), QREF_OK);
  ASSERT_FIELD(CALL, args, decay, floats, QREF_ERROR_OVERFLOW);
  ASSERT_FIELD(CALL, args, state_input, floats, QREF_ERROR_OVERFLOW);
  ASSERT_FIELD(CALL, args, h, floats, QREF_ERROR_OVERFLOW);
  args.length = SIZE_MAX / 8;
  ASSERT_REFUSED(CALL, QREF_ERROR_OVERFLOW, "'y'");
#undef CALL
  qref_selective_scan_update_args update = {.rule = &quamba()->selective_scan_update,
                                            .batch = 1,
                                            .channels = 2,
                                            .states = 4,
                                            .state = output,
                                            .u = bytes,
                                            .dt = bytes,
                                            .A_log = bytes,
                                            .B = bytes,
                                            .C = bytes,
                                            .scales = {1, 1, 1, 1, 1, 1, 1, 1, 1},
                                            .y = halves};
#define CALL qref_selective_scan_update(&update, &error)
  ASSERT_FIELD(CALL, update, state, NULL, QREF_ERROR_ARGUMENT);
  ASSERT_SCALE(CALL, update, scales.state);
  update.states = SIZE_MAX / 6; /* the int8 state fits, floats for it do not */
  assert_int_equal(qref_selective_scan_update_check(&update, NULL), QREF_OK);
  ASSERT_FIELD(CALL, update, decay, floats, QREF_ERROR_OVERFLOW);
  ASSERT_FIELD(CALL, update, state_input, floats, QREF_ERROR_OVERFLOW);
  ASSERT_FIELD(CALL, update, h, floats, QREF_ERROR_OVERFLOW);
  ASSERT_FIELD(CALL, update, state_before_rounding, floats, QREF_ERROR_OVERFLOW);
#undef CALL
}

static void test_rows(void **state) {
  (void)state;
  qref_rmsnorm_args norm = {.rule = &quamba()->rmsnorm,
                            .rows = 2,
                            .n = 4,
                            .x = halves,
                            .weight = floats,
                            .eps = 1e-5f,
                            .out_scale = 1.0f,
                            .residual_out = floats,
                            .y = output};
#define CALL qref_rmsnorm(&norm, &error)
  ASSERT_FIELD(CALL, norm, n, 0, QREF_ERROR_ARGUMENT);
  ASSERT_FIELD(CALL, norm, residual_out, NULL, QREF_ERROR_ARGUMENT);
  ASSERT_FIELD(CALL, norm, eps, -1.0f, QREF_ERROR_ARGUMENT);
  ASSERT_SCALE(CALL, norm, out_scale);
#undef CALL
  qref_hadamard_args hadamard = {
      .rule = &quamba()->hadamard, .rows = 1, .dim = 8, .x = halves, .scale = 1.0f, .y = output, .scratch = floats};
#define CALL qref_hadamard(&hadamard, &error)
  ASSERT_FIELD(CALL, hadamard, dim, 20, QREF_ERROR_ARGUMENT);
  ASSERT_FIELD(CALL, hadamard, scratch, NULL, QREF_ERROR_ARGUMENT);
  ASSERT_SCALE(CALL, hadamard, scale);
#undef CALL
  const int32_t token = 0;
  qref_embedding_w8_args embedding = {.count = 1,
                                      .vocab_size = 1,
                                      .d_model = SIZE_MAX / 5, /* y fits, floats for it do not */
                                      .tokens = &token,
                                      .weight = bytes,
                                      .scale = halves,
                                      .y = halves};
  ASSERT_FIELD(qref_embedding_w8(&embedding, &error), embedding, before_store, floats, QREF_ERROR_OVERFLOW);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_conv1d), cmocka_unit_test(test_conv1d_update_and_floatsim),
      cmocka_unit_test(test_linear), cmocka_unit_test(test_scan),
      cmocka_unit_test(test_rows),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
