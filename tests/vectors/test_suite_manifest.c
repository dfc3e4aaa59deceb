/* The manifest's reader: every field is looked at, and the message names it. */
#include "tests/vectors/suite_support.h"

typedef struct change {
  const char *anchor, *from, *to; /* see edit() */
  const char *expected;           /* in the message */
} change;

#define CASE "\"id\":\"requantize/uniform_00\""
#define BLOCK_CASE "\"id\":\"block_one/decode_0_02_conv1d\""

static const change changes[] = {
    {"", "{\"format\"", "[{\"format\"", "expected"},
    {"", "\"format\":\"qref-vectors/1\"", "\"format\":1", "field 'format'"},
    {"", "\"format\":\"qref-vectors/1\",", "", "field 'format'"},
    {"", "\"suite\":\"smoke\"", "\"suite\":\"Smoke!\"", "field 'suite'"},
    {"", "\"suite\":\"smoke\"", "\"suite\":null", "field 'suite'"},
    {"", "\"suite\":\"smoke\"", "\"suite\":\"smoke\",\"extra\":1", "field 'extra'"},
    {"", "\"seed\":\"0x", "\"seed\":\"0X", "field 'seed'"},
    {"", "\"seed\":\"0x", "\"seed\":\"0x0", "field 'seed'"},
    {"", "\"op\":\"requantize\"", "\"op\":\"round\"", "field 'op'"},
    {"", "\"op\":\"requantize\"", "\"op\":3", "field 'op'"},
    {"", "\"npy\",\"hex\"", "\"npy\",\"npy\"", "field 'formats'"},
    {"", "\"npy\",\"hex\"", "\"npy\",\"csv\"", "field 'formats'"},
    {"", "[\"npy\",\"hex\"]", "[]", "field 'formats'"},
    {"", "\"hex_lanes\":1", "\"hex_lanes\":0", "field 'hex_lanes'"},
    {"", "\"hex_lanes\":1", "\"hex_lanes\":1.5", "field 'hex_lanes'"},
    {"", "\"hex_lanes\":1", "\"hex_lanes\":2", "field 'lines'"},
    {"", "\"shard\":null", "\"shard\":{\"index\":3,\"count\":2}", "field 'shard'"},
    {"", "\"shard\":null", "\"shard\":{\"index\":1}", "field 'count'"},
    {"", "\"shard\":null,", "", "field 'shard'"},
    {"", "\"digest\":\"", "\"digest\":\"0", "field 'digest'"},
    {"\"profiles\"", "\"name\":\"quamba\"", "\"name\":\"other\"", "expected the name 'other'"},
    {"\"profiles\"", "\"sha256\":\"1c52", "\"sha256\":\"0c52", "profile 'quamba': field 'sha256'"},
    {"\"profiles\"", "\"rounding\":\"half_away\"", "\"rounding\":\"half_up\"", "profile 'quamba': field 'sha256'"},
    {"\"profiles\"", "\"rounding\":\"half_away\"", "\"rounding\":\"nearest\"", "expected one of half_away"},
    {"", "\"flags\":{", "\"flags\":{\"x\":1,", "field 'flags'"},
    {"\"coverage\"", "\"seen\":", "\"seen\":-", "field 'seen'"},
    {"\"coverage\"", "\"required\":true", "\"required\":1", "field 'required'"},
    {"", "\"cases\":[", "\"cases\":[],\"x\":[", "field 'x'"},
    {"", CASE, "\"id\":\"../uniform_00\"", "field 'id'"},
    {"", CASE, "\"id\":\"requantize/../uniform_00\"", "field 'id'"},
    {"", CASE, "\"id\":\"/uniform_00\"", "field 'id'"},
    {"", CASE, "\"id\":\"requantize/uni form\"", "field 'id'"},
    {"", CASE, "\"id\":\"requantize/all_codes\"", "used by another case"},
    {"", CASE, "\"name\":\"requantize/uniform_00\"", "field 'id'"},
    {CASE, "\"op\":\"requantize\"", "\"op\":\"hadamard\"", "case 'requantize/uniform_00'"},
    {CASE, "\"profile\":\"quamba\"", "\"profile\":\"none\"", "field 'profile'"},
    {CASE, "\"flags\":[\"uniform\"", "\"flags\":[\"unlisted\"", "field 'flags'"},
    {CASE, "\"count\":256", "\"count\":255", "field 'shape': expected [255]"},
    {CASE, "\"count\":256", "\"count\":0", "field 'count'"},
    {CASE, "\"count\":256", "\"count\":9007199254740994", "field 'count'"},
    {CASE, "\"count\":256", "\"count\":9007199254740992", "field 'shape'"},
    {CASE, "\"count\":256", "\"count\":256,\"size\":1", "field 'size'"},
    {CASE, "\"bits\":\"0x", "\"bits\":\"", "field 'bits'"},
    {CASE, "\"value\":", "\"value\":1", "field 'value'"},
    {CASE, "\"inputs\":{\"x\"", "\"inputs\":{\"u\"", "'x'"},
    {CASE, "\"inputs\":{\"x\"", "\"inputs\":{\"u\":{},\"x\"", "field 'u'"},
    {CASE, "\"intermediates\":{\"before_rounding\"", "\"intermediates\":{\"before\"", "'before_rounding'"},
    {CASE, "\"outputs\":", "\"out\":", "field 'out'"},
    {CASE, "\"dtype\":\"float32\"", "\"dtype\":\"float16\"", "field 'dtype': expected float32"},
    {CASE, "\"shape\":[256]", "\"shape\":[16,16]", "field 'shape': expected [256]"},
    {CASE, "\"shape\":[256]", "\"shape\":256", "field 'shape'"},
    {CASE, "\"bits\":32", "\"bits\":31", "field 'bits': expected 32"},
    {CASE, "\"sha256\":\"", "\"sha256\":\"z", "field 'sha256'"},
    {CASE, "\"npy\":\"cases/", "\"npy\":\"/cases/", "field 'npy': expected a relative path"},
    {CASE, "\"npy\":\"cases/", "\"npy\":\"../cases/", "field 'npy': expected a relative path"},
    {CASE, "\"npy\":\"cases/", "\"npy\":\"cases/../../", "field 'npy': expected a relative path"},
    {CASE, "\"npy\":\"cases/", "\"npy\":\"\",\"x\":\"", "field 'x'"},
    {CASE, "\"file\":\"cases/", "\"file\":\"../", "field 'file': expected a relative path"},
    {CASE, "\"words\":256", "\"words\":255", "field 'words': expected 256, found 255"},
    {CASE, "\"digits\":8", "\"digits\":2", "field 'digits'"},
    {CASE, "\"saturated\":", "\"saturated\":-1,\"s\":", "field 'saturated'"},
    {CASE, "\"counts\":{", "\"counts\":{\"other\":0,", "field 'other'"},
};

static const change block_changes[] = {
    {BLOCK_CASE, "\"layout\":\"", "\"layout\":\"x", "field 'layout'"},
    {BLOCK_CASE, "\"source_case\":\"block_one/", "\"source_case\":\"block_two/", "expected an earlier case"},
    {BLOCK_CASE, "\"source_case\":\"block_one/decode_0_01_in_proj\"",
     "\"source_case\":\"block_one/decode_0_02_conv1d\"", "expected an earlier case"},
    {BLOCK_CASE, "\"source_tensor\":\"", "\"source_tensor\":\"x_", "expected a tensor of case"},
    {BLOCK_CASE, "\"links\":[{\"tensor\":\"", "\"links\":[{\"tensor\":\"no_", "expected an input"},
};

static void expect_refused(const char *directory, const char *name, const change *list, size_t count) {
  char good[SUITE_PATH_SIZE];
  char bad[SUITE_PATH_SIZE];
  char manifest[SUITE_PATH_SIZE];
  char source[SUITE_PATH_SIZE];
  snprintf(good, sizeof good, "%.200s/%s", directory, name);
  snprintf(bad, sizeof bad, "%.200s/bad", directory);
  snprintf(source, sizeof source, "%.220s/manifest.json", good);
  snprintf(manifest, sizeof manifest, "%.220s/manifest.json", bad);
  run((const char *const[]){"mkdir", "-p", bad, NULL}, 0);
  for (size_t i = 0; i < count; i++) {
    run((const char *const[]){"cp", source, manifest, NULL}, 0);
    edit(manifest, list[i].anchor, list[i].from, list[i].to);
    const verified v = verify(bad);
    if (v.status != QREF_ERROR_FORMAT || strstr(v.error.message, list[i].expected) == NULL ||
        strstr(v.error.message, "manifest.json") == NULL || strchr(v.error.message, '\n') != NULL) {
      fail_msg("%s -> %s: expected '%s', found %s: '%s'", list[i].from, list[i].to, list[i].expected,
               qref_status_name(v.status), v.error.message);
    }
    assert_int_equal(v.calls, 0);
  }
}

static void names_the_field(void **state) {
  (void)state;
  scratch s;
  scratch_begin(&s);
  const qref_gen_options options = small_suite();
  make_suite(scratch_file(&s, "good"), &options, NULL);
  expect_refused(s.directory, "good", changes, sizeof changes / sizeof changes[0]);
  scratch_end(&s);
}

static void names_the_link(void **state) {
  (void)state;
  scratch s;
  scratch_begin(&s);
  const qref_gen_options options = {.suite = "block", .seed = 1, .npy = true};
  make_suite(scratch_file(&s, "block"), &options, NULL);
  expect_refused(s.directory, "block", block_changes, sizeof block_changes / sizeof block_changes[0]);
  scratch_end(&s);
}

static void needs_a_directory_with_a_manifest(void **state) {
  (void)state;
  scratch s;
  scratch_begin(&s);
  assert_int_equal(verify("/no/such/suite").status, QREF_ERROR_IO);
  assert_int_equal(verify(s.directory).status, QREF_ERROR_IO);
  write_bytes(scratch_file(&s, "manifest.json"), "{", 1);
  assert_int_equal(verify(s.directory).status, QREF_ERROR_FORMAT);
  assert_false(qref_is_suite(s.directory));
  scratch_end(&s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(names_the_field),
      cmocka_unit_test(names_the_link),
      cmocka_unit_test(needs_a_directory_with_a_manifest),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
