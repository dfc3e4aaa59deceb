/* qref run: logits, generation, and prefill against decode. */
#include <cjson/cJSON.h>
#include <math.h>
#include <qref/numerics.h>

#include "ref/vectors/npy.h"
#include "tests/cli/program.h"

static cJSON *run_json(program *p, const char *command) {
  expect(p, command, 0);
  cJSON *json = cJSON_Parse(p->out);
  assert_non_null(json);
  return json;
}

static double number(const cJSON *json, const char *field) {
  const cJSON *item = cJSON_GetObjectItem(json, field);
  assert_true(cJSON_IsNumber(item));
  return item->valuedouble;
}

static const char *text(const cJSON *json, const char *field) {
  const char *found = cJSON_GetStringValue(cJSON_GetObjectItem(json, field));
  assert_non_null(found);
  return found;
}

static void read_logits(program *p, const char *name, qref_dtype dtype, size_t rows, qref_tensor *tensor) {
  qref_error error;
  if (qref_npy_read(scratch_file(&p->work, name), tensor, &error) != QREF_OK) {
    fail_msg("%s", error.message);
  }
  assert_int_equal(tensor->dtype, dtype);
  assert_int_equal(tensor->dimensions, 2);
  assert_int_equal(tensor->shape[0], rows);
  assert_int_equal(tensor->shape[1], 256);
}

/* The float path against Hugging Face's own logits. */
static void fp32_logits(void **state) {
  program *p = *state;
  expect(p, "$Q run --model $M --path fp32 --tokens $M/hf_tokens.npy --logits l.npy", 0);
  qref_tensor ours;
  qref_tensor theirs;
  qref_error error;
  read_logits(p, "l.npy", QREF_DTYPE_FLOAT32, 32, &ours);
  assert_int_equal(qref_npy_read(QREF_SOURCE_DIR "/vectors/models/tiny-mamba/hf_logits.npy", &theirs, &error), QREF_OK);
  assert_int_equal(theirs.count, ours.count);
  float largest = 0.0f;
  for (size_t i = 0; i < ours.count; i++) {
    largest = fmaxf(largest, fabsf(((const float *)ours.data)[i] - ((const float *)theirs.data)[i]));
  }
  assert_true(largest <= 2e-3f);
  qref_tensor_free(&ours);
  qref_tensor_free(&theirs);
}

static void logits_of_the_last_token(void **state) {
  program *p = *state;
  qref_tensor all;
  qref_tensor last;
  expect(p, "$Q run --model $QM --prompt 'And God' --decode 3 --logits all.npy", 0);
  expect(p, "$Q run --model $QM --prompt 'And God' --decode 3 --logits last.npy --last", 0);
  read_logits(p, "all.npy", QREF_DTYPE_FLOAT16, 10, &all);
  read_logits(p, "last.npy", QREF_DTYPE_FLOAT16, 1, &last);
  assert_memory_equal((const char *)all.data + (size_t)9 * 256 * 2, last.data, 256 * 2);
  qref_tensor_free(&all);
  qref_tensor_free(&last);
}

/* Every generated token is the largest logit of the row before it. */
static void generation_is_greedy(void **state) {
  program *p = *state;
  static const char *const paths[] = {"int8", "floatsim", "fp32"};
  for (size_t k = 0; k < 3; k++) {
    char command[256];
    snprintf(command, sizeof command,
             "$Q run --model %s --path %s --prompt 'And God said' --decode 5 --logits l.npy --json",
             k == 2 ? "$M" : "$QM", paths[k]);
    cJSON *json = run_json(p, command);
    const cJSON *generated = cJSON_GetObjectItem(json, "generated");
    assert_int_equal(cJSON_GetArraySize(generated), 5);
    qref_tensor logits;
    read_logits(p, "l.npy", k == 2 ? QREF_DTYPE_FLOAT32 : QREF_DTYPE_FLOAT16, 17, &logits);
    for (size_t i = 0; i < 5; i++) {
      const size_t row = (11 + i) * 256;
      size_t best = 0;
      float largest = -INFINITY;
      for (size_t token = 0; token < 256; token++) {
        const float logit = k == 2 ? ((const float *)logits.data)[row + token]
                                   : qref_f32_from_f16(((const qref_float16 *)logits.data)[row + token]);
        if (logit > largest) {
          largest = logit;
          best = token;
        }
      }
      assert_int_equal((size_t)cJSON_GetArrayItem(generated, (int)i)->valuedouble, best);
    }
    qref_tensor_free(&logits);
    cJSON_Delete(json);
  }
}

static void decode_drift(void **state) {
  program *p = *state;
  static const char *const variants[] = {"", "--threads 2", "--backend ref"};
  char digests[3][2][65];
  for (size_t i = 0; i < 3; i++) {
    char command[256];
    snprintf(command, sizeof command,
             "$Q run --model $QM --prompt 'In the beginning' --decode 8 --compare-decode --json %s", variants[i]);
    cJSON *json = run_json(p, command);
    const cJSON *prefill = cJSON_GetObjectItem(json, "prefill_drift");
    const cJSON *decode = cJSON_GetObjectItem(json, "decode_drift");
    assert_int_equal((int)number(prefill, "positions"), 16);
    assert_int_equal((int)number(decode, "positions"), 8);
    /* the state is requantized every token: there is a drift, and it is small */
    assert_true(number(prefill, "max") > 0.0 && number(prefill, "max") < 5.0);
    assert_true(number(prefill, "mean") > 0.0 && number(prefill, "mean") < 1.0);
    assert_true(number(decode, "max") > 0.0);
    snprintf(digests[i][0], 65, "%s", text(json, "logits_sha256"));
    snprintf(digests[i][1], 65, "%s", text(json, "decoded_logits_sha256"));
    cJSON_Delete(json);
  }
  assert_string_not_equal(digests[0][0], digests[0][1]);
  for (size_t i = 1; i < 3; i++) {
    assert_string_equal(digests[0][0], digests[i][0]);
    assert_string_equal(digests[0][1], digests[i][1]);
  }
}

/* A checkpoint that is quantized on the fly is the quantized model. */
static void checkpoint_or_file(void **state) {
  program *p = *state;
  expect(p,
         "$Q run --model $M --calib-windows 2 --calib-length 64 --prompt 'And God' --decode 4 >a &&"
         " $Q run --model $QM --prompt 'And God' --decode 4 >b && cmp a b",
         0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(fp32_logits, program_clear),
      cmocka_unit_test_setup(logits_of_the_last_token, program_clear),
      cmocka_unit_test_setup(generation_is_greedy, program_clear),
      cmocka_unit_test_setup(decode_drift, program_clear),
      cmocka_unit_test_setup(checkpoint_or_file, program_clear),
  };
  return cmocka_run_group_tests(tests, program_begin, program_end);
}
