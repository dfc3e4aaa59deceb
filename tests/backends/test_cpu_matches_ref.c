/* Backend cpu against backend ref: memcmp of every output and intermediate on random shapes, thread counts, profiles
 * and options. */
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

/* What one backend writes, by name. */
enum { MOST_TENSORS = 40 };
typedef struct written {
  struct {
    const char *name;
    void *data;
    size_t size;
  } tensors[MOST_TENSORS];
  size_t count;
  qref_counts counts;
} written;

/* Takes over `data`, of `size` bytes. */
static void *keep(written *run, const char *name, void *data, size_t size) {
  assert_true(run->count < MOST_TENSORS);
  run->tensors[run->count].name = name;
  run->tensors[run->count].data = data;
  run->tensors[run->count].size = size;
  run->count++;
  return data;
}

/* An output in which an element that an op leaves alone shows. */
static void *output(written *run, const char *name, size_t count, size_t size) {
  return keep(run, name, memset(test_allocate(count, size), 0xff, count * size), count * size);
}

static float *floats(written *run, const char *name, size_t count) {
  return output(run, name, count, sizeof(float));
}

/* The second run wrote what the first did; frees both. */
static void assert_same_written(written runs[2]) {
  assert_int_equal(runs[1].count, runs[0].count);
  for (size_t i = 0; i < runs[0].count; i++) {
    assert_string_equal(runs[1].tensors[i].name, runs[0].tensors[i].name);
    assert_int_equal(runs[1].tensors[i].size, runs[0].tensors[i].size);
    assert_same_bytes(runs[1].tensors[i].data, runs[0].tensors[i].data, runs[0].tensors[i].size,
                      runs[0].tensors[i].name);
    free(runs[0].tensors[i].data);
    free(runs[1].tensors[i].data);
  }
  const qref_counts *a = &runs[1].counts;
  const qref_counts *b = &runs[0].counts;
  assert_int_equal(a->saturated, b->saturated);
  assert_int_equal(a->wrapped, b->wrapped);
  assert_int_equal(a->not_a_number, b->not_a_number);
  assert_int_equal(a->nonpositive_rows, b->nonpositive_rows);
  assert_int_equal(a->accumulator_overflows, b->accumulator_overflows);
}

static bool is_long(uint64_t seed) {
  return seed % 10 == 0;
}

/* Small cases stay on one thread; every tenth is long enough to be cut. */
static size_t lengthen(uint64_t seed, size_t most, size_t factor) {
  return is_long(seed) ? most * factor : most;
}

static size_t pick(uint64_t seed, uint64_t which, size_t least, size_t most) {
  return least + (size_t)(qref_random_bits(seed, 99, which) % (most - least + 1));
}

static int pick_threads(uint64_t seed) {
  return (int)pick(seed, 4, is_long(seed) ? 2 : 1, 4);
}

static void check_conv1d(uint64_t seed) {
  const qref_profile *profile = &profiles[seed % PROFILES];
  size_t B = pick(seed, 0, 1, 3), D = pick(seed, 1, 1, 9), T = pick(seed, 2, 1, lengthen(seed, 40, 100)),
         W = pick(seed, 3, 1, 6);
  size_t count = B * D * T;
  int threads = pick_threads(seed);
  int8_t *x = test_int8(count, seed);
  int8_t *w = test_int8(D * W, seed + 1000);
  int8_t *bias = test_int8(D, seed + 2000);
  float *f32_x = test_f32(count, seed, 2.0f);
  float *f32_w = test_f32(D * W, seed + 1, 1.0f);
  float *f32_bias = test_f32(D, seed + 2, 1.0f);
  written runs[2] = {0};
  for (int i = 0; i < 2; i++) {
    const qref_backend *backend = i == 0 ? ref : cpu;
    written *run = &runs[i];
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
                                  .y = output(run, "conv1d_silu y", count, 1),
                                  .accumulator = output(run, "conv1d_silu accumulator", count, sizeof(int32_t)),
                                  .before_activation = floats(run, "conv1d_silu before_activation", count),
                                  .after_activation = floats(run, "conv1d_silu after_activation", count),
                                  .before_rounding = floats(run, "conv1d_silu before_rounding", count),
                                  .counts = &run->counts,
                                  .threads = threads};
    assert_int_equal(backend->conv1d_silu(&args, NULL), QREF_OK);
    qref_conv1d_silu_update_args update = {
        .rule = &profile->conv1d_silu_update,
        .batch = B,
        .channels = D,
        .width = W,
        .state = keep(run, "conv1d_silu_update state", test_int8(B * D * W, seed + 3000), B * D * W),
        .x = x,
        .w = w,
        .bias = args.bias,
        .x_scale = 0.05f,
        .w_scale = 0.008f,
        .bias_scale = 0.01f,
        .out_scale = 0.03f,
        .silu = args.silu,
        .y = output(run, "conv1d_silu_update y", B * D, 1),
        .tap_sum = floats(run, "conv1d_silu_update tap_sum", B * D * W),
        .before_activation = floats(run, "conv1d_silu_update before_activation", B * D),
        .after_activation = floats(run, "conv1d_silu_update after_activation", B * D),
        .before_rounding = floats(run, "conv1d_silu_update before_rounding", B * D),
        .counts = &run->counts,
        .threads = threads};
    assert_int_equal(backend->conv1d_silu_update(&update, NULL), QREF_OK);
    qref_conv1d_silu_floatsim_args simulation = {
        .rule = &profile->conv1d_floatsim,
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
        .before_activation = floats(run, "conv1d_silu_floatsim before_activation", count),
        .before_quant = floats(run, "conv1d_silu_floatsim before_quant", count),
        .before_rounding = floats(run, "conv1d_silu_floatsim before_rounding", count),
        .after_quant = floats(run, "conv1d_silu_floatsim after_quant", count),
        .threads = threads};
    assert_int_equal(backend->conv1d_silu_floatsim(&simulation, NULL), QREF_OK);
    qref_requantize_args requantize = {.rule = &profile->requantize,
                                       .count = count,
                                       .x = simulation.after_quant,
                                       .scale = 0.02f,
                                       .y = output(run, "requantize y", count, 1),
                                       .before_rounding = floats(run, "requantize before_rounding", count),
                                       .counts = &run->counts,
                                       .threads = threads};
    assert_int_equal(backend->requantize(&requantize, NULL), QREF_OK);
    qref_conv1d_silu_f32_args f32_args = {.batch = B,
                                          .channels = D,
                                          .length = T,
                                          .width = W,
                                          .x = f32_x,
                                          .w = f32_w,
                                          .bias = seed % 2 == 0 ? f32_bias : NULL,
                                          .y = floats(run, "conv1d_silu_f32 y", count),
                                          .threads = threads};
    assert_int_equal(backend->conv1d_silu_f32(&f32_args, NULL), QREF_OK);
  }
  assert_same_written(runs);
  free(x);
  free(w);
  free(bias);
  free(f32_x);
  free(f32_w);
  free(f32_bias);
}

static void check_linear(uint64_t seed) {
  const qref_profile *profile = &profiles[seed % PROFILES];
  size_t M = pick(seed, 0, 1, 9), N = pick(seed, 1, 1, 50), K = pick(seed, 2, 1, lengthen(seed, 200, 40));
  int threads = pick_threads(seed);
  int8_t *x = test_int8(M * K, seed);
  int8_t *w = test_int8(N * K, seed + 1000);
  float *scales = test_f32(N, seed, 0.0001f);
  for (size_t n = 0; n < N; n++) {
    scales[n] = fabsf(scales[n]) + 1e-5f;
  }
  float *f32_x = test_f32(M * K, seed, 2.0f);
  float *f32_w = test_f32(N * K, seed + 1, 1.0f);
  for (int form = 0; form < 5; form++) {
    written runs[2] = {0};
    for (int i = 0; i < 2; i++) {
      const qref_backend *backend = i == 0 ? ref : cpu;
      written *run = &runs[i];
      qref_status (*const functions[])(const qref_linear_w8a8_args *, qref_error *) = {
          backend->linear_w8a8, backend->linear_w8a8_f16, backend->linear_w8a8_parallel, backend->linear_w8a8_row,
          backend->linear_w8a8_per_channel};
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
                                    .y = output(run, "linear y", M * N, 1),
                                    .y_f16 = output(run, "linear y_f16", M * N, sizeof(qref_float16)),
                                    .accumulator = output(run, "linear accumulator", M * N, sizeof(int32_t)),
                                    .before_rounding = floats(run, "linear before_rounding", M * N),
                                    .counts = &run->counts,
                                    .threads = threads};
      assert_int_equal(functions[form](&args, NULL), QREF_OK);
    }
    assert_same_written(runs);
  }
  written runs[2] = {0};
  for (int i = 0; i < 2; i++) {
    qref_linear_f32_args args = {.rows = M,
                                 .columns = N,
                                 .depth = K,
                                 .x = f32_x,
                                 .w = f32_w,
                                 .y = floats(&runs[i], "linear_f32 y", M * (N + 3)),
                                 .y_row_stride = N + 3,
                                 .threads = threads};
    assert_int_equal((i == 0 ? ref : cpu)->linear_f32(&args, NULL), QREF_OK);
  }
  assert_same_written(runs);
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
  int threads = pick_threads(seed);
  int8_t *u = test_int8(rows * T, seed);
  int8_t *dt = test_int8(rows * T, seed + 1000);
  int8_t *z = test_int8(rows * T, seed + 2000);
  int8_t *A = test_int8(D * N, seed + 3000);
  int8_t *Bq = test_int8(B * N * T, seed + 4000);
  int8_t *C = test_int8(B * N * T, seed + 5000);
  int8_t *Dq = test_int8(D, seed + 6000);
  int8_t *db = test_int8(D, seed + 7000);
  float *f[8];
  for (uint64_t i = 0; i < 3; i++) {
    f[i] = test_f32(rows * T, seed + i, 1.0f);
  }
  f[3] = test_f32(D * N, seed + 3, 1.0f);
  f[4] = test_f32(B * N * T, seed + 4, 1.0f);
  f[5] = test_f32(B * N * T, seed + 5, 1.0f);
  f[6] = test_f32(D, seed + 6, 1.0f);
  f[7] = test_f32(D, seed + 7, 1.0f);
  float *scratch = test_allocate(qref_selective_scan_scratch(N), sizeof(float));
  const qref_scan_scales scales = {0.03f, 0.02f, 0.04f, 0.02f, 0.04f, 0.04f, 0.01f, 0.06f, 0.05f};
  written runs[2] = {0};
  for (int i = 0; i < 2; i++) {
    const qref_backend *backend = i == 0 ? ref : cpu;
    written *run = &runs[i];
    float *h = keep(run, "selective_scan h_final", test_f32(rows * N, seed + 8, 1.0f), rows * N * sizeof(float));
    qref_selective_scan_args args = {
        .rule = &profile->selective_scan,
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
        .softplus = seed % 7 != 0,
        .chunk_length = chunk,
        .h_initial = h,
        .h_final = h,
        .y = output(run, "selective_scan y", B * T * stride, sizeof(qref_float16)),
        .y_time_stride = stride,
        .state = output(run, "selective_scan state", rows * chunks * N, 1),
        .dt_before_softplus = floats(run, "selective_scan dt_before_softplus", rows * T),
        .dt_after_softplus = floats(run, "selective_scan dt_after_softplus", rows * T),
        .decay = floats(run, "selective_scan decay", rows * T * N),
        .state_input = floats(run, "selective_scan state_input", rows * T * N),
        .h = floats(run, "selective_scan h", rows * T * N),
        .sum = floats(run, "selective_scan sum", rows * T),
        .before_store = floats(run, "selective_scan before_store", B * T * stride),
        .state_before_rounding = floats(run, "selective_scan state_before_rounding", rows * chunks * N),
        .scratch = scratch,
        .counts = &run->counts,
        .threads = threads};
    assert_int_equal(backend->selective_scan(&args, NULL), QREF_OK);
    qref_selective_scan_update_args update = {
        .rule = &profile->selective_scan_update,
        .batch = B,
        .channels = D,
        .states = N,
        .state = keep(run, "selective_scan_update state", test_int8(rows * N, seed + 9), rows * N),
        .u = u,
        .dt = dt,
        .A_log = A,
        .B = Bq,
        .C = C,
        .D = args.D,
        .z = args.z,
        .dt_bias = args.dt_bias,
        .scales = scales,
        .softplus = args.softplus,
        .y = output(run, "selective_scan_update y", rows, sizeof(qref_float16)),
        .dt_before_softplus = floats(run, "selective_scan_update dt_before_softplus", rows),
        .dt_after_softplus = floats(run, "selective_scan_update dt_after_softplus", rows),
        .decay = floats(run, "selective_scan_update decay", rows * N),
        .state_input = floats(run, "selective_scan_update state_input", rows * N),
        .h = floats(run, "selective_scan_update h", rows * N),
        .sum = floats(run, "selective_scan_update sum", rows),
        .before_store = floats(run, "selective_scan_update before_store", rows),
        .state_before_rounding = floats(run, "selective_scan_update state_before_rounding", rows * N),
        .counts = &run->counts,
        .threads = threads};
    assert_int_equal(backend->selective_scan_update(&update, NULL), QREF_OK);
    qref_selective_scan_f32_args f32_args = {
        .batch = B,
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
        .dt_bias = seed % 5 == 0 ? NULL : f[7],
        .y = floats(run, "selective_scan_f32 y", B * T * stride),
        .y_time_stride = stride,
        .h = keep(run, "selective_scan_f32 h", test_f32(rows * N, seed + 8, 1.0f), rows * N * sizeof(float)),
        .scratch = scratch,
        .threads = threads};
    assert_int_equal(backend->selective_scan_f32(&f32_args, NULL), QREF_OK);
  }
  assert_same_written(runs);
  for (int i = 0; i < 8; i++) {
    free(f[i]);
  }
  free(scratch);
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
  int threads = pick_threads(seed);
  qref_float16 *x = test_f16(rows * n, seed, 4.0f);
  float *residual = test_f32(rows * n, seed, 4.0f);
  float *weight = test_f32(n, seed + 1, 2.0f);
  float *scratch = test_allocate(n, sizeof(float));
  int8_t *embedding = test_int8(rows * n, seed + 1000);
  int32_t *tokens = test_allocate(rows, sizeof(int32_t));
  for (size_t row = 0; row < rows; row++) {
    tokens[row] = (int32_t)pick(seed, 100 + row, 0, rows - 1);
  }
  written runs[2] = {0};
  for (int i = 0; i < 2; i++) {
    const qref_backend *backend = i == 0 ? ref : cpu;
    written *run = &runs[i];
    float *row_scale = floats(run, "rmsnorm row_scale", rows);
    qref_rmsnorm_args norm = {.rule = &profile->rmsnorm,
                              .rows = rows,
                              .n = n,
                              .x = x,
                              .residual = residual,
                              .weight = weight,
                              .eps = 1e-5f,
                              .out_scale = 0.02f,
                              .row_scale = seed % 4 < 2 ? row_scale : NULL,
                              .residual_out = floats(run, "rmsnorm residual_out", rows * n),
                              .y = output(run, "rmsnorm y", rows * n, 1),
                              .mean_square = floats(run, "rmsnorm mean_square", rows),
                              .rstd = floats(run, "rmsnorm rstd", rows),
                              .normalized = floats(run, "rmsnorm normalized", rows * n),
                              .before_rounding = floats(run, "rmsnorm before_rounding", rows * n),
                              .counts = &run->counts,
                              .threads = threads};
    assert_int_equal(backend->rmsnorm(&norm, NULL), QREF_OK);
    qref_hadamard_args hadamard = {.rule = &profile->hadamard,
                                   .rows = rows,
                                   .dim = n,
                                   .x = x,
                                   .scale = 5.0f,
                                   .y = output(run, "hadamard y", rows * n, 1),
                                   .transformed = floats(run, "hadamard transformed", rows * n),
                                   .before_rounding = floats(run, "hadamard before_rounding", rows * n),
                                   .scratch = scratch,
                                   .counts = &run->counts,
                                   .threads = threads};
    assert_int_equal(backend->hadamard(&hadamard, NULL), QREF_OK);
    qref_embedding_w8_args embed = {.count = rows,
                                    .vocab_size = rows,
                                    .d_model = n,
                                    .tokens = tokens,
                                    .weight = embedding,
                                    .scale = x,
                                    .y = output(run, "embedding_w8 y", rows * n, sizeof(qref_float16)),
                                    .before_store = floats(run, "embedding_w8 before_store", rows * n)};
    assert_int_equal(backend->embedding_w8(&embed, NULL), QREF_OK);
  }
  assert_same_written(runs);
  free(x);
  free(residual);
  free(weight);
  free(scratch);
  free(embedding);
  free(tokens);
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
