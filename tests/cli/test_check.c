/* qref check: tables, logs, exit codes, and the same bytes whatever the threads and the backend. */
#include <cjson/cJSON.h>
#include <math.h>

#include "tests/cli/program.h"

static cJSON *read_log(program *p, const char *name) {
  size_t size = 0;
  char *text = (char *)read_bytes(scratch_file(&p->work, name), &size);
  cJSON *json = cJSON_Parse(text);
  free(text);
  assert_non_null(json);
  return json;
}

static double number(const cJSON *json, const char *field) {
  const cJSON *item = cJSON_GetObjectItem(json, field);
  assert_true(cJSON_IsNumber(item));
  return item->valuedouble;
}

static float value(const cJSON *json, const char *field, int i) {
  const cJSON *array = cJSON_GetObjectItem(json, field);
  assert_int_equal(cJSON_GetArraySize(array), 10);
  return (float)cJSON_GetArrayItem(array, i)->valuedouble;
}

/* Full calibration takes minutes under a sanitizer. */
#ifdef __SANITIZE_ADDRESS__
#define CALIBRATION " --calib-windows 1"
#else
#define CALIBRATION ""
#endif

/* The command of the issue. */
static void whole_check(void **state) {
  program *p = *state;
  expect(p, "ln -s $V vectors && $Q check --quantize --seq-len 32 --test-better-scale --scale-factor 2025" CALIBRATION,
         0);
  assert_string_equal(p->err, "");
  assert_contains(p->out, "all 8 layers");
  assert_contains(p->out, "every difference explained");
  assert_contains(p->out, " 0 bug");
  assert_int_equal(scratch_count(&p->work), 2);
  expect(p, "ls yzCheckFloatSim", 0);
  char expected[2048] = "";
  for (int layer = 0; layer < 8; layer++) {
    snprintf(expected + strlen(expected), sizeof expected - strlen(expected),
             "layer%02d_floatsim_betterscale_2025.json\nlayer%02d_floatsim_samescale.json\n"
             "layer%02d_int8_baseline.json\n",
             layer, layer, layer);
  }
  assert_string_equal(p->out, expected);

  for (int layer = 0; layer < 8; layer++) {
    char name[96];
    snprintf(name, sizeof name, "yzCheckFloatSim/layer%02d_int8_baseline.json", layer);
    cJSON *int8 = read_log(p, name);
    snprintf(name, sizeof name, "yzCheckFloatSim/layer%02d_floatsim_samescale.json", layer);
    cJSON *same = read_log(p, name);
    snprintf(name, sizeof name, "yzCheckFloatSim/layer%02d_floatsim_betterscale_2025.json", layer);
    cJSON *better = read_log(p, name);
    const float scale = (float)number(int8, "output_scale");
    assert_int_equal((int)number(int8, "layer_idx"), layer);
    assert_true(cJSON_IsFalse(cJSON_GetObjectItem(int8, "float_sim_asic")));
    assert_true(cJSON_IsTrue(cJSON_GetObjectItem(same, "float_sim_asic")));
    assert_true(cJSON_IsFalse(cJSON_GetObjectItem(same, "float_sim_better_scale")));
    assert_true(cJSON_IsTrue(cJSON_GetObjectItem(better, "float_sim_better_scale")));
    assert_true((float)number(same, "effective_scale") == scale);
    assert_true((float)number(better, "output_scale") == scale);
    const float fine = (float)number(better, "effective_scale");
    assert_true(fine == scale / 2025.0f);
    assert_null(cJSON_GetObjectItem(same, "statistics"));
    for (int i = 0; i < 10; i++) {
      /* Reading back gives the float32 that was written: it lies on its grid to the last bit. */
      const float q = rintf(value(int8, "after_quant", i) / scale);
      assert_true(q * scale == value(int8, "after_quant", i));
      const float before = value(same, "before_quant", i);
      assert_true(rintf(before / scale) * scale == value(same, "after_quant", i));
      assert_true(before == value(better, "before_quant", i) || layer > 0);
      const float fine_before = value(better, "before_quant", i);
      assert_true(rintf(fine_before / fine) * fine == value(better, "after_quant", i));
      if (q < 127.0f && q > -128.0f) {
        assert_true(fabsf(value(same, "after_quant", i) - value(int8, "after_quant", i)) < 1e-5f);
      }
    }
    cJSON_Delete(int8);
    cJSON_Delete(same);
    cJSON_Delete(better);
  }
}

static void json_and_junit(void **state) {
  program *p = *state;
  expect(p, "$Q check --model $QM --batch 2 --test-better-scale --json --junit report.xml --statistics", 0);
  cJSON *json = cJSON_Parse(p->out);
  assert_non_null(json);
  assert_true(cJSON_IsTrue(cJSON_GetObjectItem(json, "explained")));
  assert_int_equal((int)number(json, "compared_layers"), 8);
  assert_int_equal((int)number(json, "seq_len"), 32);
  const cJSON *layers = cJSON_GetObjectItem(json, "layers");
  assert_int_equal(cJSON_GetArraySize(layers), 8);
  assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(json, "logs")), 24);
  const cJSON *layer = NULL;
  cJSON_ArrayForEach(layer, layers) {
    const cJSON *lockstep = cJSON_GetObjectItem(layer, "lockstep");
    const cJSON *same = cJSON_GetObjectItem(lockstep, "samescale");
    const cJSON *better = cJSON_GetObjectItem(lockstep, "betterscale");
    assert_int_equal((int)number(same, "elements"), 2 * 384 * 32);
    assert_int_equal((int)number(same, "bug"), 0);
    assert_int_equal((int)(number(same, "exact") + number(same, "saturated") + number(same, "tie") +
                           number(same, "tie_by_cancellation")),
                     2 * 384 * 32);
    assert_true(number(better, "finer") > number(better, "exact"));
    assert_non_null(cJSON_GetObjectItem(cJSON_GetObjectItem(layer, "whole_model"), "betterscale"));
  }
  /* layer 0 has no layer above it */
  assert_int_equal(
      (int)number(cJSON_GetObjectItem(cJSON_GetObjectItem(cJSON_GetArrayItem(layers, 0), "whole_model"), "samescale"),
                  "inherited"),
      0);
  cJSON_Delete(json);
  expect(p, "cat report.xml", 0);
  assert_contains(p->out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
  assert_contains(p->out, "tests=\"32\" failures=\"0\" errors=\"0\"");
  assert_contains(p->out, "name=\"layer07.betterscale\"");
  cJSON *log = read_log(p, "yzCheckFloatSim/layer03_int8_baseline.json");
  const cJSON *statistics = cJSON_GetObjectItem(log, "statistics");
  assert_true(number(statistics, "min") <= number(statistics, "mean"));
  assert_true(number(statistics, "mean") <= number(statistics, "max"));
  assert_true(number(statistics, "std") > 0.0);
  cJSON_Delete(log);
}

static void same_bytes_everywhere(void **state) {
  program *p = *state;
  expect(p, "$Q check --model $QM --test-better-scale --log-dir a --json >a.json", 0);
  expect(p, "$Q check --model $QM --test-better-scale --log-dir b --threads 2", 0);
  expect(p, "$Q check --model $QM --test-better-scale --log-dir c --backend ref", 0);
  expect(p, "diff -r a b && diff -r a c && $Q diff a b && $Q diff a c", 0);
  expect(p,
         "$Q quantize --model $M --calib-windows 2 --calib-length 64 -o again.safetensors --threads 2 && "
         "cmp again.safetensors $QM",
         0);
  expect(p,
         "FLOAT_SIM_ASIC=true FLOAT_SIM_BETTER_SCALE=1 $Q quantize --model $M --calib-windows 2 --calib-length 64"
         " -o simulated.safetensors && cmp simulated.safetensors $QM",
         0);
}

static void other_inputs(void **state) {
  program *p = *state;
  expect(p, "$Q check --model $QM --seq-len 1", 0);
  expect(p, "$Q check --model $QM --seq-len 2 --batch 3 --text $M/calib.txt", 0);
  expect(p, "$Q check --model $QM --tokens $M/hf_tokens.npy", 0);
  expect(p, "echo '1 2,3\n255 0' >t.txt && $Q check --model $QM --tokens t.txt --seq-len 5", 0);
  /* a copy of the model without its texts: random tokens, the same every time */
  expect(p,
         "cp $QM m.safetensors && $Q check --model m.safetensors --seed 7 --json >1.json &&"
         " $Q check --model m.safetensors --seed 7 --json >2.json && cmp 1.json 2.json && grep -q random 1.json",
         0);
  expect(p, "$Q check --model m.safetensors --seed 8 --log-dir other", 0);
  expect(p, "$Q diff yzCheckFloatSim other", 1);
}

static void policies(void **state) {
  program *p = *state;
  expect(p, "$Q check --model $QM --test-better-scale --scale-factor absmax:12", 0);
  expect(p, "ls yzCheckFloatSim | grep -c betterscale_", 0);
  assert_string_equal(p->out, "8\n");
  expect(p, "$Q check --model $QM --test-better-scale --scale-factor percentile:99.9:10 --log-dir b", 0);
  expect(p, "$Q check --model $QM --test-better-scale --scale-factor fixed:0.5 --log-dir c && ls c | grep -c _0.5.json",
         0);
}

static void profiles(void **state) {
  program *p = *state;
  expect(p, "$Q check --model $QM --profile quamba-saturating --log-dir a", 0);
  expect(p, "$Q check --model $QM --profile floatsim --log-dir b && $Q check --model $QM --log-dir c && diff -r b c",
         0);
  /* conv1d rounds down in this hardware: nothing explains that */
  expect(p,
         "echo '{\"base\": \"quamba\", \"conv1d_silu\": {\"output\": {\"rounding\": \"floor\"}}}' >p.json &&"
         " $Q check --model $QM --profile p.json --junit r.xml",
         1);
  assert_contains(p->out, "NOT every difference explained");
  assert_contains(p->out, "before rounding");
  expect(p, "grep -c '<failure' r.xml", 0);
}

static void float_checkpoint(void **state) {
  program *p = *state;
  expect_refused(p, "$Q check --model $M", "--quantize");
  for (int layer = 0; layer < 8; layer++) {
    char line[64];
    snprintf(line, sizeof line, "layer %02d: no quantized conv1d (float checkpoint)\n", layer);
    assert_contains(p->out, line);
  }
  expect_refused(p, "$Q check --model $QM --quantize", "quantized already");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(whole_check, program_clear),
      cmocka_unit_test_setup(json_and_junit, program_clear),
      cmocka_unit_test_setup(same_bytes_everywhere, program_clear),
      cmocka_unit_test_setup(other_inputs, program_clear),
      cmocka_unit_test_setup(policies, program_clear),
      cmocka_unit_test_setup(profiles, program_clear),
      cmocka_unit_test_setup(float_checkpoint, program_clear),
  };
  return cmocka_run_group_tests(tests, program_begin, program_end);
}
