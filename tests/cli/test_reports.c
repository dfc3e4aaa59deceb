/* qref replay, diff and info: tables, JSON, JUnit, exit codes. */
#include <cjson/cJSON.h>
#include <qref/backend.h>

#include "tests/cli/program.h"

static cJSON *json_of(const program *p) {
  cJSON *json = cJSON_Parse(p->out);
  assert_non_null(json);
  return json;
}

static void replay(void **state) {
  program *p = *state;
  expect(p, "$Q replay $V/recorded/quamba-h100", 0);
  assert_contains(p->out, "84 outputs: 72 exact, 0 tie, 0 saturation, 0 wrap, 12 approx, 0 bug");
  assert_contains(p->out, "first approx: ");
  expect(p, "$Q replay $V/recorded/quamba-h100 --backend ref --json --junit r.xml >a.json", 0);
  expect(p, "$Q replay $V/recorded/quamba-h100 --threads 2 --json >b.json && cmp a.json b.json && cat a.json", 0);
  cJSON *json = json_of(p);
  assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(json, "outputs")), 84);
  assert_true(cJSON_IsTrue(cJSON_GetObjectItem(json, "explained")));
  cJSON_Delete(json);
  expect(p, "cat r.xml", 0);
  assert_contains(p->out, "tests=\"84\" failures=\"0\"");
  assert_contains(p->out, "name=\"conv1d_00.y_no_bias_no_silu\"");
}

/* One recorded value changed, the digest corrected. */
static void replay_of_a_bug(void **state) {
  program *p = *state;
  /* y and y_precise are the same bytes, and have one digest */
  expect(p,
         "cp -r $V/recorded/quamba-h100 r && chmod -R u+w r && cd r &&"
         " old=$(sha256sum conv1d_12.y.npy | cut -c 1-64) &&"
         " printf '\\100' | dd of=conv1d_12.y.npy bs=1 seek=130 conv=notrunc 2>/dev/null &&"
         " cp conv1d_12.y.npy conv1d_12.y_precise.npy && new=$(sha256sum conv1d_12.y.npy | cut -c 1-64) &&"
         " sed -i \"s/$old/$new/\" manifest.json && grep -q $new manifest.json",
         0);
  expect(p, "$Q replay r --junit r.xml", 1);
  assert_contains(p->out, "first bug: conv1d_12: op conv1d_silu, tensor y, index 2: recorded 0x40, reference 0x");
  assert_contains(p->out, "value before rounding ");
  assert_contains(p->out, "from a rounding boundary");
  assert_contains(p->out, "2 bug: NOT every difference explained");
  expect(p, "cat r.xml", 0);
  assert_contains(p->out, "failures=\"2\"");
  assert_contains(p->out, "<failure message=\"conv1d_12: op conv1d_silu");
}

static void diff(void **state) {
  program *p = *state;
  expect(p, "$Q check --model $QM --log-dir a && $Q check --model $QM --log-dir b && $Q diff a b", 0);
  assert_contains(p->out, "0 of 16 files differ");
  expect(p,
         "sed -i 's/\"layer_idx\":.*/\"layer_idx\": 3,/' b/layer02_int8_baseline.json && rm"
         " b/layer05_int8_baseline.json && $Q diff a b --junit r.xml",
         1);
  assert_contains(p->out, "first at layer_idx[0]: 2, 3");
  assert_contains(p->out, "only in A");
  assert_contains(p->out, "2 of 16 files differ");
  expect(p, "$Q diff a b --json", 1);
  cJSON *json = json_of(p);
  assert_true(cJSON_IsFalse(cJSON_GetObjectItem(json, "same")));
  assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(json, "files")), 16);
  cJSON_Delete(json);
  expect(p, "cat r.xml", 0);
  assert_contains(p->out, "tests=\"16\" failures=\"2\"");
}

static void info(void **state) {
  program *p = *state;
  expect(p, "$Q info", 0);
  static const char *const parts[] = {"self-test    pass",     "\nbackends ", "cpu-portable yes",
                                      "selective_scan_update", "profiles\n",  "quamba-saturating"};
  for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
    assert_contains(p->out, parts[i]);
  }
  expect(p, "$Q info --json", 0);
  cJSON *json = json_of(p);
  assert_true(cJSON_IsTrue(cJSON_GetObjectItem(json, "self_test")));
  assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(json, "backends")), qref_backend_count());
  const cJSON *profiles = cJSON_GetObjectItem(json, "profiles");
  assert_int_equal(strlen(cJSON_GetObjectItem(profiles, "quamba")->valuestring), 64);
  assert_string_not_equal(cJSON_GetObjectItem(profiles, "quamba")->valuestring,
                          cJSON_GetObjectItem(profiles, "floatsim")->valuestring);
  cJSON_Delete(json);
  expect(p, "$Q info --suites --flags --json", 0);
  json = json_of(p);
  const cJSON *suites = cJSON_GetObjectItem(json, "suites");
  const cJSON *flags = cJSON_GetObjectItem(json, "flags");
  assert_int_equal(cJSON_GetArraySize(suites), 3);
  const cJSON *suite = NULL;
  cJSON_ArrayForEach(suite, suites) {
    int cases = 0;
    const cJSON *op = NULL;
    cJSON_ArrayForEach(op, cJSON_GetObjectItem(suite, "ops")) {
      assert_true(op->valueint > 0);
      cases += op->valueint;
    }
    assert_int_equal(cJSON_GetObjectItem(suite, "cases")->valueint, cases);
  }
  assert_true(cJSON_GetArraySize(flags) > 30);
  const cJSON *flag = NULL;
  cJSON_ArrayForEach(flag, flags) {
    assert_true(strlen(cJSON_GetObjectItem(flag, "note")->valuestring) > 20);
  }
  assert_true(cJSON_GetObjectItem(cJSON_GetObjectItem(flags, "tie"), "standard")->valueint > 0);
  cJSON_Delete(json);
  expect(p, "$Q info --suites --flags", 0);
  assert_contains(p->out, "linear_w8a8_per_channel");
  assert_contains(p->out, "\nsoftplus_threshold ");
  /* a printed profile is a profile file, and the same profile */
  expect(p, "$Q info --profile quamba --json >p.json && $Q info --profile p.json --json | cmp - p.json", 0);
  expect(p, "$Q info --junit r.xml && grep -c 'failures=\"0\"' r.xml", 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(replay, program_clear),
      cmocka_unit_test_setup(replay_of_a_bug, program_clear),
      cmocka_unit_test_setup(diff, program_clear),
      cmocka_unit_test_setup(info, program_clear),
  };
  return cmocka_run_group_tests(tests, program_begin, program_end);
}
