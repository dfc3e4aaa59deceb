/* The row ops of the CUDA module on its emulation, in the shapes and alignments that their fast kernels take, and one
 * step beside them: through the entry on device memory, which in the emulation is the host's. */
#include "tests/backends/cuda_module.h"
#include "tests/backends/levels.h"

static const qref_cuda_ops *ops;

/* Two sets of outputs: of the reference, and of the module. */
enum { REFERENCE, MODULE, SIDES };

static qref_counts counts[SIDES];

static const qref_profile *profile_of(uint64_t seed) {
  return qref_profile_builtin(seed % 2 == 0 ? "quamba" : "quamba-saturating");
}

/* An output of `count` elements behind `shift` more, or NULL. */
static void *output(bool wanted, size_t count, size_t shift, size_t size) {
  return wanted ? (char *)test_allocate(count + shift, size) + shift * size : NULL;
}

static void compare_and_free(void *const tensors[SIDES], size_t bytes, size_t shift_bytes, const char *what) {
  if (tensors[REFERENCE] != NULL) {
    assert_same_bytes(tensors[MODULE], tensors[REFERENCE], bytes, what);
    for (int side = 0; side < SIDES; side++) {
      free((char *)tensors[side] - shift_bytes);
    }
  }
}

static void check_hadamard(size_t rows, size_t dim, uint64_t seed) {
  enum { PLAIN, INFINITE, NOT_A_NUMBER, LARGE, ZEROS, SMALL_INTEGERS, IMPULSES, KINDS };
  const uint64_t kind = seed % KINDS;
  const size_t shift = seed % 5 == 1 ? 1 : 0;
  const size_t elements = rows * dim;
  qref_float16 *memory = test_f16(elements + shift, seed, kind == LARGE ? 60000.0f : 4.0f);
  qref_float16 *x = memory + shift;
  for (size_t i = 0; i < elements && kind >= ZEROS; i++) {
    x[i] = kind == ZEROS ? (qref_float16)(i % 3 == 0 ? 0 : 0x8000) : qref_f16_from_f32((float)(i % 5) - 2.0f);
  }
  for (size_t i = 0; i < elements && kind == IMPULSES; i++) {
    x[i] = i % dim == 0 ? 0x3c00 : 0;
  }
  if (kind == INFINITE || kind == NOT_A_NUMBER) {
    x[test_pick(seed, 0, 0, elements - 1)] = kind == INFINITE ? 0xfc00 : 0x7e01;
  }
  const float scale = kind == SMALL_INTEGERS ? 0.5f           /* ties */
                      : kind == IMPULSES     ? 0x1.fffffep-2f /* the float32 below 1/2 */
                      : kind == LARGE        ? 1000.0f        /* values of 2^31 and more */
                                             : qref_hadamard_scale(dim, 0.05f);
  const bool counted = test_pick(seed, 1, 0, 1) != 0;
  const bool transformed = test_pick(seed, 2, 0, 3) == 0;
  const bool before_rounding = test_pick(seed, 3, 0, 3) == 0;
  float *scratch = test_allocate(dim, sizeof *scratch);
  void *tensors[3][SIDES];
  memset(counts, 0, sizeof counts);
  for (int side = 0; side < SIDES; side++) {
    tensors[0][side] = output(true, elements, 0, 1);
    tensors[1][side] = output(transformed, elements, 0, sizeof(float));
    tensors[2][side] = output(before_rounding, elements, 0, sizeof(float));
    const qref_hadamard_args args = {.rule = &profile_of(seed / KINDS)->hadamard,
                                     .rows = rows,
                                     .dim = dim,
                                     .x = x,
                                     .scale = scale,
                                     .y = tensors[0][side],
                                     .transformed = tensors[1][side],
                                     .before_rounding = tensors[2][side],
                                     .scratch = scratch,
                                     .counts = counted ? &counts[side] : NULL};
    assert_int_equal(side == REFERENCE ? qref_hadamard(&args, NULL) : ops->hadamard(&args, NULL, NULL), QREF_OK);
  }
  compare_and_free(tensors[0], elements, 0, "y");
  compare_and_free(tensors[1], elements * sizeof(float), 0, "transformed");
  compare_and_free(tensors[2], elements * sizeof(float), 0, "before_rounding");
  assert_same_bytes(&counts[MODULE], &counts[REFERENCE], sizeof counts[0], "counts");
  free(scratch);
  free(memory);
}

/* 1536 and 5120 have a kernel of their own, here in whole and partial tiles; the others take the general one. */
static void test_hadamard(void **state) {
  (void)state;
  ops = test_cuda_ops();
  static const size_t dims[] = {768, 1024, 1536, 2048, 2560, 3072, 4096, 5120, 640, 16384};
  for (uint64_t seed = 0; seed < 14 * sizeof dims / sizeof dims[0]; seed++) {
    const size_t dim = dims[seed / 14];
    check_hadamard(test_pick(seed, 9, 1, seed % 14 == 0 ? 60000 / dim : 5), dim, seed);
  }
}

/* More tiles than the device takes at once. */
static void test_hadamard_of_many_rows(void **state) {
  (void)state;
  ops = test_cuda_ops();
  check_hadamard(1700, 5120, 14);
}

static void check_rmsnorm(size_t rows, size_t n, uint64_t seed) {
  const size_t elements = rows * n;
  const size_t shift = seed % 5 == 0 ? test_pick(seed, 0, 1, 3) : 0;
  qref_float16 *x = test_f16(elements + shift, seed, 3.0f);
  float *residual = test_f32(elements + shift, seed + 1, seed % 11 == 0 ? 1e30f : 2.0f);
  float *weight = test_f32(n + shift, seed + 2, 1.5f);
  if (seed % 3 == 0) {
    x[shift + test_pick(seed, 1, 0, elements - 1)] = 0x7e00;
    weight[shift + test_pick(seed, 2, 0, n > 1 ? 1 : 0)] = -0.0f;
  }
  for (size_t i = 0; seed % 7 == 0 && i < n + shift; i++) {
    weight[i] = i % 2 == 0 ? -0.0f : 0.0f; /* whose sign the maximum takes */
  }
  const bool dynamic = test_pick(seed, 3, 0, 1) != 0;
  const uint64_t residuals = test_pick(seed, 4, 0, 2); /* none, of its own, in place */
  const bool per_row = test_pick(seed, 5, 0, 1) != 0;
  const bool per_element = test_pick(seed, 6, 0, 4) == 0;
  const bool counted = test_pick(seed, 7, 0, 1) != 0;
  void *tensors[7][SIDES];
  const size_t sizes[7] = {elements, elements * 4, rows * 4, rows * 4, rows * 4, elements * 4, elements * 4};
  memset(counts, 0, sizeof counts);
  for (int side = 0; side < SIDES; side++) {
    tensors[0][side] = output(true, elements, 0, 1);
    tensors[1][side] = output(true, elements, shift, sizeof(float));
    tensors[2][side] = output(dynamic, rows, 0, sizeof(float));
    tensors[3][side] = output(per_row, rows, 0, sizeof(float));
    tensors[4][side] = output(per_row, rows, 0, sizeof(float));
    tensors[5][side] = output(per_element, elements, 0, sizeof(float));
    tensors[6][side] = output(per_element, elements, 0, sizeof(float));
    memcpy(tensors[1][side], residual + shift, elements * sizeof(float));
    const qref_rmsnorm_args args = {.rule = &profile_of(seed)->rmsnorm,
                                    .rows = rows,
                                    .n = n,
                                    .x = x + shift,
                                    .residual = residuals == 0   ? NULL
                                                : residuals == 1 ? residual + shift
                                                                 : tensors[1][side],
                                    .weight = weight + shift,
                                    .eps = 1e-5f,
                                    .out_scale = 0.03f,
                                    .row_scale = tensors[2][side],
                                    .residual_out = tensors[1][side],
                                    .y = tensors[0][side],
                                    .mean_square = tensors[3][side],
                                    .rstd = tensors[4][side],
                                    .normalized = tensors[5][side],
                                    .before_rounding = tensors[6][side],
                                    .counts = counted ? &counts[side] : NULL};
    assert_int_equal(side == REFERENCE ? qref_rmsnorm(&args, NULL) : ops->rmsnorm(&args, NULL, NULL), QREF_OK);
  }
  static const char *const names[] = {"y",    "residual_out", "row_scale",      "mean_square",
                                      "rstd", "normalized",   "before_rounding"};
  for (int i = 0; i < 7; i++) {
    compare_and_free(tensors[i], sizes[i], i == 1 ? shift * sizeof(float) : 0, names[i]);
  }
  assert_same_bytes(&counts[MODULE], &counts[REFERENCE], sizeof counts[0], "counts");
  free(x);
  free(residual);
  free(weight);
}

static void test_rmsnorm(void **state) {
  (void)state;
  ops = test_cuda_ops();
  static const size_t widths[] = {1, 31, 33, 252, 256, 258, 768, 1000, 2560, 5121, 8192, 8196};
  for (uint64_t seed = 0; seed < 20 * sizeof widths / sizeof widths[0]; seed++) {
    check_rmsnorm(test_pick(seed, 9, 1, 4), widths[seed / 20], seed);
  }
}

/* Quotients within a few float32 of n + 1/2, and among them values of any bits. */
static void test_requantize(void **state) {
  (void)state;
  ops = test_cuda_ops();
  for (uint64_t seed = 0; seed < 60; seed++) {
    const size_t count = test_pick(seed, 0, 1, 30000);
    const size_t shift = seed % 4 == 0 ? 1 : 0;
    const float scale = seed % 9 == 8 ? 1e-36f : ldexpf(1.0f + (float)seed / 64.0f, (int)(seed % 20) - 12);
    float *x = test_allocate(count + shift, sizeof *x);
    for (size_t i = 0; i < count; i++) {
      const uint64_t bits = qref_random_bits(seed, 3, i);
      const float tie = ((float)(bits % 280) - 139.5f) * scale;
      const uint32_t near = qref_bits_from_f32(tie) + (uint32_t)(bits >> 32) % 9 - 4;
      x[shift + i] = qref_f32_from_bits(bits >> 60 == 0 ? (uint32_t)(bits >> 16) : near);
    }
    int8_t *y[SIDES];
    memset(counts, 0, sizeof counts);
    for (int side = 0; side < SIDES; side++) {
      y[side] = test_allocate(count, 1);
      const qref_requantize_args args = {.rule = &quamba()->requantize,
                                         .count = count,
                                         .x = x + shift,
                                         .scale = scale,
                                         .y = y[side],
                                         .counts = &counts[side]};
      assert_int_equal(side == REFERENCE ? qref_requantize(&args, NULL) : ops->requantize(&args, NULL, NULL), QREF_OK);
    }
    assert_same_bytes(y[MODULE], y[REFERENCE], count, "y");
    assert_same_bytes(&counts[MODULE], &counts[REFERENCE], sizeof counts[0], "counts");
    free(y[REFERENCE]);
    free(y[MODULE]);
    free(x);
  }
}

/* Every float16 is a scale. */
static void test_embedding(void **state) {
  (void)state;
  ops = test_cuda_ops();
  enum { VOCABULARY = 65536 };
  static const size_t widths[] = {8, 7, 16};
  qref_float16 *scale = test_allocate(VOCABULARY, sizeof *scale);
  int32_t *tokens = test_allocate(VOCABULARY, sizeof *tokens);
  for (int32_t i = 0; i < VOCABULARY; i++) {
    scale[i] = (qref_float16)i;
    tokens[i] = VOCABULARY - 1 - i;
  }
  for (size_t w = 0; w < sizeof widths / sizeof widths[0]; w++) {
    const size_t elements = VOCABULARY * widths[w];
    int8_t *weight = test_int8(elements, w);
    qref_float16 *y[SIDES];
    for (int side = 0; side < SIDES; side++) {
      y[side] = test_allocate(elements, sizeof(qref_float16));
      const qref_embedding_w8_args args = {.count = VOCABULARY,
                                           .vocab_size = VOCABULARY,
                                           .d_model = widths[w],
                                           .tokens = tokens,
                                           .weight = weight,
                                           .scale = scale,
                                           .y = y[side]};
      assert_int_equal(side == REFERENCE ? qref_embedding_w8(&args, NULL) : ops->embedding_w8(&args, NULL, NULL),
                       QREF_OK);
    }
    assert_same_bytes(y[MODULE], y[REFERENCE], elements * sizeof(qref_float16), "y");
    free(y[REFERENCE]);
    free(y[MODULE]);
    free(weight);
  }
  free(scale);
  free(tokens);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_hadamard), cmocka_unit_test(test_hadamard_of_many_rows),
                                     cmocka_unit_test(test_rmsnorm), cmocka_unit_test(test_requantize),
                                     cmocka_unit_test(test_embedding)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
