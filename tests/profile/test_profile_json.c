#include <math.h>
#include <qref/profile.h>

#include "ref/profile/profile_fields.h"
#include "tests/base/support.h"

static scratch directory;

static int begin(void **state) {
  (void)state;
  scratch_begin(&directory);
  return 0;
}

static int end(void **state) {
  (void)state;
  scratch_end(&directory);
  return 0;
}

static void load(const char *json, qref_profile *profile) {
  write_text(scratch_file(&directory, "my-profile.json"), json);
  qref_error error = {""};
  if (qref_profile_load(directory.path, profile, &error) != QREF_OK) {
    fail_msg("%s", error.message);
  }
}

static void hash_of(const qref_profile *profile, char hex[65]) {
  qref_error error = {""};
  if (qref_profile_hash(profile, hex, &error) != QREF_OK) {
    fail_msg("%s", error.message);
  }
  assert_int_equal(strlen(hex), 64);
}

/* Canonical JSON loads to the same name and the same hash. */
static void assert_round_trip(const qref_profile *profile) {
  qref_error error = {""};
  char *text = NULL;
  assert_int_equal(qref_profile_to_json(profile, &text, &error), QREF_OK);
  qref_profile loaded;
  load(text, &loaded);
  char *again = NULL;
  assert_int_equal(qref_profile_to_json(&loaded, &again, &error), QREF_OK);
  assert_string_equal(again, text);
  char first[65];
  char second[65];
  hash_of(profile, first);
  hash_of(&loaded, second);
  assert_string_equal(first, second);
  free(text);
  free(again);
}

static void built_in_profiles_round_trip(void **state) {
  (void)state;
  char hashes[3][65];
  for (size_t i = 0; i < 3; i++) {
    assert_round_trip(qref_profile_at(i));
    hash_of(qref_profile_at(i), hashes[i]);
    for (size_t k = 0; k < i; k++) {
      assert_string_not_equal(hashes[i], hashes[k]);
    }
  }
}

static void the_name_is_not_hashed(void **state) {
  (void)state;
  qref_profile profile = *qref_profile_builtin("quamba");
  char before[65];
  char after[65];
  hash_of(&profile, before);
  strcpy(profile.name, "other");
  hash_of(&profile, after);
  assert_string_equal(before, after);
}

/* Another value that the field accepts. */
static void change(qref_profile *profile, const qref_profile_field *field) {
  switch (field->kind) {
    case QREF_PROFILE_CHOICE:
      qref_profile_set_integer(profile, field, (qref_profile_integer(profile, field) + 1) % (field->maximum + 1));
      break;
    case QREF_PROFILE_INTEGER:
    case QREF_PROFILE_TABLE_ENTRIES: {
      uint64_t value = qref_profile_integer(profile, field);
      qref_profile_set_integer(profile, field, value == field->maximum ? value - 1 : value + 1);
      break;
    }
    case QREF_PROFILE_SEED:
      qref_profile_set_integer(profile, field, UINT64_MAX - qref_profile_integer(profile, field));
      break;
    case QREF_PROFILE_REAL:
    case QREF_PROFILE_POSITIVE_REAL:
      qref_profile_set_real(profile, field, nextafterf(qref_profile_real(profile, field), INFINITY));
      break;
  }
}

/* quamba with a table of a valid size behind every function, so that each can be switched on. */
static qref_profile with_tables(void) {
  qref_profile profile = *qref_profile_builtin("quamba");
  const qref_profile_field *field = NULL;
  for (size_t i = 0; (field = qref_profile_field_at(i)) != NULL; i++) {
    if (field->kind == QREF_PROFILE_TABLE_ENTRIES) {
      qref_profile_set_integer(&profile, field, 256);
      qref_profile_set_real(&profile, field + 1, -8.1f);
      qref_profile_set_real(&profile, field + 2, 1e-7f);
    }
  }
  return profile;
}

static void every_field_is_written_read_and_hashed(void **state) {
  (void)state;
  const qref_profile base = with_tables();
  char base_hash[65];
  hash_of(&base, base_hash);
  const qref_profile_field *field = NULL;
  size_t count = 0;
  for (; (field = qref_profile_field_at(count)) != NULL; count++) {
    qref_profile changed = base;
    change(&changed, field);
    char hash[65];
    hash_of(&changed, hash);
    if (strcmp(hash, base_hash) == 0) {
      fail_msg("a change of %s does not change the hash", field->path);
    }
    assert_round_trip(&changed);
  }
  assert_true(count > 50);
}

static int compare_offsets(const void *a, const void *b) {
  const qref_profile_field *left = *(const qref_profile_field *const *)a;
  const qref_profile_field *right = *(const qref_profile_field *const *)b;
  return (left->offset > right->offset) - (left->offset < right->offset);
}

/* The list covers the struct: between one field and the next there is room for alignment at most. */
static void the_list_is_complete(void **state) {
  (void)state;
  const qref_profile_field *sorted[256];
  size_t count = 0;
  for (; qref_profile_field_at(count) != NULL; count++) {
    assert_true(count < 256);
    sorted[count] = qref_profile_field_at(count);
    for (size_t k = 0; k < count; k++) {
      assert_string_not_equal(sorted[k]->path, sorted[count]->path);
    }
  }
  qsort(sorted, count, sizeof sorted[0], compare_offsets);
  size_t position = sizeof(((qref_profile *)0)->name);
  for (size_t i = 0; i < count; i++) {
    assert_true(sorted[i]->offset >= position);
    /* A gap smaller than a field of four bytes, or four bytes in front of or behind an eight-byte seed. */
    bool beside_seed = sorted[i]->offset % 8 == 0;
    if (sorted[i]->offset - position >= (beside_seed ? 8u : 4u)) {
      fail_msg("nothing lists the %zu bytes in front of %s", sorted[i]->offset - position, sorted[i]->path);
    }
    position = sorted[i]->offset + sorted[i]->size;
  }
  assert_true(sizeof(qref_profile) - position < 8);
}

/* ---- loading ---- */

static void a_file_overrides_what_it_names(void **state) {
  (void)state;
  qref_profile profile;
  load("{\"hadamard\": {\"output\": {\"overflow\": \"saturate\"}}}", &profile);
  assert_string_equal(profile.name, "my-profile");
  char hash[65];
  char expected[65];
  hash_of(&profile, hash);
  hash_of(qref_profile_builtin("quamba-saturating"), expected);
  assert_string_equal(hash, expected);

  load("{\"base\": \"floatsim\", \"name\": \"mine\"}", &profile);
  assert_string_equal(profile.name, "mine");
  hash_of(&profile, hash);
  hash_of(qref_profile_builtin("floatsim"), expected);
  assert_string_equal(hash, expected);

  load(
      "{\"linear\": {\"accumulator\": {\"bits\": 24, \"overflow\": \"saturate\"}, \"output\": {\"seed\": 12}},"
      " \"selective_scan\": {\"state_prescale\": 0.1, \"state\": {\"rounding\": \"stochastic\","
      " \"seed\": \"18446744073709551615\", \"scale_form\": \"multiplier\"}},"
      " \"conv1d_silu\": {\"silu\": {\"implementation\": \"table\", \"entries\": 64, \"minimum\": -8, \"maximum\": "
      "8}}}",
      &profile);
  assert_int_equal(profile.linear.accumulator.bits, 24);
  assert_int_equal(profile.linear.accumulator.overflow, QREF_OVERFLOW_SATURATE);
  assert_int_equal(profile.linear.output.seed, 12);
  assert_int_equal(profile.linear.output.rounding, QREF_ROUND_HALF_EVEN);
  assert_true(profile.selective_scan.state_prescale == 0.1f);
  assert_int_equal(profile.selective_scan.state.round.rounding, QREF_ROUND_STOCHASTIC);
  assert_true(profile.selective_scan.state.round.seed == UINT64_MAX);
  assert_int_equal(profile.selective_scan.state.scale_form, QREF_SCALE_MULTIPLIER);
  assert_int_equal(profile.conv1d_silu.silu.implementation, QREF_FUNCTION_TABLE);
  assert_int_equal(profile.conv1d_silu.silu.entries, 64);
  assert_true(profile.conv1d_silu.silu.minimum == -8.0f);
  assert_int_equal(profile.linear_row.accumulator.bits, 32);
}

static const struct {
  const char *json;
  const char *part;
} bad[] = {
    {"[]", "expected a JSON object"},
    {"{\"base\":\"other\"}", "field 'base': expected one of quamba, quamba-saturating, floatsim, found 'other'"},
    {"{\"base\":1}", "field 'base': expected a string"},
    {"{\"name\":\"\"}", "field 'name': expected 1 to 63 bytes"},
    {"{\"name\":\"0123456789012345678901234567890123456789012345678901234567890123\"}",
     "field 'name': expected 1 to 63"},
    {"{\"name\":[]}", "field 'name': expected a string"},
    {"{\"hadamrd\":{}}", "field 'hadamrd': expected one of name, base, conv1d_arithmetic, conv1d_silu,"},
    {"{\"Hadamard\":{}}", "field 'Hadamard'"},
    {"{\"\":{}}", "field ''"},
    {"{\"hadamard.output\":{}}", "field 'hadamard.output': expected one of"},
    {"{\"hadamard\":{\"out\":{}}}", "field 'hadamard.out': expected one of output"},
    {"{\"hadamard\":{\"output\":{\"name\":1}}}",
     "field 'hadamard.output.name': expected one of rounding, overflow, seed"},
    {"{\"hadamard\":[]}", "field 'hadamard': expected an object"},
    {"{\"hadamard\":{\"output\":null}}", "field 'hadamard.output': expected an object"},
    {"{\"hadamard\":{\"output\":{\"overflow\":{}}}}",
     "field 'hadamard.output.overflow': expected one of saturate, wrap, found {}"},
    {"{\"hadamard\":{\"output\":{\"overflow\":\"clamp\"}}}", "expected one of saturate, wrap, found \"clamp\""},
    {"{\"hadamard\":{\"output\":{\"overflow\":0}}}", "expected one of saturate, wrap, found 0"},
    {"{\"hadamard\":{\"output\":{\"rounding\":\"HALF_AWAY\"}}}",
     "expected one of half_away, half_even, half_up, toward_zero, floor, stochastic"},
    {"{\"conv1d_floatsim\":{\"grid_rounding\":\"stochastic\"}}",
     "expected one of half_away, half_even, half_up, toward_zero, floor, found"},
    {"{\"linear\":{\"accumulator\":{\"bits\":15}}}",
     "field 'linear.accumulator.bits': expected an integer from 16 to 32, found 15"},
    {"{\"linear\":{\"accumulator\":{\"bits\":33}}}", "from 16 to 32"},
    {"{\"linear\":{\"accumulator\":{\"bits\":20.5}}}", "from 16 to 32"},
    {"{\"linear\":{\"accumulator\":{\"bits\":\"20\"}}}", "from 16 to 32"},
    {"{\"linear\":{\"accumulator\":{\"bits\":4294967328}}}", "from 16 to 32"},
    {"{\"rmsnorm\":{\"partial_sums\":0}}", "field 'rmsnorm.partial_sums': expected an integer from 1 to 1024"},
    {"{\"rmsnorm\":{\"partial_sums\":1025}}", "from 1 to 1024"},
    {"{\"weight\":{\"seed\":-1}}", "field 'weight.seed': expected a string of decimal digits"},
    {"{\"weight\":{\"seed\":\"-1\"}}", "field 'weight.seed'"},
    {"{\"weight\":{\"seed\":\"18446744073709551616\"}}", "field 'weight.seed'"},
    {"{\"weight\":{\"seed\":18446744073709551615}}", "field 'weight.seed'"},
    {"{\"selective_scan\":{\"state_prescale\":0}}", "field 'selective_scan.state_prescale': expected a number above 0"},
    {"{\"selective_scan\":{\"state_prescale\":-1}}", "a number above 0"},
    {"{\"selective_scan\":{\"state_prescale\":1e-60}}", "a number above 0"},
    {"{\"selective_scan\":{\"state_prescale\":1e39}}", "a number above 0"},
    {"{\"selective_scan\":{\"state_prescale\":\"1\"}}", "a number above 0"},
    {"{\"selective_scan\":{\"decay\":{\"implementation\":\"table\"}}}",
     "field 'selective_scan.decay.entries': expected an integer from 2 to 65536 for a table, found 0"},
    {"{\"selective_scan\":{\"decay\":{\"entries\":65537}}}",
     "field 'selective_scan.decay.entries': expected an integer"},
    {"{\"selective_scan\":{\"decay\":{\"implementation\":\"table\",\"entries\":8,\"minimum\":1,\"maximum\":1}}}",
     "field 'selective_scan.decay.minimum': expected a number below that of 'selective_scan.decay.maximum'"},
    {"{\"selective_scan\":{\"decay\":{\"minimum\":1e39}}}", "field 'selective_scan.decay.minimum': expected a number"},
    {"{\"linear\":{},\"linear\":{}}", "field 'linear': expected once"},
    {"{", "line 1"},
    {"", "expected JSON"},
};

static void refuses_bad_files(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    write_text(scratch_file(&directory, "bad.json"), bad[i].json);
    qref_profile profile = *qref_profile_builtin("floatsim");
    qref_error error = {""};
    assert_failure(qref_profile_load(directory.path, &profile, &error), QREF_ERROR_FORMAT, &error, bad[i].part);
    assert_failure(QREF_ERROR_FORMAT, QREF_ERROR_FORMAT, &error, directory.path);
    assert_memory_equal(&profile, qref_profile_builtin("floatsim"), sizeof profile); /* left alone */
  }
}

static void a_long_key_is_refused(void **state) {
  (void)state;
  char json[1000];
  memset(json, 'k', sizeof json);
  memcpy(json, "{\"", 2);
  memcpy(json + sizeof json - 6, "\":{}}", 6);
  write_text(scratch_file(&directory, "bad.json"), json);
  qref_profile profile;
  qref_error error = {""};
  assert_failure(qref_profile_load(directory.path, &profile, &error), QREF_ERROR_FORMAT, &error, "field 'kkk");
}

static void resolves_names_and_paths(void **state) {
  (void)state;
  qref_profile profile;
  qref_error error = {""};
  assert_int_equal(qref_profile_resolve("floatsim", &profile, &error), QREF_OK);
  assert_string_equal(profile.name, "floatsim");
  write_text(scratch_file(&directory, "p"), "{}");
  assert_int_equal(qref_profile_resolve(directory.path, &profile, &error), QREF_OK);
  assert_string_equal(profile.name, "p");
  assert_failure(qref_profile_resolve("qamba", &profile, &error), QREF_ERROR_ARGUMENT, &error,
                 "profile 'qamba': expected one of quamba, quamba-saturating, floatsim, or the name of a profile file");
  assert_failure(qref_profile_load(scratch_file(&directory, "none.json"), &profile, &error), QREF_ERROR_IO, &error,
                 "none.json");
}

/* ---- profiles that a program made wrong ---- */

static void values_out_of_range_are_not_written(void **state) {
  (void)state;
  const qref_profile_field *field = NULL;
  for (size_t i = 0; (field = qref_profile_field_at(i)) != NULL; i++) {
    qref_profile profile = with_tables();
    if (field->kind == QREF_PROFILE_SEED) {
      continue;
    }
    if (field->kind == QREF_PROFILE_REAL || field->kind == QREF_PROFILE_POSITIVE_REAL) {
      qref_profile_set_real(&profile, field, NAN);
    } else {
      qref_profile_set_integer(&profile, field, (uint64_t)field->maximum + 1);
    }
    char *text = NULL;
    char hex[65];
    qref_error error = {""};
    assert_failure(qref_profile_to_json(&profile, &text, &error), QREF_ERROR_ARGUMENT, &error, field->path);
    assert_null(text);
    assert_failure(qref_profile_hash(&profile, hex, &error), QREF_ERROR_ARGUMENT, &error, field->path);
  }
  qref_profile profile = *qref_profile_builtin("quamba");
  memset(profile.name, 'x', sizeof profile.name);
  char *text = NULL;
  qref_error error = {""};
  assert_failure(qref_profile_to_json(&profile, &text, &error), QREF_ERROR_ARGUMENT, &error, "field 'name'");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(built_in_profiles_round_trip),
      cmocka_unit_test(the_name_is_not_hashed),
      cmocka_unit_test(every_field_is_written_read_and_hashed),
      cmocka_unit_test(the_list_is_complete),
      cmocka_unit_test(a_file_overrides_what_it_names),
      cmocka_unit_test(refuses_bad_files),
      cmocka_unit_test(a_long_key_is_refused),
      cmocka_unit_test(resolves_names_and_paths),
      cmocka_unit_test(values_out_of_range_are_not_written),
  };
  return cmocka_run_group_tests(tests, begin, end);
}
