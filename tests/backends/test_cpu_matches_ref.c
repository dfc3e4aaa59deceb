/* Backend cpu against backend ref: memcmp on random shapes, thread counts, profiles and options. */
#include "tests/ops/fixture.h"

static const qref_backend *ref;
static const qref_backend *cpu;

/* Profiles whose numerics differ in kind: the defaults, a stochastic one, and a narrow saturating accumulator. */
static qref_profile profiles[3];
enum { PROFILES = 3 };

static int find_backends(void **state) {
  (void)state;
  profiles[0] = *quamba();
  profiles[1] = *quamba();
  profiles[2] = *quamba();
  qref_rounding_rule stochastic = {QREF_ROUND_STOCHASTIC, QREF_OVERFLOW_SATURATE, 7};
  profiles[1].conv1d_silu.output.round = stochastic;
  profiles[1].linear.output = stochastic;
  profiles[1].linear_row.output = stochastic;
  profiles[1].selective_scan.state.round = stochastic;
  profiles[1].selective_scan_update.state.round = stochastic;
  profiles[1].rmsnorm.output.round = stochastic;
  profiles[1].hadamard.output = stochastic;
  qref_accumulator_rule narrow = {18, QREF_OVERFLOW_SATURATE};
  profiles[2].conv1d_silu.accumulator = narrow;
  profiles[2].linear.accumulator = narrow;
  profiles[2].linear_row.accumulator = narrow;
  profiles[2].linear_per_channel.accumulator = narrow;
  profiles[2].hadamard.output.overflow = QREF_OVERFLOW_SATURATE;
  return qref_backend_find("ref", &ref, NULL) == QREF_OK && qref_backend_find("cpu", &cpu, NULL) == QREF_OK ? 0 : -1;
}

/* Small cases stay on one thread; every tenth is long enough to be cut. */
static size_t lengthen(uint64_t seed, size_t most, size_t factor) {
  return seed % 10 == 0 ? most * factor : most;
}

static size_t pick(uint64_t seed, uint64_t which, size_t least, size_t most) {
  return least + (size_t)(qref_random_bits(seed, 99, which) % (most - least + 1));
}

static void assert_same_counts(const qref_counts *a, const qref_counts *b) {
  assert_int_equal(a->saturated, b->saturated);
  assert_int_equal(a->wrapped, b->wrapped);
  assert_int_equal(a->not_a_number, b->not_a_number);
  assert_int_equal(a->nonpositive_rows, b->nonpositive_rows);
  assert_int_equal(a->accumulator_overflows, b->accumulator_overflows);
}

static void check_conv1d(uint64_t seed) {
  const qref_profile *profile = &profiles[seed % PROFILES];
  size_t B = pick(seed, 0, 1, 3), D = pick(seed, 1, 1, 9), T = pick(seed, 2, 1, lengthen(seed, 40, 100)),
         W = pick(seed, 3, 1, 6);
  size_t count = B * D * T;
  int8_t *x = test_int8(count, seed);
  int8_t *w = test_int8(D * W, seed + 1000);
  int8_t *bias = test_int8(D, seed + 2000);
  int8_t *y[2];
  int32_t *acc[2];
  float *before[2];
  float *after[2];
  float *f32[2];
  qref_counts counts[2] = {{0}, {0}};
  float *f32_x = test_f32(count, seed, 2.0f);
  float *f32_w = test_f32(D * W, seed + 1, 1.0f);
  for (int i = 0; i < 2; i++) {
    const qref_backend *backend = i == 0 ? ref : cpu;
    y[i] = test_allocate(count, 1);
    acc[i] = test_allocate(count, sizeof(int32_t));
    before[i] = test_allocate(count, sizeof(float));
    after[i] = test_allocate(count, sizeof(float));
    f32[i] = test_allocate(count, sizeof(float));
    int threads = (int)pick(seed, 4, 1, 4);
    qref_conv1d_silu_args args = {.rule = &profile->conv1d_silu,
                                  .batch = B,
                                  .channels = D,
                                  .length = T,
                                  .width = W,
                                  .x = x,
                                  .w = w,
                                  .bias = seed % 2 == 0 ? bias : NULL,
                                  .x_scale = 0.05f,
                                  .w_scale = 0.008f,
                                  .bias_scale = 0.01f,
                                  .out_scale = 0.03f,
                                  .silu = seed % 5 != 0,
                                  .y = y[i],
                                  .accumulator = acc[i],
                                  .before_rounding = before[i],
                                  .counts = &counts[i],
                                  .threads = threads};
    assert_int_equal(backend->conv1d_silu(&args, NULL), QREF_OK);
    qref_conv1d_silu_floatsim_args simulation = {.rule = &profile->conv1d_floatsim,
                                                 .batch = B,
                                                 .channels = D,
                                                 .length = T,
                                                 .width = W,
                                                 .x = x,
                                                 .w = w,
                                                 .bias = args.bias,
                                                 .x_scale = 0.05f,
                                                 .w_scale = 0.008f,
                                                 .bias_scale = 0.01f,
                                                 .effective_scale = 0.03f,
                                                 .silu = args.silu,
                                                 .after_quant = after[i],
                                                 .threads = threads};
    assert_int_equal(backend->conv1d_silu_floatsim(&simulation, NULL), QREF_OK);
    qref_conv1d_silu_f32_args f32_args = {
        .batch = B, .channels = D, .length = T, .width = W, .x = f32_x, .w = f32_w, .y = f32[i], .threads = threads};
    assert_int_equal(backend->conv1d_silu_f32(&f32_args, NULL), QREF_OK);
  }
  assert_same_bytes(y[1], y[0], count, "conv1d_silu y");
  assert_same_bytes(acc[1], acc[0], count * sizeof(int32_t), "conv1d_silu accumulator");
  assert_same_bytes(before[1], before[0], count * sizeof(float), "conv1d_silu before_rounding");
  assert_same_bytes(after[1], after[0], count * sizeof(float), "conv1d_silu_floatsim after_quant");
  assert_same_bytes(f32[1], f32[0], count * sizeof(float), "conv1d_silu_f32 y");
  assert_same_counts(&counts[1], &counts[0]);
  for (int i = 0; i < 2; i++) {
    free(y[i]);
    free(acc[i]);
    free(before[i]);
    free(after[i]);
    free(f32[i]);
  }
  free(x);
  free(w);
  free(bias);
  free(f32_x);
  free(f32_w);
}

static void check_linear(uint64_t seed) {
  const qref_profile *profile = &profiles[seed % PROFILES];
  size_t M = pick(seed, 0, 1, 9), N = pick(seed, 1, 1, 50), K = pick(seed, 2, 1, lengthen(seed, 200, 40));
  int8_t *x = test_int8(M * K, seed);
  int8_t *w = test_int8(N * K, seed + 1000);
  float *scales = test_f32(N, seed, 0.0001f);
  for (size_t n = 0; n < N; n++) {
    scales[n] = fabsf(scales[n]) + 1e-5f;
  }
  float *f32_x = test_f32(M * K, seed, 2.0f);
  float *f32_w = test_f32(N * K, seed + 1, 1.0f);
  int8_t *y[2];
  qref_float16 *y_f16[2];
  float *y_f32[2];
  for (int form = 0; form < 5; form++) {
    qref_counts counts[2] = {{0}, {0}};
    for (int i = 0; i < 2; i++) {
      const qref_backend *backend = i == 0 ? ref : cpu;
      qref_status (*const functions[])(const qref_linear_w8a8_args *, qref_error *) = {
          backend->linear_w8a8, backend->linear_w8a8_f16, backend->linear_w8a8_parallel, backend->linear_w8a8_row,
          backend->linear_w8a8_per_channel};
      y[i] = test_allocate(M * N, 1);
      y_f16[i] = test_allocate(M * N, sizeof(qref_float16));
      qref_linear_w8a8_args args = {.rule = form == 4   ? &profile->linear_per_channel
                                            : form == 3 ? &profile->linear_row
                                                        : &profile->linear,
                                    .rows = M,
                                    .columns = N,
                                    .depth = K,
                                    .x = x,
                                    .w = w,
                                    .weight_scale = scales,
                                    .input_scale = 3.0f,
                                    .y = y[i],
                                    .y_f16 = y_f16[i],
                                    .counts = &counts[i],
                                    .threads = (int)pick(seed, 4, 1, 4)};
      assert_int_equal(functions[form](&args, NULL), QREF_OK);
    }
    assert_same_bytes(y[1], y[0], M * N, "linear y");
    assert_same_bytes(y_f16[1], y_f16[0], M * N * sizeof(qref_float16), "linear y_f16");
    assert_same_counts(&counts[1], &counts[0]);
    for (int i = 0; i < 2; i++) {
      free(y[i]);
      free(y_f16[i]);
    }
  }
  for (int i = 0; i < 2; i++) {
    y_f32[i] = test_allocate(M * (N + 3), sizeof(float));
    qref_linear_f32_args args = {.rows = M,
                                 .columns = N,
                                 .depth = K,
                                 .x = f32_x,
                                 .w = f32_w,
                                 .y = y_f32[i],
                                 .y_row_stride = N + 3,
                                 .threads = (int)pick(seed, 4, 1, 4)};
    assert_int_equal((i == 0 ? ref : cpu)->linear_f32(&args, NULL), QREF_OK);
  }
  assert_same_bytes(y_f32[1], y_f32[0], M * (N + 3) * sizeof(float), "linear_f32 y");
  free(y_f32[0]);
  free(y_f32[1]);
  free(x);
  free(w);
  free(scales);
  free(f32_x);
  free(f32_w);
}

static void check_scan(uint64_t seed) {
  const qref_profile *profile = &profiles[seed % PROFILES];
  size_t B = pick(seed, 0, 1, 3), D = pick(seed, 1, 1, 7), T = pick(seed, 2, 1, lengthen(seed, 30, 10)),
         N = pick(seed, 3, 1, 17);
  size_t chunk = pick(seed, 5, 1, 12);
  size_t stride = D + pick(seed, 6, 0, 3);
  size_t chunks = (T + chunk - 1) / chunk;
  size_t rows = B * D;
  int8_t *u = test_int8(rows * T, seed);
  int8_t *dt = test_int8(rows * T, seed + 1000);
  int8_t *z = test_int8(rows * T, seed + 2000);
  int8_t *A = test_int8(D * N, seed + 3000);
  int8_t *Bq = test_int8(B * N * T, seed + 4000);
  int8_t *C = test_int8(B * N * T, seed + 5000);
  int8_t *Dq = test_int8(D, seed + 6000);
  int8_t *db = test_int8(D, seed + 7000);
  float *f[7];
  for (uint64_t i = 0; i < 3; i++) {
    f[i] = test_f32(rows * T, seed + i, 1.0f);
  }
  f[3] = test_f32(D * N, seed + 3, 1.0f);
  f[4] = test_f32(B * N * T, seed + 4, 1.0f);
  f[5] = test_f32(B * N * T, seed + 5, 1.0f);
  f[6] = test_f32(D, seed + 6, 1.0f);
  const qref_scan_scales scales = {0.03f, 0.02f, 0.04f, 0.02f, 0.04f, 0.04f, 0.01f, 0.06f, 0.05f};
  qref_float16 *y[2];
  int8_t *stored[2];
  float *h[2];
  int8_t *state[2];
  qref_float16 *y_update[2];
  float *y_f32[2];
  float *h_f32[2];
  qref_counts counts[2] = {{0}, {0}};
  for (int i = 0; i < 2; i++) {
    const qref_backend *backend = i == 0 ? ref : cpu;
    int threads = (int)pick(seed, 4, 1, 4);
    float *scratch = test_allocate(qref_selective_scan_scratch(N), sizeof(float));
    y[i] = test_allocate(B * T * stride, sizeof(qref_float16));
    stored[i] = test_allocate(rows * chunks * N, 1);
    h[i] = test_f32(rows * N, seed + 8, 1.0f);
    state[i] = test_int8(rows * N, seed + 9);
    y_update[i] = test_allocate(rows, sizeof(qref_float16));
    y_f32[i] = test_allocate(B * T * stride, sizeof(float));
    h_f32[i] = test_f32(rows * N, seed + 8, 1.0f);
    qref_selective_scan_args args = {.rule = &profile->selective_scan,
                                     .batch = B,
                                     .channels = D,
                                     .length = T,
                                     .states = N,
                                     .u = u,
                                     .dt = dt,
                                     .A_log = A,
                                     .B = Bq,
                                     .C = C,
                                     .D = seed % 2 == 0 ? Dq : NULL,
                                     .z = seed % 3 == 0 ? z : NULL,
                                     .dt_bias = seed % 5 == 0 ? NULL : db,
                                     .scales = scales,
                                     .softplus = true,
                                     .chunk_length = chunk,
                                     .h_initial = h[i],
                                     .h_final = h[i],
                                     .y = y[i],
                                     .y_time_stride = stride,
                                     .state = stored[i],
                                     .scratch = scratch,
                                     .counts = &counts[i],
                                     .threads = threads};
    assert_int_equal(backend->selective_scan(&args, NULL), QREF_OK);
    qref_selective_scan_update_args update = {.rule = &profile->selective_scan_update,
                                              .batch = B,
                                              .channels = D,
                                              .states = N,
                                              .state = state[i],
                                              .u = u,
                                              .dt = dt,
                                              .A_log = A,
                                              .B = Bq,
                                              .C = C,
                                              .D = args.D,
                                              .z = args.z,
                                              .dt_bias = args.dt_bias,
                                              .scales = scales,
                                              .softplus = true,
                                              .y = y_update[i],
                                              .counts = &counts[i],
                                              .threads = threads};
    assert_int_equal(backend->selective_scan_update(&update, NULL), QREF_OK);
    qref_selective_scan_f32_args f32_args = {.batch = B,
                                             .channels = D,
                                             .length = T,
                                             .states = N,
                                             .u = f[0],
                                             .dt = f[1],
                                             .z = seed % 3 == 0 ? f[2] : NULL,
                                             .A_log = f[3],
                                             .B = f[4],
                                             .C = f[5],
                                             .D = f[6],
                                             .y = y_f32[i],
                                             .y_time_stride = stride,
                                             .h = h_f32[i],
                                             .scratch = scratch,
                                             .threads = threads};
    assert_int_equal(backend->selective_scan_f32(&f32_args, NULL), QREF_OK);
    free(scratch);
  }
  assert_same_bytes(y[1], y[0], B * T * stride * sizeof **y, "selective_scan y");
  assert_same_bytes(stored[1], stored[0], rows * chunks * N, "selective_scan state");
  assert_same_bytes(h[1], h[0], rows * N * sizeof(float), "selective_scan h");
  assert_same_bytes(state[1], state[0], rows * N, "selective_scan_update state");
  assert_same_bytes(y_update[1], y_update[0], rows * sizeof **y, "selective_scan_update y");
  assert_same_bytes(y_f32[1], y_f32[0], B * T * stride * sizeof(float), "selective_scan_f32 y");
  assert_same_bytes(h_f32[1], h_f32[0], rows * N * sizeof(float), "selective_scan_f32 h");
  assert_same_counts(&counts[1], &counts[0]);
  for (int i = 0; i < 2; i++) {
    free(y[i]);
    free(stored[i]);
    free(h[i]);
    free(state[i]);
    free(y_update[i]);
    free(y_f32[i]);
    free(h_f32[i]);
  }
  for (int i = 0; i < 7; i++) {
    free(f[i]);
  }
  free(u);
  free(dt);
  free(z);
  free(A);
  free(Bq);
  free(C);
  free(Dq);
  free(db);
}

static void check_rows(uint64_t seed) {
  const qref_profile *profile = &profiles[seed % PROFILES];
  const size_t dims[] = {1, 8, 12, 40, 96, 256};
  size_t rows = pick(seed, 0, 1, lengthen(seed, 9, 40)), n = dims[pick(seed, 1, 0, 5)];
  qref_float16 *x = test_f16(rows * n, seed, 4.0f);
  float *residual = test_f32(rows * n, seed, 4.0f);
  float *weight = test_f32(n, seed + 1, 2.0f);
  int8_t *y[2];
  int8_t *q[2];
  float *r[2];
  float *scale[2];
  float *v[2];
  qref_counts counts[2] = {{0}, {0}};
  for (int i = 0; i < 2; i++) {
    const qref_backend *backend = i == 0 ? ref : cpu;
    int threads = (int)pick(seed, 4, 1, 4);
    y[i] = test_allocate(rows * n, 1);
    q[i] = test_allocate(rows * n, 1);
    r[i] = test_allocate(rows * n, sizeof(float));
    v[i] = test_allocate(rows * n, sizeof(float));
    scale[i] = test_allocate(rows, sizeof(float));
    float *scratch = test_allocate(n, sizeof(float));
    qref_rmsnorm_args norm = {.rule = &profile->rmsnorm,
                              .rows = rows,
                              .n = n,
                              .x = x,
                              .residual = residual,
                              .weight = weight,
                              .eps = 1e-5f,
                              .out_scale = 0.02f,
                              .row_scale = seed % 2 == 0 ? scale[i] : NULL,
                              .residual_out = r[i],
                              .y = y[i],
                              .counts = &counts[i],
                              .threads = threads};
    assert_int_equal(backend->rmsnorm(&norm, NULL), QREF_OK);
    qref_hadamard_args hadamard = {.rule = &profile->hadamard,
                                   .rows = rows,
                                   .dim = n,
                                   .x = x,
                                   .scale = 5.0f,
                                   .y = q[i],
                                   .before_rounding = v[i],
                                   .scratch = scratch,
                                   .counts = &counts[i],
                                   .threads = threads};
    assert_int_equal(backend->hadamard(&hadamard, NULL), QREF_OK);
    free(scratch);
  }
  assert_same_bytes(y[1], y[0], rows * n, "rmsnorm y");
  assert_same_bytes(r[1], r[0], rows * n * sizeof(float), "rmsnorm residual_out");
  assert_same_bytes(scale[1], scale[0], rows * sizeof(float), "rmsnorm row_scale");
  assert_same_bytes(q[1], q[0], rows * n, "hadamard y");
  assert_same_bytes(v[1], v[0], rows * n * sizeof(float), "hadamard before_rounding");
  assert_same_counts(&counts[1], &counts[0]);
  for (int i = 0; i < 2; i++) {
    free(y[i]);
    free(q[i]);
    free(r[i]);
    free(v[i]);
    free(scale[i]);
  }
  free(x);
  free(residual);
  free(weight);
}

static void test_conv1d(void **state) {
  (void)state;
  for (uint64_t seed = 0; seed < 200; seed++) {
    check_conv1d(seed);
  }
}

static void test_linear(void **state) {
  (void)state;
  for (uint64_t seed = 0; seed < 100; seed++) {
    check_linear(seed);
  }
}

static void test_scan(void **state) {
  (void)state;
  for (uint64_t seed = 0; seed < 150; seed++) {
    check_scan(seed);
  }
}

static void test_rows(void **state) {
  (void)state;
  for (uint64_t seed = 0; seed < 200; seed++) {
    check_rows(seed);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_conv1d),
      cmocka_unit_test(test_linear),
      cmocka_unit_test(test_scan),
      cmocka_unit_test(test_rows),
  };
  return cmocka_run_group_tests(tests, find_backends, NULL);
}
