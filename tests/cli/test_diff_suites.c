/* qref diff of suites: what differs, by how much, where. */
#include "tests/cli/suite_fixture.h"

static int begin(void **state) {
  suite_begin(state, "--suite smoke --op linear_w8a8");
  return 0;
}

static void same(void **state) {
  program *p = *state;
  expect(p, "$Q diff $S $S --junit r.xml", 0);
  assert_contains(p->out, " elements: the same\n");
  expect(p, "cat r.xml", 0);
  assert_contains(p->out, "failures=\"0\"");
  expect(p, "$Q diff $S $S --json", 0);
  cJSON *json = json_of(p);
  assert_true(cJSON_IsTrue(cJSON_GetObjectItem(json, "same")));
  cJSON_Delete(json);
}

/* The lowest bit of one int8: by 1, in one element. */
static void one_element(void **state) {
  program *p = *state;
  suite_copy copy;
  copy_begin(&copy, p);
  cJSON *item = some_case(&copy);
  cJSON *tensor = tensor_of(item, "y");
  const size_t count = element_count(tensor);
  char id[128];
  snprintf(id, sizeof id, "%s", text_of(item, "id"));
  flip_bit(&copy, tensor, 5, true);
  copy_end(&copy);
  expect(p, "$Q diff $S damaged --json --junit r.xml", 1);
  cJSON *json = json_of(p);
  assert_true(cJSON_IsFalse(cJSON_GetObjectItem(json, "same")));
  cJSON *list = cJSON_GetObjectItem(json, "differences");
  assert_int_equal(cJSON_GetArraySize(list), 1);
  cJSON *difference = cJSON_GetArrayItem(list, 0);
  assert_string_equal(text_of(difference, "case"), id);
  assert_string_equal(text_of(difference, "tensor"), "y");
  assert_int_equal(member(difference, "elements")->valueint, (int)count);
  assert_int_equal(member(difference, "different")->valueint, 1);
  assert_true(member(difference, "max")->valuedouble == 1.0);
  assert_true(member(difference, "mean")->valuedouble == 1.0 / (double)count);
  assert_int_equal(member(member(difference, "first_divergence"), "index")->valueint, 5);
  cJSON_Delete(json);
  expect(p, "cat r.xml", 0);
  assert_contains(p->out, "failures=\"1\"");
  expect(p, "$Q diff $S damaged", 1);
  assert_contains(p->out, id);
  assert_contains(p->out, "first at 5: 0x");
  assert_contains(p->out, " 1 differences\n");
}

static void missing_case(void **state) {
  program *p = *state;
  suite_copy copy;
  copy_begin(&copy, p);
  char id[128];
  snprintf(id, sizeof id, "%s", text_of(cJSON_GetArrayItem(cases_of(&copy), 0), "id"));
  cJSON_DeleteItemFromArray(cases_of(&copy), 0);
  char digest[65];
  suite_digest(copy.manifest, digest);
  set_text(copy.manifest, "digest", digest);
  copy_end(&copy);
  expect(p, "$Q diff $S damaged", 1);
  assert_contains(p->out, id);
  expect(p, "$Q diff damaged $S --json", 1);
  cJSON *json = json_of(p);
  cJSON *difference = cJSON_GetArrayItem(cJSON_GetObjectItem(json, "differences"), 0);
  assert_true(cJSON_IsTrue(member(difference, "only_in_b")));
  assert_string_equal(text_of(difference, "tensor"), "");
  cJSON_Delete(json);
}

static void refused(void **state) {
  program *p = *state;
  expect_refused(p, "$Q diff $S $M", "tiny-mamba: expected a suite of vectors");
  expect_refused(p, "$Q diff $M $S", "tiny-mamba: expected a suite of vectors");
  suite_copy copy;
  copy_begin(&copy, p);
  set_text(copy.manifest, "format", "qref-vectors/2");
  copy_end(&copy);
  expect(p, "$Q diff $S damaged", 2);
  assert_contains(p->err, "qref-vectors/2");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(same, program_clear),
      cmocka_unit_test_setup(one_element, program_clear),
      cmocka_unit_test_setup(missing_case, program_clear),
      cmocka_unit_test_setup(refused, program_clear),
  };
  return cmocka_run_group_tests(tests, begin, program_end);
}
