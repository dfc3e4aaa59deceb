/* linear_f32 of backend `cpu` against the reference, with every instruction set: tiles and their edges, blocks of k,
 * row strides, NaNs and infinities. */
#include "tests/ops/fixture.h"
/* CMocka first. */
#include "tests/backends/levels.h"

static void check(qref_cpu_level level, uint64_t seed) {
  bool deep = seed % 4 == 0; /* beyond one block of k */
  size_t M = test_pick(seed, 0, 1, 40), N = test_pick(seed, 1, 1, 100);
  size_t K = deep ? test_pick(seed, 2, 700, 1700) : test_pick(seed, 2, 1, 60);
  if (seed % 16 == 1) {
    M = test_pick(seed, 0, 380, 400); /* beyond one block of rows */
    N = test_pick(seed, 1, 1, 40);
  }
  if (seed % 16 == 2) {
    N = test_pick(seed, 1, 510, 600); /* cut by columns */
  }
  size_t stride = seed % 3 == 0 ? N + test_pick(seed, 3, 0, 9) : 0;
  size_t written = M * (stride != 0 ? stride : N);
  float *x = test_f32(M * K, seed, 2.0f);
  float *w = test_f32(N * K, seed + 1000, 2.0f);
  if (seed % 5 == 0) {
    x[test_pick(seed, 4, 0, M * K - 1)] = (float)INFINITY;
    w[test_pick(seed, 5, 0, N * K - 1)] = qref_f32_from_bits(0xffc12345u);
    w[test_pick(seed, 6, 0, N * K - 1)] = 0x1p127f;
    w[test_pick(seed, 7, 0, N * K - 1)] = -0.0f;
  }
  float *expected = test_f32(written, 7, 1.0f);
  float *y = test_f32(written, 7, 1.0f);
  qref_linear_f32_args args = {
      .rows = M, .columns = N, .depth = K, .x = x, .w = w, .y = expected, .y_row_stride = stride};
  assert_int_equal(qref_linear_f32(&args, NULL), QREF_OK);
  args.y = y;
  args.threads = (int)test_pick(seed, 8, 0, 3);
  assert_int_equal(qref_cpu_linear_f32(level, &args, NULL), QREF_OK);
  assert_same_bytes(y, expected, written * sizeof *y, "linear_f32 y");
  free(x);
  free(w);
  free(expected);
  free(y);
}

static void test_matches_reference(void **state) {
  (void)state;
  test_each_level(160, check);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_matches_reference)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
