/* The linear ops of the CUDA module on its emulation: shapes on both sides of every tile and of the kernels for few
 * rows, tensors aligned to 16 bytes and not, with and without intermediates and counts, scales that give infinities and
 * 0 times infinity. */
#include "tests/backends/cuda_module.h"
#include "tests/backends/levels.h"

enum { FORMS = 5, PER_CHANNEL = 4 };

typedef struct shape {
  size_t rows, columns, depth;
} shape;

/* `count` elements, `shift` elements behind an aligned address, all bytes 0xee. */
typedef struct output {
  unsigned char *memory;
  size_t bytes, shift_bytes;
} output;

static output output_of(size_t count, size_t size, size_t shift) {
  output o = {.bytes = (count + shift + 16) * size, .shift_bytes = shift * size};
  o.memory = memset(test_allocate(o.bytes, 1), 0xee, o.bytes);
  return o;
}

static void *start_of(const output *o) {
  return o->memory + o->shift_bytes;
}

/* What lies around the tensors counts too. */
static void assert_same_output(output *expected, output *actual, const char *what) {
  assert_same_bytes(actual->memory, expected->memory, expected->bytes, what);
  free(expected->memory);
  free(actual->memory);
}

static qref_status run(const qref_cuda_ops *ops, int form, const qref_linear_w8a8_args *args) {
  qref_status (*const reference[FORMS])(const qref_linear_w8a8_args *, qref_error *) = {
      qref_linear_w8a8, qref_linear_w8a8_f16, qref_linear_w8a8_parallel, qref_linear_w8a8_row,
      qref_linear_w8a8_per_channel};
  if (ops == NULL) {
    return reference[form](args, NULL);
  }
  qref_status (*const module[FORMS])(const qref_linear_w8a8_args *, void *, qref_error *) = {
      ops->linear_w8a8, ops->linear_w8a8_f16, ops->linear_w8a8_parallel, ops->linear_w8a8_row,
      ops->linear_w8a8_per_channel};
  return module[form](args, NULL, NULL);
}

/* Operands, scales and alignments are those of the seed; fill: NULL, or the one value of x and of w. */
static void check(const qref_cuda_ops *ops, shape s, int form, uint64_t seed, bool intermediates, const int8_t *fill) {
  static const float input_scales[] = {0.05f, 0.05f, 1.0f, 1e30f, 1e-30f};
  static const float weight_scales[] = {1e-3f, 1e-3f, 3e38f, 1e-38f, 1e-6f};
  const size_t x_shift = seed % 3 == 0 ? test_pick(seed, 0, 0, 16) : 0;
  const size_t w_shift = seed % 3 == 0 ? test_pick(seed, 1, 0, 16) : 0;
  const size_t y_shift = seed % 4 == 0 ? test_pick(seed, 2, 0, 16) : 0;
  const size_t count = s.rows * s.columns;
  int8_t *x = test_int8(s.rows * s.depth + x_shift, seed);
  int8_t *w = test_int8(s.columns * s.depth + w_shift, seed + 1);
  if (fill != NULL) {
    memset(x, fill[0], s.rows * s.depth + x_shift);
    memset(w, fill[1], s.columns * s.depth + w_shift);
  } else if (form == PER_CHANNEL) {
    memset(x + x_shift, 0, s.depth); /* sums of 0 for scales that are infinite together */
  }
  float *weight_scale = test_f32(s.columns, seed + 2, 1.0f);
  for (size_t n = 0; n < s.columns; n++) {
    weight_scale[n] = (fabsf(weight_scale[n]) + 0.1f) / 1.1f * weight_scales[test_pick(seed, 3, 0, 4)];
  }
  const bool counted = test_pick(seed, 4, 0, 1) != 0;
  output tensors[2][4];
  qref_counts counts[2] = {{0}};
  const qref_profile *const profile = quamba();
  for (int side = 0; side < 2; side++) {
    static const size_t sizes[4] = {1, sizeof(qref_float16), sizeof(int32_t), sizeof(float)};
    for (int i = 0; i < 4; i++) {
      tensors[side][i] = output_of(count, sizes[i], y_shift);
    }
    const qref_linear_w8a8_args args = {.rule = form == PER_CHANNEL ? &profile->linear_per_channel
                                                : form == 3         ? &profile->linear_row
                                                                    : &profile->linear,
                                        .rows = s.rows,
                                        .columns = s.columns,
                                        .depth = s.depth,
                                        .x = x + x_shift,
                                        .w = w + w_shift,
                                        .weight_scale = weight_scale,
                                        .input_scale = input_scales[test_pick(seed, 5, 0, 4)],
                                        .y = start_of(&tensors[side][0]),
                                        .y_f16 = start_of(&tensors[side][1]),
                                        .accumulator = intermediates ? start_of(&tensors[side][2]) : NULL,
                                        .before_rounding = intermediates ? start_of(&tensors[side][3]) : NULL,
                                        .counts = counted ? &counts[side] : NULL};
    assert_int_equal(run(side == 0 ? NULL : ops, form, &args), QREF_OK);
  }
  static const char *const names[4] = {"y", "y_f16", "accumulator", "before_rounding"};
  for (int i = 0; i < 4; i++) {
    assert_same_output(&tensors[0][i], &tensors[1][i], names[i]);
  }
  assert_same_bytes(&counts[1], &counts[0], sizeof counts[0], "counts");
  free(x);
  free(w);
  free(weight_scale);
}

/* A depth of whole chunks of 16 bytes, or not. */
static size_t pick_depth(uint64_t seed, size_t most) {
  const size_t depth = test_pick(seed, 6, 1, most);
  return seed % 2 == 0 ? (depth + 15) / 16 * 16 : depth;
}

static void test_tiles(void **state) {
  (void)state;
  const qref_cuda_ops *const ops = test_cuda_ops();
  for (uint64_t seed = 0; seed < 60; seed++) {
    const size_t columns = test_pick(seed, 8, 1, 300);
    const shape s = {test_pick(seed, 7, 17, 150), seed % 5 < 3 ? (columns + 15) / 16 * 16 : columns,
                     pick_depth(seed, seed % 7 == 0 ? 900 : 200)};
    check(ops, s, (int)(seed % FORMS), seed, seed % 4 == 1, NULL);
  }
}

/* Depths that warps share. */
static void test_deep(void **state) {
  (void)state;
  const qref_cuda_ops *const ops = test_cuda_ops();
  for (uint64_t seed = 0; seed < 40; seed++) {
    const shape s = {test_pick(seed, 7, 17, 70), test_pick(seed, 8, 1, 110), pick_depth(seed, 1600) + 512};
    check(ops, s, (int)(seed % FORMS), seed, seed % 4 == 1, NULL);
  }
}

static void test_few_rows(void **state) {
  (void)state;
  const qref_cuda_ops *const ops = test_cuda_ops();
  for (uint64_t seed = 0; seed < 80; seed++) {
    const shape s = {seed % 3 == 0 ? 1 : test_pick(seed, 7, 1, 16), test_pick(seed, 8, 1, 40), pick_depth(seed, 1500)};
    check(ops, s, (int)(seed % FORMS), seed, seed % 4 == 1, NULL);
  }
}

/* The largest magnitudes of every partial sum, up to the depth that int32 just holds. */
static void test_extremes(void **state) {
  (void)state;
  static const int8_t fills[2][2] = {{-128, -128}, {-128, 127}};
  const qref_cuda_ops *const ops = test_cuda_ops();
  check(ops, (shape){17, 3, 131071}, 0, 1, true, fills[0]);
  for (int i = 0; i < 2; i++) {
    check(ops, (shape){2, 3, 131056}, 0, 1, true, fills[i]);
    check(ops, (shape){2, 3, 131071}, 0, 1, true, fills[i]);
  }
}

/* So many outputs that the tiles are of 256 columns: whole ones and such as the matrix ends in. */
static void test_large_tiles(void **state) {
  (void)state;
  const qref_cuda_ops *const ops = test_cuda_ops();
#if defined(__SANITIZE_ADDRESS__)
  skip(); /* minutes */
#endif
  check(ops, (shape){2111, 4000, 16}, 0, 10, false, NULL);
  check(ops, (shape){2111, 4000, 16}, 2, 1, true, NULL);
}

static void check_float(const qref_cuda_ops *ops, shape s, uint64_t seed) {
  const size_t stride = s.columns + (seed % 3 == 0 ? test_pick(seed, 0, 0, 9) : 0);
  const size_t shift = seed % 4 == 0 ? 1 : 0;
  float *x = test_f32(s.rows * s.depth + shift, seed, seed % 5 == 0 ? 1e-22f : 2.0f);
  float *w = test_f32(s.columns * s.depth + shift, seed + 1, seed % 5 == 0 ? 1e-24f : 2.0f);
  if (seed % 2 == 0) {
    x[shift + test_pick(seed, 1, 0, s.rows * s.depth - 1)] = seed % 4 == 0 ? INFINITY : NAN;
    w[shift + test_pick(seed, 2, 0, s.columns * s.depth - 1)] = -0.0f;
  }
  output y[2];
  for (int side = 0; side < 2; side++) {
    y[side] = output_of(s.rows * stride, sizeof(float), shift);
    const qref_linear_f32_args args = {.rows = s.rows,
                                       .columns = s.columns,
                                       .depth = s.depth,
                                       .x = x + shift,
                                       .w = w + shift,
                                       .y = start_of(&y[side]),
                                       .y_row_stride = stride == s.columns ? 0 : stride};
    assert_int_equal(side == 0 ? qref_linear_f32(&args, NULL) : ops->linear_f32(&args, NULL, NULL), QREF_OK);
  }
  assert_same_output(&y[0], &y[1], "y");
  free(x);
  free(w);
}

static void test_float(void **state) {
  (void)state;
  const qref_cuda_ops *const ops = test_cuda_ops();
  for (uint64_t seed = 0; seed < 60; seed++) {
    const shape s = {test_pick(seed, 3, 1, seed % 2 == 0 ? 32 : 140), test_pick(seed, 4, 1, 140),
                     test_pick(seed, 5, 1, 60)};
    check_float(ops, s, seed);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_tiles),       cmocka_unit_test(test_deep),
                                     cmocka_unit_test(test_few_rows),    cmocka_unit_test(test_extremes),
                                     cmocka_unit_test(test_large_tiles), cmocka_unit_test(test_float)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
