/* Every instruction set of backend cpu against the reference in the float32 scan: random shapes, strides, options and
 * ranges. */
#include "tests/backends/scan_fixture.h"

static float *values(size_t count, uint64_t seed, uint64_t which, float usual) {
  static const float ranges[] = {1e-40f, 1e-20f, 1e20f, 3e38f, INFINITY};
  const size_t choice = pick(seed, 30 + which, 0, seed % 3 == 0 ? 9 : 0);
  float *v = test_f32(count, seed * 100 + which, choice < 5 ? usual : 1.0f);
  for (size_t i = 0; i < count && choice >= 5; i++) {
    v[i] *= ranges[choice - 5]; /* 0 * infinity is a NaN */
  }
  return v;
}

static void check(const qref_backend *backend, uint64_t seed) {
  const size_t B = pick(seed, 0, 1, 3), D = pick(seed, 1, 1, 40), N = pick_states(seed),
               T = pick(seed, 3, 1, seed % 32 == 0 ? 4200 : 100),
               stride = D + pick(seed, 4, 0, 1) * pick(seed, 5, 0, 9);
  float *u = values(B * D * T, seed, 0, 3.0f), *dt = values(B * D * T, seed, 1, 4.0f),
        *z = values(B * D * T, seed, 2, 6.0f), *A_log = values(D * N, seed, 3, 3.0f),
        *B_in = values(B * N * T, seed, 4, 2.0f), *C = values(B * N * T, seed, 5, 2.0f),
        *D_in = values(D, seed, 6, 1.0f), *dt_bias = values(D, seed, 7, 20.0f),
        *scratch = filled(qref_selective_scan_scratch(N), sizeof(float));
  float *h[2], *y[2];
  for (int i = 0; i < 2; i++) {
    h[i] = values(B * D * N, seed, 8, 1.0f);
    y[i] = filled(B * T * stride, sizeof(float));
    const qref_selective_scan_f32_args args = {
        .batch = B,
        .channels = D,
        .length = T,
        .states = N,
        .u = u,
        .dt = dt,
        .A_log = A_log,
        .B = B_in,
        .C = C,
        .D = pick(seed, 10, 0, 3) != 0 ? D_in : NULL,
        .z = pick(seed, 11, 0, 3) != 0 ? z : NULL,
        .dt_bias = pick(seed, 12, 0, 3) != 0 ? dt_bias : NULL,
        .y = y[i],
        .y_time_stride = stride != D ? stride : 0,
        .h = h[i],
        .scratch = scratch,
        .threads = (int)pick(seed, 13, 1, 3),
    };
    assert_int_equal((i == 0 ? reference() : backend)->selective_scan_f32(&args, NULL), QREF_OK);
  }
  char what[128];
  snprintf(what, sizeof what, "%s, seed %llu", backend->name, (unsigned long long)seed);
  assert_same_bytes(y[1], y[0], B * T * stride * sizeof(float), what);
  assert_same_bytes(h[1], h[0], B * D * N * sizeof(float), what);
  void *memory[] = {u, dt, z, A_log, B_in, C, D_in, dt_bias, scratch, h[0], h[1], y[0], y[1]};
  free_all(memory, sizeof memory / sizeof memory[0]);
}

static void test_levels_match_ref(void **state) {
  (void)state;
  on_every_level(QREF_OP_SELECTIVE_SCAN_F32, check, 90);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_levels_match_ref)};
  return cmocka_run_group_tests_name("scan in float32", tests, NULL, NULL);
}
