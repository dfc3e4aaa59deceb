/* Embedding of backend `cpu` against the reference, with every instruction set: every scale, every code. */
#include "tests/ops/fixture.h"
/* CMocka first. */
#include "tests/backends/levels.h"

static void check(qref_cpu_level level, uint64_t seed) {
  const size_t vocabulary = seed == 0 ? 65536 : 50, width = seed == 0 ? 33 : test_pick(seed, 0, 1, 300);
  const size_t count = seed == 0 ? vocabulary : test_pick(seed, 1, 1, 20);
  int8_t *weight = test_int8(vocabulary * width, seed);
  qref_float16 *scale = test_allocate(vocabulary, sizeof *scale);
  int32_t *tokens = test_allocate(count, sizeof *tokens);
  for (size_t i = 0; i < vocabulary; i++) {
    scale[i] = (qref_float16)(seed == 0 ? i : test_pick(seed, i, 0, 65535));
  }
  for (size_t i = 0; i < count; i++) {
    tokens[i] = (int32_t)(seed == 0 ? i : test_pick(seed + 1, i, 0, vocabulary - 1));
  }
  qref_float16 *y[2];
  float *before_store[2];
  for (int i = 0; i < 2; i++) {
    y[i] = test_allocate(count * width, sizeof *y[i]);
    before_store[i] = test_allocate(count * width, sizeof *before_store[i]);
    qref_embedding_w8_args args = {.count = count,
                                   .vocab_size = vocabulary,
                                   .d_model = width,
                                   .tokens = tokens,
                                   .weight = weight,
                                   .scale = scale,
                                   .y = y[i],
                                   .before_store = seed % 2 == 0 ? before_store[i] : NULL};
    assert_int_equal(i == 0 ? qref_embedding_w8(&args, NULL) : qref_cpu_embedding_w8(level, &args, NULL), QREF_OK);
  }
  assert_same_bytes(y[1], y[0], count * width * sizeof *y[0], "y");
  assert_same_bytes(before_store[1], before_store[0], count * width * sizeof *before_store[0], "before_store");
  tokens[0] = (int32_t)vocabulary;
  qref_embedding_w8_args args = {.count = count,
                                 .vocab_size = vocabulary,
                                 .d_model = width,
                                 .tokens = tokens,
                                 .weight = weight,
                                 .scale = scale,
                                 .y = y[0]};
  assert_int_equal(qref_cpu_embedding_w8(level, &args, NULL), QREF_ERROR_ARGUMENT);
  for (int i = 0; i < 2; i++) {
    free(y[i]);
    free(before_store[i]);
  }
  free(weight);
  free(scale);
  free(tokens);
}

static void test_matches_reference(void **state) {
  (void)state;
  test_each_level(100, check);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_matches_reference)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
