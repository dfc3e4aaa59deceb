/* Digests of the numerics and of every op on reproducible inputs: the same lines on every platform. Needs libc only,
 * so that it can be built statically for any processor and run under an emulator. */
#include <qref/ops.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ref/base/bytes.h"
#include "ref/base/sha256.h"

enum { BATCH = 2, CHANNELS = 24, LENGTH = 37, WIDTH = 4, STATES = 16, ROWS = 6, DIM = 96 };

static uint64_t stream;

static void *allocate(size_t count, size_t size) {
  void *memory = calloc(count, size);
  if (memory == NULL) {
    fprintf(stderr, "digest: out of memory\n");
    exit(2);
  }
  return memory;
}

static int8_t *random_i8(size_t count) {
  int8_t *values = allocate(count, 1);
  stream++;
  for (size_t i = 0; i < count; i++) {
    values[i] = (int8_t)((int)(qref_random_bits(3, stream, i) >> 56) - 128);
  }
  return values;
}

static float *random_f32(size_t count) {
  float *values = allocate(count, sizeof(float));
  stream++;
  for (size_t i = 0; i < count; i++) {
    values[i] = (float)((int32_t)(qref_random_bits(3, stream, i) >> 40) - (1 << 23)) * 0x1p-21f;
  }
  return values;
}

static qref_float16 *random_f16(size_t count) {
  qref_float16 *values = allocate(count, sizeof(qref_float16));
  float *wide = random_f32(count);
  for (size_t i = 0; i < count; i++) {
    values[i] = qref_f16_from_f32(wide[i]);
  }
  free(wide);
  return values;
}

static void print_digest(const char *name, qref_sha256 *hash) {
  char hex[65];
  qref_sha256_end(hash, hex);
  printf("%s %s\n", hex, name);
}

/* Little-endian bytes of `count` elements of `size` bytes, whatever the host. */
static void update(qref_sha256 *hash, const void *data, size_t count, size_t size) {
  const uint8_t *bytes = data;
  for (size_t i = 0; i < count; i++, bytes += size) {
    uint8_t little[4];
    uint16_t half;
    uint32_t word;
    if (size == 2) {
      memcpy(&half, bytes, 2);
      qref_store_u16(little, half);
    } else if (size == 4) {
      memcpy(&word, bytes, 4);
      qref_store_u32(little, word);
    } else {
      little[0] = bytes[0];
    }
    qref_sha256_update(hash, little, size);
  }
}

static void expect_ok(qref_status status, const qref_error *error) {
  if (status != QREF_OK) {
    fprintf(stderr, "digest: %s\n", error->message);
    exit(1);
  }
}

static void digest_functions(void) {
  static const struct {
    const char *name;
    float (*function)(float);
  } functions[] = {{"exp", qref_exp_f32},
                   {"log1p", qref_log1p_f32},
                   {"log", qref_log_f32},
                   {"silu", qref_silu_f32},
                   {"sigmoid", qref_sigmoid_f32},
                   {"softplus", qref_softplus_f32},
                   {"softplus_log_exp_plus_1", qref_softplus_log_exp_plus_1_f32}};
  for (size_t f = 0; f < sizeof functions / sizeof functions[0]; f++) {
    qref_sha256 hash;
    qref_sha256_begin(&hash);
    for (uint64_t bits = 0; bits < UINT64_C(0x100000000); bits += 65521) { /* prime: the low bits vary */
      float y = functions[f].function(qref_f32_from_bits((uint32_t)bits));
      update(&hash, &y, 1, sizeof y);
    }
    print_digest(functions[f].name, &hash);
  }
}

static void digest_primitives(void) {
  qref_sha256 hash;
  qref_sha256_begin(&hash);
  for (uint64_t i = 0; i < 100000; i++) {
    float v[3];
    for (uint64_t j = 0; j < 3; j++) {
      v[j] = qref_f32_from_bits((uint32_t)(qref_random_bits(4, j, i) >> 32));
    }
    float sum = qref_fma_f32(v[0], v[1], v[2]);
    float two = qref_multiply_add_f32(v[0], v[1], v[2], QREF_MULTIPLY_ADD_SEPARATE);
    qref_float16 half = qref_f16_from_f32(v[0]);
    qref_bfloat16 brain = qref_bf16_from_f32(v[0]);
    float wide = qref_f32_from_f16((qref_float16)(i & 0xffff));
    update(&hash, &sum, 1, sizeof sum);
    update(&hash, &two, 1, sizeof two);
    update(&hash, &half, 1, sizeof half);
    update(&hash, &brain, 1, sizeof brain);
    update(&hash, &wide, 1, sizeof wide);
    for (int rounding = QREF_ROUND_HALF_AWAY; rounding <= QREF_ROUND_STOCHASTIC; rounding++) {
      qref_rounding_rule rule = {(qref_rounding)rounding, i % 2 == 0 ? QREF_OVERFLOW_SATURATE : QREF_OVERFLOW_WRAP, 5};
      float moderate = (float)(int32_t)(qref_random_bits(4, 9, i) >> 40) * 0x1p-14f - 512.0f;
      int8_t q = qref_round_to_int8(moderate, &rule, i, NULL);
      update(&hash, &q, 1, 1);
    }
  }
  print_digest("primitives", &hash);
}

static void digest_conv1d(const qref_profile *profile) {
  size_t count = BATCH * CHANNELS * LENGTH;
  qref_error error;
  int8_t *x = random_i8(count);
  int8_t *w = random_i8(CHANNELS * WIDTH);
  int8_t *bias = random_i8(CHANNELS);
  int8_t *state = random_i8(BATCH * CHANNELS * WIDTH);
  int8_t *y = allocate(count, 1);
  float *before = allocate(count, sizeof(float));
  float *after = allocate(count, sizeof(float));
  qref_conv1d_silu_args args = {.rule = &profile->conv1d_silu,
                                .batch = BATCH,
                                .channels = CHANNELS,
                                .length = LENGTH,
                                .width = WIDTH,
                                .x = x,
                                .w = w,
                                .bias = bias,
                                .x_scale = 0.0517f,
                                .w_scale = 0.00813f,
                                .bias_scale = 0.0091f,
                                .out_scale = 0.0311f,
                                .silu = true,
                                .y = y,
                                .before_rounding = before};
  qref_sha256 hash;
  qref_sha256_begin(&hash);
  expect_ok(qref_conv1d_silu(&args, &error), &error);
  update(&hash, y, count, 1);
  update(&hash, before, count, sizeof(float));
  print_digest("conv1d_silu", &hash);

  qref_conv1d_silu_floatsim_args simulation = {.rule = &profile->conv1d_floatsim,
                                               .batch = BATCH,
                                               .channels = CHANNELS,
                                               .length = LENGTH,
                                               .width = WIDTH,
                                               .x = x,
                                               .w = w,
                                               .bias = bias,
                                               .x_scale = 0.0517f,
                                               .w_scale = 0.00813f,
                                               .bias_scale = 0.0091f,
                                               .effective_scale = 0.0311f / 2025.0f,
                                               .silu = true,
                                               .before_quant = before,
                                               .after_quant = after};
  qref_sha256_begin(&hash);
  expect_ok(qref_conv1d_silu_floatsim(&simulation, &error), &error);
  update(&hash, before, count, sizeof(float));
  update(&hash, after, count, sizeof(float));
  print_digest("conv1d_silu_floatsim", &hash);

  qref_conv1d_silu_update_args token = {.rule = &profile->conv1d_silu_update,
                                        .batch = BATCH,
                                        .channels = CHANNELS,
                                        .width = WIDTH,
                                        .state = state,
                                        .x = x,
                                        .w = w,
                                        .bias = bias,
                                        .x_scale = 0.0517f,
                                        .w_scale = 0.00813f,
                                        .bias_scale = 0.0091f,
                                        .out_scale = 0.0311f,
                                        .silu = true,
                                        .y = y};
  qref_sha256_begin(&hash);
  expect_ok(qref_conv1d_silu_update(&token, &error), &error);
  update(&hash, y, BATCH * CHANNELS, 1);
  update(&hash, state, BATCH * CHANNELS * WIDTH, 1);
  print_digest("conv1d_silu_update", &hash);
  free(x);
  free(w);
  free(bias);
  free(state);
  free(y);
  free(before);
  free(after);
}

static void digest_linear(const qref_profile *profile) {
  size_t count = ROWS * CHANNELS;
  qref_error error;
  int8_t *x = random_i8(ROWS * DIM);
  int8_t *w = random_i8(CHANNELS * DIM);
  float *f32_x = random_f32(ROWS * DIM);
  float *f32_w = random_f32(CHANNELS * DIM);
  float *f32_y = allocate(count, sizeof(float));
  int8_t *y = allocate(count, 1);
  qref_float16 *y_f16 = allocate(count, sizeof(qref_float16));
  float scales[CHANNELS];
  for (size_t n = 0; n < CHANNELS; n++) {
    scales[n] = 0.0117f + 0.001f * (float)n;
  }
  qref_linear_w8a8_args args = {.rule = &profile->linear,
                                .rows = ROWS,
                                .columns = CHANNELS,
                                .depth = DIM,
                                .x = x,
                                .w = w,
                                .weight_scale = scales,
                                .input_scale = 0.031f,
                                .y = y,
                                .y_f16 = y_f16};
  qref_sha256 hash;
  qref_sha256_begin(&hash);
  expect_ok(qref_linear_w8a8(&args, &error), &error);
  update(&hash, y, count, 1);
  expect_ok(qref_linear_w8a8_parallel(&args, &error), &error);
  update(&hash, y, count, 1);
  expect_ok(qref_linear_w8a8_f16(&args, &error), &error);
  update(&hash, y_f16, count, sizeof *y_f16);
  args.rule = &profile->linear_row;
  expect_ok(qref_linear_w8a8_row(&args, &error), &error);
  update(&hash, y, count, 1);
  args.rule = &profile->linear_per_channel;
  expect_ok(qref_linear_w8a8_per_channel(&args, &error), &error);
  update(&hash, y, count, 1);
  print_digest("linear_w8a8", &hash);

  qref_linear_f32_args f32 = {.rows = ROWS, .columns = CHANNELS, .depth = DIM, .x = f32_x, .w = f32_w, .y = f32_y};
  qref_sha256_begin(&hash);
  expect_ok(qref_linear_f32(&f32, &error), &error);
  update(&hash, f32_y, count, sizeof(float));
  print_digest("linear_f32", &hash);
  free(x);
  free(w);
  free(f32_x);
  free(f32_w);
  free(f32_y);
  free(y);
  free(y_f16);
}

static void digest_scan(const qref_profile *profile) {
  size_t rows = BATCH * CHANNELS;
  size_t count = rows * LENGTH;
  qref_error error;
  int8_t *u = random_i8(count);
  int8_t *dt = random_i8(count);
  int8_t *z = random_i8(count);
  int8_t *A = random_i8(CHANNELS * STATES);
  int8_t *B = random_i8(BATCH * STATES * LENGTH);
  int8_t *C = random_i8(BATCH * STATES * LENGTH);
  int8_t *D = random_i8(CHANNELS);
  int8_t *dt_bias = random_i8(CHANNELS);
  int8_t *state = random_i8(rows * STATES);
  float *h = allocate(rows * STATES, sizeof(float));
  float *scratch = allocate(qref_selective_scan_scratch(STATES), sizeof(float));
  qref_float16 *y = allocate(count, sizeof(qref_float16));
  const qref_scan_scales scales = {0.031f, 0.021f, 0.043f, 0.0218f, 0.041f, 0.037f, 0.012f, 0.06f, 0.05f};
  qref_selective_scan_args args = {.rule = &profile->selective_scan,
                                   .batch = BATCH,
                                   .channels = CHANNELS,
                                   .length = LENGTH,
                                   .states = STATES,
                                   .u = u,
                                   .dt = dt,
                                   .A_log = A,
                                   .B = B,
                                   .C = C,
                                   .D = D,
                                   .z = z,
                                   .dt_bias = dt_bias,
                                   .scales = scales,
                                   .softplus = true,
                                   .h_final = h,
                                   .y = y,
                                   .state = state,
                                   .scratch = scratch};
  qref_sha256 hash;
  qref_sha256_begin(&hash);
  expect_ok(qref_selective_scan(&args, &error), &error);
  update(&hash, y, count, sizeof *y);
  update(&hash, state, rows * STATES, 1);
  update(&hash, h, rows * STATES, sizeof(float));
  print_digest("selective_scan", &hash);

  qref_selective_scan_update_args token = {.rule = &profile->selective_scan_update,
                                           .batch = BATCH,
                                           .channels = CHANNELS,
                                           .states = STATES,
                                           .state = state,
                                           .u = u,
                                           .dt = dt,
                                           .A_log = A,
                                           .B = B,
                                           .C = C,
                                           .D = D,
                                           .z = z,
                                           .dt_bias = dt_bias,
                                           .scales = scales,
                                           .softplus = true,
                                           .y = y};
  qref_sha256_begin(&hash);
  expect_ok(qref_selective_scan_update(&token, &error), &error);
  update(&hash, y, rows, sizeof *y);
  update(&hash, state, rows * STATES, 1);
  print_digest("selective_scan_update", &hash);
  free(u);
  free(dt);
  free(z);
  free(A);
  free(B);
  free(C);
  free(D);
  free(dt_bias);
  free(state);
  free(h);
  free(scratch);
  free(y);
}

static void digest_rows(const qref_profile *profile) {
  size_t count = ROWS * DIM;
  qref_error error;
  qref_float16 *x = random_f16(count);
  float *residual = random_f32(count);
  float *weight = random_f32(DIM);
  float *r = allocate(count, sizeof(float));
  float *scratch = allocate(DIM, sizeof(float));
  float row_scale[ROWS];
  int8_t *y = allocate(count, 1);
  qref_rmsnorm_args norm = {.rule = &profile->rmsnorm,
                            .rows = ROWS,
                            .n = DIM,
                            .x = x,
                            .residual = residual,
                            .weight = weight,
                            .eps = 1e-5f,
                            .row_scale = row_scale,
                            .residual_out = r,
                            .y = y};
  qref_sha256 hash;
  qref_sha256_begin(&hash);
  expect_ok(qref_rmsnorm(&norm, &error), &error);
  update(&hash, y, count, 1);
  update(&hash, r, count, sizeof(float));
  update(&hash, row_scale, ROWS, sizeof(float));
  norm.row_scale = NULL;
  norm.out_scale = 0.0237f;
  expect_ok(qref_rmsnorm(&norm, &error), &error);
  update(&hash, y, count, 1);
  print_digest("rmsnorm", &hash);

  qref_hadamard_args hadamard = {.rule = &profile->hadamard,
                                 .rows = ROWS,
                                 .dim = DIM,
                                 .x = x,
                                 .scale = qref_hadamard_scale(DIM, 0.02f),
                                 .y = y,
                                 .before_rounding = r,
                                 .scratch = scratch};
  qref_sha256_begin(&hash);
  expect_ok(qref_hadamard(&hadamard, &error), &error);
  update(&hash, y, count, 1);
  update(&hash, r, count, sizeof(float));
  print_digest("hadamard", &hash);
  free(x);
  free(residual);
  free(weight);
  free(r);
  free(scratch);
  free(y);
}

int main(void) {
  const qref_profile *profile = qref_profile_builtin("quamba");
  digest_functions();
  digest_primitives();
  digest_conv1d(profile);
  digest_linear(profile);
  digest_scan(profile);
  digest_rows(profile);
  return 0;
}
