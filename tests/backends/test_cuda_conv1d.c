/* conv1d_silu and conv1d_silu_update of the emulated CUDA module, called on device memory: with and without counts and
 * intermediates, aligned and not, rows of whole tiles and not, more rows than one thread takes, and scales that
 * overflow, saturate, and put many results near a rounding boundary. The emulation's approximate instructions err by as
 * much as they may. */
#include "tests/backends/cuda_module.h"

enum { GUARD = 64, ALIGNMENT = 16 };

static size_t pick(uint64_t seed, uint64_t which, size_t least, size_t most) {
  return least + (size_t)(qref_random_bits(seed, 97, which) % (most - least + 1));
}

static float pick_from(const float *choices, size_t count, uint64_t seed, uint64_t which) {
  return choices[pick(seed, which, 0, count - 1)];
}

/* `count` bytes at `offset` from a multiple of 16, bytes that show on either side. */
typedef struct buffer {
  unsigned char *memory;
  int8_t *start;
  size_t size;
} buffer;

static buffer buffer_of(size_t count, size_t offset) {
  buffer b = {.size = count + 2 * (size_t)GUARD + ALIGNMENT};
  b.memory = test_allocate(b.size, 1);
  memset(b.memory, 0xee, b.size);
  const size_t misaligned = (uintptr_t)b.memory % ALIGNMENT;
  b.start = (int8_t *)b.memory + GUARD + (misaligned != 0 ? ALIGNMENT - misaligned : 0) + offset % ALIGNMENT;
  return b;
}

static void assert_same_buffers(const buffer *got, const buffer *expected, size_t count) {
  assert_same_bytes(got->start, expected->start, count, "y");
  for (size_t i = 0; i < got->size; i++) {
    const size_t start = (size_t)(got->start - (int8_t *)got->memory);
    if (i < start || i >= start + count) {
      assert_int_equal(got->memory[i], 0xee);
    }
  }
}

static void random_bytes(int8_t *bytes, size_t count, uint64_t stream) {
  int8_t *values = test_int8(count, stream);
  memcpy(bytes, values, count);
  free(values);
}

/* Zero, unless `wanted`. */
static void *optional(size_t count, size_t size, bool wanted) {
  return wanted ? test_allocate(count, size) : NULL;
}

static void assert_same_optional(const void *got, const void *expected, size_t bytes, const char *what) {
  if (got != NULL) {
    assert_same_bytes(got, expected, bytes, what);
  }
}

static qref_conv1d_silu_args random_sequence(uint64_t seed) {
  static const float input_scales[] = {0.05f, 0.05f, 0.05f, 1.0f, 0.5f, 0x1p-20f, 100.0f, 1e20f, 3e38f, 1e-42f};
  static const float output_scales[] = {0.03f, 0.03f, 0.03f, 0.5f, 1.0f, 0x1p-12f, 0.0007f, 1e-5f, 0x1p14f, 1e30f};
  const size_t scales = sizeof input_scales / sizeof input_scales[0];
  qref_conv1d_silu_args args = {.rule = &quamba()->conv1d_silu,
                                .batch = pick(seed, 0, 1, 3),
                                .channels = pick(seed, 1, 1, 5),
                                .length = pick(seed, 2, 0, 1) == 0 ? 16 * pick(seed, 3, 1, 40) : pick(seed, 3, 1, 300),
                                .width = pick(seed, 4, 0, 3) == 0 ? pick(seed, 5, 1, 6) : 4,
                                .x_scale = pick_from(input_scales, scales, seed, 6),
                                .w_scale = pick(seed, 7, 0, 3) == 0 ? pick_from(input_scales, scales, seed, 8) : 0.008f,
                                .bias_scale = pick_from(input_scales, scales, seed, 9),
                                .out_scale = pick_from(output_scales, scales, seed, 10),
                                .silu = pick(seed, 11, 0, 6) != 0};
  if (seed % 10 == 0) { /* more than the threads of a block take */
    args.batch = 1;
    args.channels = 1;
    args.length = pick(seed, 3, 2000, 2500) / (seed % 20 == 0 ? 16 : 1) * (seed % 20 == 0 ? 16 : 1);
  }
  if (seed % 3 == 0) { /* results all over int8 */
    args.out_scale = seed % 2 == 0 ? 0.03f : 0x1p-12f;
    args.w_scale = 1.0f;
    args.x_scale = args.out_scale * (float)pick(seed, 12, 2000, 30000) * 1e-6f;
    args.bias_scale = args.x_scale * 0.37f;
    args.silu = true;
  }
  return args;
}

static void check_sequence_of(const qref_cuda_ops *ops, qref_conv1d_silu_args args, uint64_t seed) {
  const size_t count = args.batch * args.channels * args.length;
  const size_t offset = pick(seed, 20, 0, 3) == 0 ? pick(seed, 21, 1, 15) : 0;
  buffer x = buffer_of(count, offset);
  random_bytes(x.start, count, seed);
  int8_t *w = test_int8(args.channels * args.width, seed + 1000);
  int8_t *bias = test_int8(args.channels, seed + 2000);
  args.x = x.start;
  args.w = w;
  args.bias = pick(seed, 22, 0, 3) == 0 ? NULL : bias;
  const bool counting = pick(seed, 23, 0, 1) == 0;
  const bool shown = pick(seed, 24, 0, 5) == 0;

  qref_counts counts[2] = {{0}, {0}};
  buffer y[2];
  void *shows[2][4];
  for (int i = 0; i < 2; i++) {
    y[i] = buffer_of(count, pick(seed, 25, 0, 3) == 0 ? offset + 1 : offset);
    for (int k = 0; k < 4; k++) {
      shows[i][k] = optional(count, sizeof(float), shown);
    }
    args.y = y[i].start;
    args.counts = counting ? &counts[i] : NULL;
    args.accumulator = shows[i][0];
    args.before_activation = shows[i][1];
    args.after_activation = shows[i][2];
    args.before_rounding = shows[i][3];
    assert_int_equal(i == 0 ? ops->conv1d_silu(&args, NULL, NULL) : qref_conv1d_silu(&args, NULL), QREF_OK);
  }
  assert_same_buffers(&y[0], &y[1], count);
  assert_memory_equal(&counts[0], &counts[1], sizeof counts[0]);
  for (int k = 0; k < 4; k++) {
    assert_same_optional(shows[0][k], shows[1][k], count * sizeof(float), "intermediate");
  }
  for (int i = 0; i < 2; i++) {
    free(y[i].memory);
    for (int k = 0; k < 4; k++) {
      free(shows[i][k]);
    }
  }
  free(x.memory);
  free(w);
  free(bias);
}

static void check_token(const qref_cuda_ops *ops, uint64_t seed) {
  const qref_conv1d_silu_args like = random_sequence(seed);
  const size_t B = like.batch, D = like.length, W = like.width; /* many channels */
  const bool shown = pick(seed, 30, 0, 1) == 0;
  qref_conv1d_silu_update_args args = {.rule = &quamba()->conv1d_silu_update,
                                       .batch = B,
                                       .channels = D,
                                       .width = W,
                                       .x_scale = like.x_scale,
                                       .w_scale = like.w_scale,
                                       .bias_scale = like.bias_scale,
                                       .out_scale = like.out_scale,
                                       .silu = like.silu};
  int8_t *x = test_int8(B * D, seed + 3000);
  int8_t *w = test_int8(D * W, seed + 4000);
  int8_t *bias = test_int8(D, seed + 5000);
  args.x = x;
  args.w = w;
  args.bias = pick(seed, 31, 0, 3) == 0 ? NULL : bias;
  qref_counts counts[2] = {{0}, {0}};
  buffer y[2], state[2];
  float *tap_sum[2];
  for (int i = 0; i < 2; i++) {
    y[i] = buffer_of(B * D, 0);
    state[i] = buffer_of(B * D * W, pick(seed, 32, 0, 3));
    random_bytes(state[i].start, B * D * W, seed + 6000);
    tap_sum[i] = optional(B * D * W, sizeof(float), shown);
    args.y = y[i].start;
    args.state = state[i].start;
    args.tap_sum = tap_sum[i];
    args.counts = &counts[i];
    assert_int_equal(i == 0 ? ops->conv1d_silu_update(&args, NULL, NULL) : qref_conv1d_silu_update(&args, NULL),
                     QREF_OK);
  }
  assert_same_buffers(&y[0], &y[1], B * D);
  assert_same_buffers(&state[0], &state[1], B * D * W);
  assert_memory_equal(&counts[0], &counts[1], sizeof counts[0]);
  assert_same_optional(tap_sum[0], tap_sum[1], B * D * W * sizeof(float), "tap_sum");
  for (int i = 0; i < 2; i++) {
    free(y[i].memory);
    free(state[i].memory);
    free(tap_sum[i]);
  }
  free(x);
  free(w);
  free(bias);
}

static uint64_t seeds(uint64_t usual) {
  const char *more = getenv("QREF_SEEDS");
  return more != NULL ? strtoull(more, NULL, 10) : usual;
}

static void test_sequences(void **state) {
  (void)state;
  const qref_cuda_ops *ops = test_cuda_ops();
  for (uint64_t seed = 0; seed < seeds(400); seed++) {
    check_sequence_of(ops, random_sequence(seed), seed);
  }
}

/* So many rows that a thread has several, the last one fewer. */
static void test_many_rows(void **state) {
  (void)state;
  qref_conv1d_silu_args args = random_sequence(3);
  args.batch = 24001;
  args.channels = 1;
  args.length = 16;
  check_sequence_of(test_cuda_ops(), args, 3);
}

static void test_tokens(void **state) {
  (void)state;
  const qref_cuda_ops *ops = test_cuda_ops();
  for (uint64_t seed = 0; seed < seeds(200); seed++) {
    check_token(ops, seed);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_sequences), cmocka_unit_test(test_many_rows),
                                     cmocka_unit_test(test_tokens)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
