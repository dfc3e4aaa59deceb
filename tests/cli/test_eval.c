/* qref eval: bits per byte. */
#include <cjson/cJSON.h>
#include <math.h>
#include <qref/numerics.h>

#include "ref/vectors/npy.h"
#include "tests/cli/program.h"

static double bits(program *p, const char *command) {
  expect(p, command, 0);
  cJSON *json = cJSON_Parse(p->out);
  assert_non_null(json);
  const cJSON *item = cJSON_GetObjectItem(json, "bits_per_byte");
  assert_true(cJSON_IsNumber(item));
  const double value = item->valuedouble;
  const double perplexity = cJSON_GetObjectItem(json, "perplexity")->valuedouble; /* e to the nats */
  assert_true(fabs(log(perplexity) - value * log(2.0)) < 1e-9);
  cJSON_Delete(json);
  return value;
}

/* The figure of SPEC section 4. */
static void float_model(void **state) {
  program *p = *state;
#ifdef __SANITIZE_ADDRESS__
  (void)p;
  print_message("skipped: 8,192 bytes take minutes under a sanitizer; the other tests take the same way\n");
  skip();
#else
  const double value = bits(p, "$Q eval --model $M --text $M/eval.txt --bytes 8192 --path fp32 --threads 2");
  assert_true(fabs(value - 1.585) <= 0.005);
#endif
}

/* One window, from the logits that run writes. */
static void one_window(void **state) {
  program *p = *state;
  enum { LENGTH = 24 };
  const double value = bits(p, "$Q eval --model $QM --text $M/eval.txt --bytes 24");
  expect(p, "head -c 24 $M/eval.txt >t && $Q run --model $QM --text t --logits l.npy && head -c 25 $M/eval.txt >t", 0);
  qref_tensor logits;
  qref_error error;
  assert_int_equal(qref_npy_read(scratch_file(&p->work, "l.npy"), &logits, &error), QREF_OK);
  size_t size = 0;
  uint8_t *text = read_bytes(scratch_file(&p->work, "t"), &size);
  double expected = 0.0;
  for (size_t i = 0; i < LENGTH; i++) {
    const qref_float16 *row = (const qref_float16 *)logits.data + i * 256;
    double sum = 0.0;
    for (size_t token = 0; token < 256; token++) {
      sum += exp2((double)qref_f32_from_f16(row[token]) / log(2.0));
    }
    expected += log2(sum) - (double)qref_f32_from_f16(row[text[i + 1]]) / log(2.0);
  }
  assert_true(fabs(value - expected / LENGTH) < 1e-9);
  free(text);
  qref_tensor_free(&logits);
}

/* Windows start from a fresh state: two windows are the mean of each on its own. */
static void windows(void **state) {
  program *p = *state;
  const double both = bits(p, "$Q eval --model $QM --text $M/eval.txt --bytes 32 --window 16");
  const double first = bits(p, "$Q eval --model $QM --text $M/eval.txt --bytes 16 --window 16");
  const double second = bits(p, "tail -c +17 $M/eval.txt >t && $Q eval --model $QM --text t --bytes 16 --window 256");
  assert_true(fabs(both - (first + second) / 2.0) < 1e-12);
}

static void paths(void **state) {
  program *p = *state;
  const double int8 = bits(p, "$Q eval --model $M --calib-windows 2 --text $M/eval.txt --bytes 512 --path int8");
  const double simulated = bits(p,
                                "$Q eval --model $M --calib-windows 2 --text $M/eval.txt --bytes 512"
                                " --path floatsim");
  const double fp32 = bits(p, "$Q eval --model $M --text $M/eval.txt --bytes 512 --path fp32");
  assert_true(fabs(int8 - fp32) < 0.1 && fabs(simulated - int8) < 0.05);
  expect(p, "$Q eval --model $M --calib-windows 2 --text $M/eval.txt --bytes 512 --path all", 0);
  cJSON *json = cJSON_Parse(p->out);
  const cJSON *results = cJSON_GetObjectItem(json, "results");
  static const char *const names[] = {"fp32", "int8", "floatsim"};
  const double values[] = {fp32, int8, simulated};
  assert_int_equal(cJSON_GetArraySize(results), 3);
  for (int i = 0; i < 3; i++) {
    const cJSON *item = cJSON_GetArrayItem(results, i);
    assert_string_equal(cJSON_GetObjectItem(item, "path")->valuestring, names[i]);
    assert_true(cJSON_GetObjectItem(item, "bits_per_byte")->valuedouble == values[i]);
  }
  cJSON_Delete(json);
}

static void tokens_and_threads(void **state) {
  program *p = *state;
  expect(p, "$Q eval --model $QM --tokens $M/hf_tokens.npy --window 8 >a", 0);
  expect(p, "$Q eval --model $QM --tokens $M/hf_tokens.npy --window 8 --threads 2 >b && cmp a b", 0);
  expect(p, "$Q eval --model $QM --tokens $M/hf_tokens.npy --window 8 --backend ref >b && cmp a b && cat a", 0);
  assert_contains(p->out, "bits_per_token");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(float_model, program_clear),
      cmocka_unit_test_setup(one_window, program_clear),
      cmocka_unit_test_setup(windows, program_clear),
      cmocka_unit_test_setup(paths, program_clear),
      cmocka_unit_test_setup(tokens_and_threads, program_clear),
  };
  return cmocka_run_group_tests(tests, program_begin, program_end);
}
