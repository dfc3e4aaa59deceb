#include "ref/base/json.h"

#include <math.h>

#include "tests/base/support.h"

static qref_status parse(const char *text, cJSON **json, qref_error *error) {
  return qref_json_parse(text, strlen(text), "f.json", json, error);
}

static void refuses(const char *text, const char *part) {
  cJSON *json = NULL;
  qref_error error;
  assert_failure(parse(text, &json, &error), QREF_ERROR_FORMAT, &error, part);
  assert_failure(QREF_ERROR_FORMAT, QREF_ERROR_FORMAT, &error, "f.json");
  assert_null(json);
}

static void accepts_one_value(void **state) {
  (void)state;
  static const char *const good[] = {
      "{}", "[]", " 1 ", "\"a\"", "null", "{\"a\":{\"a\":1},\"b\":[{\"a\":2}]}\n\t\r ", "\"\\\\u0000\""};
  for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
    cJSON *json = NULL;
    qref_error error = {""};
    assert_int_equal(parse(good[i], &json, &error), QREF_OK);
    cJSON_Delete(json);
  }
}

static void refuses_all_else(void **state) {
  (void)state;
  refuses("", "found nothing");
  refuses("{", "line 1");
  refuses("[1,]", "valid JSON");
  refuses("nul", "valid JSON");
  refuses("{} {}", "line 1, column 4");
  refuses("{}\n\nx", "line 3, column 1");
  refuses("{}\x01", "expected the end");
  refuses("{\"a\":1,\"b\":2,\"a\":3}", "field 'a': expected once");
  refuses("[{\"x\":{\"k\":1,\"k\":1}}]", "field 'k': expected once");
  refuses("{\"a\\u0000b\":1}", "NUL");
  refuses("{\"\\u0061\":1,\"a\":2}", "field 'a'"); /* the same key, spelled differently */
  cJSON *json = NULL;
  qref_error error;
  assert_failure(qref_json_parse("{}\0{}", 5, "f.json", &json, &error), QREF_ERROR_FORMAT, &error, "NUL");
}

static void text_need_not_end_with_nul(void **state) {
  (void)state;
  char *text = malloc(2); /* of its exact size: AddressSanitizer sees a read behind it */
  assert_non_null(text);
  memcpy(text, "12", 2);
  cJSON *json = NULL;
  qref_error error;
  assert_int_equal(qref_json_parse(text, 2, "f.json", &json, &error), QREF_OK);
  assert_true(json->valuedouble == 12.0);
  cJSON_Delete(json);
  free(text);
}

static void nesting_is_bounded(void **state) {
  (void)state;
  enum { DEPTH = 200000 };
  char *text = malloc(DEPTH + 1);
  assert_non_null(text);
  memset(text, '[', DEPTH);
  text[DEPTH] = '\0';
  refuses(text, "valid JSON");
  free(text);
}

static void sizes(void **state) {
  (void)state;
  cJSON *json = NULL;
  qref_error error;
  assert_int_equal(
      parse("{\"zero\":0,\"n\":42,\"most\":9007199254740992,\"whole\":1e3,\"minus\":-1,\"half\":0.5,"
            "\"more\":9007199254740994,\"huge\":1e999,\"s\":\"1\",\"null\":null,\"o\":{},\"a\":[],\"t\":true}",
            &json, &error),
      QREF_OK);
  size_t value = 0;
  assert_int_equal(qref_json_size(json, "zero", "f.json", &value, &error), QREF_OK);
  assert_int_equal(value, 0);
  assert_int_equal(qref_json_size(json, "n", "f.json", &value, &error), QREF_OK);
  assert_int_equal(value, 42);
  assert_int_equal(qref_json_size(json, "most", "f.json", &value, &error), QREF_OK);
  assert_true(value == (size_t)9007199254740992);
  assert_int_equal(qref_json_size(json, "whole", "f.json", &value, &error), QREF_OK);
  assert_int_equal(value, 1000);
  static const char *const bad[] = {"minus", "half", "more", "huge", "s", "null", "o", "a", "t", "absent", "N"};
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    char expected[64];
    snprintf(expected, sizeof expected, "f.json: field '%s': expected an integer", bad[i]);
    assert_failure(qref_json_size(json, bad[i], "f.json", &value, &error), QREF_ERROR_FORMAT, &error, expected);
  }
  assert_int_equal(qref_json_size_or(json, "absent", "f.json", 5, &value, &error), QREF_OK);
  assert_int_equal(value, 5);
  assert_int_equal(qref_json_size_or(json, "null", "f.json", 6, &value, &error), QREF_OK);
  assert_int_equal(value, 6);
  assert_failure(qref_json_size_or(json, "s", "f.json", 6, &value, &error), QREF_ERROR_FORMAT, &error,
                 "found a string");
  cJSON_Delete(json);
}

static void floats_and_booleans(void **state) {
  (void)state;
  cJSON *json = NULL;
  qref_error error;
  assert_int_equal(
      parse("{\"x\":0.1,\"large\":1e39,\"inf\":1e999,\"s\":\"0.1\",\"t\":true,\"f\":false}", &json, &error), QREF_OK);
  float value = 0;
  assert_int_equal(qref_json_f32(json, "x", "f.json", &value, &error), QREF_OK);
  assert_true(value == 0.1f);
  static const char *const bad[] = {"large", "inf", "s", "t", "absent"};
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    assert_failure(qref_json_f32(json, bad[i], "f.json", &value, &error), QREF_ERROR_FORMAT, &error, bad[i]);
  }
  assert_int_equal(qref_json_f32_or(json, "absent", "f.json", 2.5f, &value, &error), QREF_OK);
  assert_true(value == 2.5f);
  bool flag = false;
  assert_int_equal(qref_json_bool_or(json, "t", "f.json", false, &flag, &error), QREF_OK);
  assert_true(flag);
  assert_int_equal(qref_json_bool_or(json, "f", "f.json", true, &flag, &error), QREF_OK);
  assert_false(flag);
  assert_int_equal(qref_json_bool_or(json, "absent", "f.json", true, &flag, &error), QREF_OK);
  assert_true(flag);
  assert_failure(qref_json_bool_or(json, "x", "f.json", true, &flag, &error), QREF_ERROR_FORMAT, &error,
                 "expected true or false, found another number");
  cJSON_Delete(json);
}

static void strings_objects_arrays(void **state) {
  (void)state;
  cJSON *json = NULL;
  qref_error error;
  assert_int_equal(parse("{\"s\":\"text\",\"o\":{\"k\":1},\"a\":[1]}", &json, &error), QREF_OK);
  const char *text = NULL;
  const cJSON *node = NULL;
  assert_int_equal(qref_json_string(json, "s", "f.json", &text, &error), QREF_OK);
  assert_string_equal(text, "text");
  assert_int_equal(qref_json_object(json, "o", "f.json", &node, &error), QREF_OK);
  assert_true(cJSON_HasObjectItem(node, "k"));
  assert_int_equal(qref_json_array(json, "a", "f.json", &node, &error), QREF_OK);
  assert_int_equal(cJSON_GetArraySize(node), 1);
  assert_failure(qref_json_string(json, "o", "f.json", &text, &error), QREF_ERROR_FORMAT, &error,
                 "f.json: field 'o': expected a string, found an object");
  assert_failure(qref_json_object(json, "a", "f.json", &node, &error), QREF_ERROR_FORMAT, &error,
                 "expected an object, found an array");
  assert_failure(qref_json_array(json, "absent", "f.json", &node, &error), QREF_ERROR_FORMAT, &error,
                 "expected an array, found nothing");
  cJSON_Delete(json);
}

static void reads_files_up_to_a_limit(void **state) {
  (void)state;
  scratch s;
  scratch_begin(&s);
  write_text(scratch_file(&s, "a.json"), "{\"a\":1}");
  cJSON *json = NULL;
  qref_error error;
  assert_int_equal(qref_json_read(s.path, 7, &json, &error), QREF_OK);
  cJSON_Delete(json);
  assert_failure(qref_json_read(s.path, 6, &json, &error), QREF_ERROR_FORMAT, &error, "at most 6 bytes");
  assert_failure(qref_json_read(scratch_file(&s, "none"), 6, &json, &error), QREF_ERROR_IO, &error, s.path);
  scratch_end(&s);
}

static void writes_numbers(void **state) {
  (void)state;
  cJSON *json = cJSON_CreateObject();
  assert_true(qref_json_add_f32(json, "a", 0.1f));
  assert_true(qref_json_add_f32(json, "b", NAN));
  assert_true(qref_json_add_u64(json, "c", UINT64_MAX));
  assert_true(qref_json_add_u64(json, "d", 0));
  char *text = cJSON_PrintUnformatted(json);
  assert_string_equal(text, "{\"a\":0.1,\"b\":null,\"c\":18446744073709551615,\"d\":0}");
  cJSON_free(text);
  cJSON_Delete(json);
}

/* ---- allocations that fail ---- */

static int allocations_left;

static void *allocate_some(size_t size) {
  return allocations_left-- > 0 ? malloc(size) : NULL;
}

static void no_allocation_is_taken_for_granted(void **state) {
  (void)state;
  cJSON_Hooks hooks = {allocate_some, free};
  cJSON_InitHooks(&hooks);
  int parsed = 0;
  int added = 0;
  for (int count = 0; count < 20; count++) {
    cJSON *json = NULL;
    qref_error error;
    allocations_left = count;
    qref_status status = parse("{\"a\":[1,\"x\"]}", &json, &error);
    assert_true((status == QREF_OK) == (json != NULL));
    parsed += status == QREF_OK;
    cJSON_Delete(json);
    allocations_left = 1;
    cJSON *object = cJSON_CreateObject();
    allocations_left = count;
    added += qref_json_add_u64(object, "k", 5);
    cJSON_Delete(object);
  }
  assert_in_range(parsed, 1, 20 - 6); /* at least four nodes, a key and a string are allocated */
  assert_in_range(added, 1, 20 - 3);  /* a node, its text and a key */
  cJSON_InitHooks(NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(accepts_one_value),
      cmocka_unit_test(refuses_all_else),
      cmocka_unit_test(text_need_not_end_with_nul),
      cmocka_unit_test(nesting_is_bounded),
      cmocka_unit_test(sizes),
      cmocka_unit_test(floats_and_booleans),
      cmocka_unit_test(strings_objects_arrays),
      cmocka_unit_test(reads_files_up_to_a_limit),
      cmocka_unit_test(writes_numbers),
      cmocka_unit_test(no_allocation_is_taken_for_granted),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
