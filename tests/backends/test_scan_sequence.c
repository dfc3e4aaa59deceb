/* Every instruction set of backend cpu and the emulated CUDA module against the reference in the scan of whole
 * sequences, without intermediates: random shapes, strides, chunks, options, rules and scales. */
#include "tests/backends/scan_fixture.h"

typedef struct outputs {
  qref_float16 *y;
  int8_t *state;
  float *h_final;
  qref_counts counts;
} outputs;

static qref_scan_rule pick_rule(uint64_t seed) {
  qref_scan_rule rule = quamba()->selective_scan;
  if (seed % 7 == 1) {
    rule.softplus = (qref_function_rule){QREF_FUNCTION_TABLE, 64, -4.0f, 4.0f};
    rule.decay = (qref_function_rule){QREF_FUNCTION_TABLE, 100, -8.0f, 0.0f};
  }
  if (seed % 7 == 2) {
    rule.state_update = QREF_MULTIPLY_ADD_SEPARATE;
  }
  if (seed % 7 == 3) {
    rule.output_sum = QREF_MULTIPLY_ADD_SEPARATE;
  }
  if (seed % 7 == 4) {
    rule.state.round = (qref_rounding_rule){QREF_ROUND_STOCHASTIC, QREF_OVERFLOW_SATURATE, seed};
  }
  if (seed % 7 == 5) {
    rule.dt_bias_add = QREF_MULTIPLY_ADD_SEPARATE;
    rule.softplus_form = QREF_SOFTPLUS_LOG_EXP_PLUS_1;
    rule.state_prescale = 100.0f;
    rule.state = (qref_quantize_rule){QREF_SCALE_MULTIPLIER, {QREF_ROUND_HALF_EVEN, QREF_OVERFLOW_WRAP, 0}};
  }
  return rule;
}

static void check_batches(const qref_backend *backend, uint64_t seed, size_t most_batches) {
  const size_t B = pick(seed, 0, 1, most_batches), D = pick(seed, 1, 1, 40), N = pick_states(seed),
               T = pick(seed, 3, 1, seed % 16 == 0 ? 5000 : 100),
               stride = D + pick(seed, 4, 0, 1) * pick(seed, 5, 0, 9), chunk = pick(seed, 6, 0, T + 3),
               chunks = (T - 1) / (chunk != 0 ? chunk : 2048) + 1;
  const qref_scan_rule rule = pick_rule(seed);
  int8_t *u = test_int8(B * D * T, seed), *dt = test_int8(B * D * T, seed + 1), *z = test_int8(B * D * T, seed + 2),
         *A_log = test_int8(D * N, seed + 3), *B_in = test_int8(B * N * T, seed + 4),
         *C = test_int8(B * N * T, seed + 5), *D_in = test_int8(D, seed + 6), *dt_bias = test_int8(D, seed + 7);
  float *scratch = test_allocate(qref_selective_scan_scratch(N), sizeof(float));
  float *h_initial = test_f32(B * D * N, seed + 8, seed % 5 == 0 ? 1e38f : 2.0f);
  const bool in_place = pick(seed, 7, 0, 1) != 0;
  outputs runs[2] = {{.y = NULL}};
  for (int i = 0; i < 2; i++) {
    outputs *run = &runs[i];
    run->y = filled(B * T * stride, sizeof(qref_float16));
    run->state = filled(B * D * chunks * N, 1);
    run->h_final = filled(B * D * N, sizeof(float));
    if (in_place) {
      memcpy(run->h_final, h_initial, B * D * N * sizeof(float));
    }
    const qref_selective_scan_args args = {
        .rule = &rule,
        .batch = B,
        .channels = D,
        .length = T,
        .states = N,
        .u = u,
        .dt = dt,
        .A_log = A_log,
        .B = B_in,
        .C = C,
        .D = pick(seed, 8, 0, 3) != 0 ? D_in : NULL,
        .z = pick(seed, 9, 0, 3) != 0 ? z : NULL,
        .dt_bias = pick(seed, 10, 0, 3) != 0 ? dt_bias : NULL,
        .scales = pick_scales(seed),
        .softplus = pick(seed, 20, 0, 3) != 0,
        .chunk_length = chunk,
        .h_initial = in_place                    ? run->h_final
                     : pick(seed, 21, 0, 1) != 0 ? h_initial
                                                 : NULL,
        .y = run->y,
        .y_time_stride = stride != D ? stride : 0,
        .state = pick(seed, 22, 0, 3) != 0 ? run->state : NULL,
        .h_final = in_place || pick(seed, 23, 0, 3) != 0 ? run->h_final : NULL,
        .scratch = scratch,
        .counts = &run->counts,
        .threads = (int)pick(seed, 24, 1, 3),
    };
    assert_int_equal((i == 0 ? reference() : backend)->selective_scan(&args, NULL), QREF_OK);
  }
  char what[128];
  snprintf(what, sizeof what, "%s, seed %llu", backend->name, (unsigned long long)seed);
  assert_same_bytes(runs[1].y, runs[0].y, B * T * stride * sizeof(qref_float16), what);
  assert_same_bytes(runs[1].state, runs[0].state, B * D * chunks * N, what);
  assert_same_bytes(runs[1].h_final, runs[0].h_final, B * D * N * sizeof(float), what);
  assert_same_counts(&runs[1].counts, &runs[0].counts);
  for (int i = 0; i < 2; i++) {
    free(runs[i].y);
    free(runs[i].state);
    free(runs[i].h_final);
  }
  void *inputs[] = {u, dt, z, A_log, B_in, C, D_in, dt_bias, scratch, h_initial};
  free_all(inputs, sizeof inputs / sizeof inputs[0]);
}

static void check(const qref_backend *backend, uint64_t seed) {
  check_batches(backend, seed, 3);
}

/* With the rule of quamba and 16 states, as the tables of the CUDA module want it. */
static void check_module(const qref_backend *backend, uint64_t seed) {
  check_batches(backend, 14 * seed, seed % 2 == 0 ? 3 : 20);
}

static void test_cuda_module_matches_ref(void **state) {
  (void)state;
  on_cuda_module(check_module, 30);
}

static void test_levels_match_ref(void **state) {
  (void)state;
  on_every_level(QREF_OP_SELECTIVE_SCAN, check, 120);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_levels_match_ref),
                                     cmocka_unit_test(test_cuda_module_matches_ref)};
  return cmocka_run_group_tests_name("scan of whole sequences", tests, NULL, NULL);
}
