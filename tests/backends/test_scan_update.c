/* Every instruction set of backend cpu against the reference in the scan of one token, without intermediates: random
 * shapes, options, rules and scales, several tokens one after the other. */
#include "tests/backends/scan_fixture.h"

enum { TOKENS = 3 };

/* The rule of profile quamba, with up to one change, or several. */
static qref_scan_rule pick_rule(uint64_t seed) {
  qref_scan_rule rule = quamba()->selective_scan_update;
  switch (pick(seed, 40, 0, 13)) {
    case 0:
      rule.softplus = (qref_function_rule){QREF_FUNCTION_TABLE, 64, -4.0f, 4.0f};
      break;
    case 1:
      rule.decay = (qref_function_rule){QREF_FUNCTION_TABLE, 100, -8.0f, 0.0f};
      break;
    case 2:
      rule.state.round = (qref_rounding_rule){QREF_ROUND_STOCHASTIC, QREF_OVERFLOW_SATURATE, seed};
      break;
    case 3:
      rule.output_sum = QREF_MULTIPLY_ADD_SEPARATE;
      break;
    case 4:
      rule.state_update = QREF_MULTIPLY_ADD_FUSED;
      break;
    case 5:
      rule.dt_bias_add = QREF_MULTIPLY_ADD_FUSED;
      break;
    case 6:
      rule.softplus_form = QREF_SOFTPLUS_LOG1P_EXP;
      break;
    case 7:
      rule.state_prescale = 1.0f;
      break;
    case 8:
      rule.state.scale_form = QREF_SCALE_MULTIPLIER;
      break;
    case 9:
      rule.state.round.rounding = QREF_ROUND_HALF_AWAY;
      break;
    case 10:
      rule.state.round.overflow = QREF_OVERFLOW_WRAP;
      break;
    case 11:
      rule.dt_bias_add = QREF_MULTIPLY_ADD_FUSED;
      rule.state_update = QREF_MULTIPLY_ADD_FUSED;
      rule.softplus_form = QREF_SOFTPLUS_LOG1P_EXP;
      rule.state = (qref_quantize_rule){QREF_SCALE_MULTIPLIER, {QREF_ROUND_FLOOR, QREF_OVERFLOW_WRAP, 0}};
      break;
    default:
      break;
  }
  return rule;
}

/* Scales for the many channels in which a single unit in the last place shows, and under which h / s_state is a tie in
 * many: there a is 1, and the rest are powers of 2. */
static qref_scan_scales many_channels_scales(uint64_t seed) {
  if (seed % 12 == 4) {
    return (qref_scan_scales){0.02f, 0.01f, 0.01f, 0.01f, 0.02f, 0.02f, 0.01f, 0.04f, 0.05f};
  }
  return (qref_scan_scales){0x1p23f, 0x1p-30f, 0x1p-30f, 0.01f, 0.5f, 0.02f, 0.01f, 0.04f, 1.0f};
}

static void check(const qref_backend *backend, uint64_t seed) {
  const size_t B = seed % 6 == 4 ? 1 : pick(seed, 0, 1, 3), D = seed % 6 == 4 ? 3000 : pick(seed, 1, 1, 70),
               N = pick_states(seed);
  const qref_scan_rule rule = pick_rule(seed);
  int8_t *u = test_int8(TOKENS * B * D, seed), *dt = test_int8(TOKENS * B * D, seed + 1),
         *z = test_int8(TOKENS * B * D, seed + 2), *A_log = test_int8(D * N, seed + 3),
         *B_in = test_int8(TOKENS * B * N, seed + 4), *C = test_int8(TOKENS * B * N, seed + 5),
         *D_in = test_int8(D, seed + 6), *dt_bias = test_int8(D, seed + 7), *states[2];
  qref_float16 *ys[2];
  qref_counts counts[2] = {{0}};
  for (size_t i = 0; i < 2; i++) {
    states[i] = test_int8(B * D * N, seed + 8);
    ys[i] = filled(TOKENS * B * D, sizeof(qref_float16));
    for (size_t t = 0; t < TOKENS; t++) {
      const qref_selective_scan_update_args args = {
          .rule = &rule,
          .batch = B,
          .channels = D,
          .states = N,
          .state = states[i],
          .u = u + t * B * D,
          .dt = dt + t * B * D,
          .A_log = A_log,
          .B = B_in + t * B * N,
          .C = C + t * B * N,
          .D = pick(seed, 8, 0, 3) != 0 ? D_in : NULL,
          .z = pick(seed, 9, 0, 3) != 0 ? z + t * B * D : NULL,
          .dt_bias = pick(seed, 10, 0, 3) != 0 ? dt_bias : NULL,
          .scales = seed % 6 == 4 ? many_channels_scales(seed) : pick_scales(seed),
          .softplus = seed % 12 != 10 && pick(seed, 20, 0, 3) != 0,
          .y = ys[i] + t * B * D,
          .counts = &counts[i],
          .threads = (int)pick(seed, 24, 1, 3),
      };
      assert_int_equal((i == 0 ? reference() : backend)->selective_scan_update(&args, NULL), QREF_OK);
    }
  }
  char what[128];
  snprintf(what, sizeof what, "%s, seed %llu", backend->name, (unsigned long long)seed);
  assert_same_bytes(ys[1], ys[0], TOKENS * B * D * sizeof(qref_float16), what);
  assert_same_bytes(states[1], states[0], B * D * N, what);
  assert_same_counts(&counts[1], &counts[0]);
  void *memory[] = {u, dt, z, A_log, B_in, C, D_in, dt_bias, states[0], states[1], ys[0], ys[1]};
  free_all(memory, sizeof memory / sizeof memory[0]);
}

static void test_levels_match_ref(void **state) {
  (void)state;
  on_every_level(QREF_OP_SELECTIVE_SCAN_UPDATE, check, 300);
}

/* Scales by which even 0 becomes a NaN, with states that do not fill their last vector. */
static void check_padding(const qref_backend *backend, uint64_t seed) {
  static const uint64_t seeds[] = {987, 1155, 1377};
  check(backend, seeds[seed % 3]);
}

static void test_padding_is_not_counted(void **state) {
  (void)state;
  on_every_level(QREF_OP_SELECTIVE_SCAN_UPDATE, check_padding, 3);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_levels_match_ref),
                                     cmocka_unit_test(test_padding_is_not_counted)};
  return cmocka_run_group_tests_name("scan of one token", tests, NULL, NULL);
}
