/* Replay of the recordings in the tree, and of copies that were tampered with. */
#include <cjson/cJSON.h>
#include <math.h>
#include <qref/vectors.h>

#include "ref/base/sha256.h"
#include "ref/vectors/npy.h"
#include "tests/base/support.h"

static const char recording[] = QREF_SOURCE_DIR "/vectors/recorded/quamba-h100";

typedef struct collected {
  qref_replay_output outputs[128];
  size_t count;
} collected;

static void collect(void *context, const qref_replay_output *output) {
  collected *results = context;
  assert_true(results->count < 128);
  results->outputs[results->count++] = *output;
}

static const qref_replay_output *find(const collected *results, const char *id, const char *output) {
  for (size_t i = 0; i < results->count; i++) {
    if (strcmp(results->outputs[i].case_id, id) == 0 && strcmp(results->outputs[i].output, output) == 0) {
      return &results->outputs[i];
    }
  }
  fail_msg("no result %s.%s", id, output);
  return NULL;
}

/* ---- the recordings as they are ---- */

static void recordings_are_explained(void **state) {
  const char *backend = *state;
  qref_error error;
  qref_execution execution = {.threads = 2};
  collected results = {.count = 0};
  assert_int_equal(qref_backend_find(backend, &execution.backend, &error), QREF_OK);
  assert_int_equal(qref_replay(recording, NULL, &execution, collect, &results, &error), QREF_OK);
  size_t int8_outputs = 0;
  size_t scans = 0;
  for (size_t i = 0; i < results.count; i++) {
    const qref_replay_output *output = &results.outputs[i];
    assert_true(output->elements > 0);
    if (output->dtype == QREF_DTYPE_INT8) {
      assert_int_equal(output->verdict, QREF_VERDICT_EXACT);
      int8_outputs++;
    } else if (strncmp(output->op, "selective_scan", 14) == 0) {
      assert_true(output->verdict == QREF_VERDICT_EXACT || output->verdict == QREF_VERDICT_APPROX);
      assert_true(output->different * 100 <= output->elements);
      assert_true(output->max_scaled_ulp <= 1.0);
      scans++;
    } else if (strcmp(output->output, "d_token_scale") == 0) {
      assert_true(output->max_ulp <= 2);
    } else {
      assert_int_equal(output->verdict, QREF_VERDICT_EXACT);
    }
  }
  /* 31 cases and two matrices, counted in the manifest */
  assert_int_equal(results.count, 84);
  assert_int_equal(int8_outputs, 61);
  assert_int_equal(scans, 13);
}

static void recordings_under_another_profile(void **state) {
  (void)state;
  qref_error error;
  collected results = {.count = 0};
  assert_int_equal(qref_replay(recording, qref_profile_builtin("quamba-saturating"), NULL, collect, &results, &error),
                   QREF_OK);
  const qref_replay_output *hadamard = find(&results, "hadamard_00", "y");
  /* the recording wraps: that is what differs, and it has a name */
  assert_int_equal(hadamard->verdict, QREF_VERDICT_WRAP);
  assert_int_equal(hadamard->verdict_counts[QREF_VERDICT_WRAP], hadamard->different);
  assert_true(hadamard->different > 0);
}

/* ---- copies ---- */

typedef struct copy {
  scratch s;
  cJSON *manifest;
  collected results;
  qref_error error;
} copy;

/* The case's files and manifest alone, in a directory of its own; another case may lend its weights. */
static void begin(copy *c, const char *id, const char *lender) {
  memset(c, 0, sizeof *c);
  scratch_begin(&c->s);
  char command[512];
  snprintf(command, sizeof command, "cp %s/*.npy %s", recording, c->s.directory);
  const char *const arguments[] = {"sh", "-c", command, NULL};
  assert_int_equal(run_program(arguments, "/dev/null"), 0);
  char path[256];
  size_t size = 0;
  snprintf(path, sizeof path, "%s/manifest.json", recording);
  char *text = (char *)read_bytes(path, &size);
  cJSON *all = cJSON_Parse(text);
  free(text);
  assert_non_null(all);
  c->manifest = cJSON_CreateObject();
  cJSON *cases = cJSON_AddArrayToObject(c->manifest, "cases");
  const cJSON *item = NULL;
  cJSON_ArrayForEach(item, cJSON_GetObjectItem(all, "cases")) {
    const char *item_id = cJSON_GetObjectItem(item, "id")->valuestring;
    if (strcmp(item_id, id) == 0 || (lender != NULL && strcmp(item_id, lender) == 0)) {
      cJSON_AddItemToArray(cases, cJSON_Duplicate(item, 1));
    }
  }
  cJSON_Delete(all);
  assert_int_equal(cJSON_GetArraySize(cases), lender == NULL ? 1 : 2);
}

static cJSON *the_case(const copy *c) {
  return cJSON_GetArrayItem(cJSON_GetObjectItem(c->manifest, "cases"), 0);
}

static cJSON *entry(const copy *c, const char *group, const char *name) {
  cJSON *found = cJSON_GetObjectItem(cJSON_GetObjectItem(the_case(c), group), name);
  assert_non_null(found);
  return found;
}

static qref_status replay(copy *c) {
  char path[256];
  snprintf(path, sizeof path, "%s/manifest.json", c->s.directory);
  char *text = cJSON_Print(c->manifest);
  write_text(path, text);
  cJSON_free(text);
  c->results.count = 0;
  return qref_replay(c->s.directory, NULL, NULL, collect, &c->results, &c->error);
}

static void end(copy *c) {
  cJSON_Delete(c->manifest);
  scratch_end(&c->s);
}

static void file_of(const copy *c, const cJSON *item, char path[256]) {
  snprintf(path, 256, "%s/%s", c->s.directory, cJSON_GetObjectItem(item, "file")->valuestring);
}

/* Makes the manifest agree with the file. */
static void correct_digest(const copy *c, cJSON *item) {
  char path[256];
  char digest[65];
  size_t size = 0;
  file_of(c, item, path);
  uint8_t *bytes = read_bytes(path, &size);
  qref_sha256_of(bytes, size, digest);
  free(bytes);
  cJSON_ReplaceItemInObject(item, "sha256", cJSON_CreateString(digest));
}

/* Adds `value` to a byte counted from the end of the file. */
static void change(const copy *c, const cJSON *item, size_t from_end, int value) {
  char path[256];
  size_t size = 0;
  file_of(c, item, path);
  uint8_t *bytes = read_bytes(path, &size);
  bytes[size - from_end] = (uint8_t)(bytes[size - from_end] + value);
  write_bytes(path, bytes, size);
  free(bytes);
}

static void every_case_stands_alone(void **state) {
  (void)state;
  static const char *const ids[] = {"conv1d_12",   "selective_scan_17", "selective_scan_update_00",
                                    "hadamard_06", "rmsnorm_00",        "linear_03_0.02"};
  for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
    copy c;
    begin(&c, ids[i], NULL);
    assert_int_equal(replay(&c), QREF_OK);
    for (size_t k = 0; k < c.results.count; k++) {
      assert_true(c.results.outputs[k].verdict <= QREF_VERDICT_APPROX);
    }
    end(&c);
  }
}

static void flipped_byte_fails_the_digest(void **state) {
  (void)state;
  copy c;
  begin(&c, "conv1d_12", NULL);
  change(&c, entry(&c, "outputs", "y"), 1, 1);
  assert_failure(replay(&c), QREF_ERROR_FORMAT, &c.error, "sha256");
  assert_non_null(strstr(c.error.message, "conv1d_12"));
  assert_int_equal(c.results.count, 0);
  end(&c);
}

static void changed_output_is_a_bug(void **state) {
  (void)state;
  copy c;
  begin(&c, "conv1d_12", NULL);
  change(&c, entry(&c, "outputs", "y"), 3, 5);
  correct_digest(&c, entry(&c, "outputs", "y"));
  assert_int_equal(replay(&c), QREF_OK);
  const qref_replay_output *y = find(&c.results, "conv1d_12", "y");
  assert_int_equal(y->verdict, QREF_VERDICT_BUG);
  assert_int_equal(y->different, 1);
  assert_int_equal(y->first_index, y->elements - 3);
  assert_int_equal((uint8_t)(y->actual_bits + 5), y->expected_bits);
  assert_true(fabsf(y->before_rounding - (float)(int8_t)y->actual_bits) <= 0.5f);
  assert_true(y->boundary_distance >= 0.0 && y->boundary_distance <= 0.5);
  assert_int_equal(find(&c.results, "conv1d_12", "y_precise")->verdict, QREF_VERDICT_EXACT);
  end(&c);
}

static void changed_floats_are_bugs(void **state) {
  (void)state;
  copy c;
  begin(&c, "rmsnorm_00", NULL);
  change(&c, entry(&c, "outputs", "s_res"), 4, 1); /* the low byte of the last element */
  correct_digest(&c, entry(&c, "outputs", "s_res"));
  change(&c, entry(&c, "outputs", "d_token_scale"), 4, 100);
  correct_digest(&c, entry(&c, "outputs", "d_token_scale"));
  assert_int_equal(replay(&c), QREF_OK);
  assert_int_equal(find(&c.results, "rmsnorm_00", "s_res")->verdict, QREF_VERDICT_BUG);
  assert_int_equal(find(&c.results, "rmsnorm_00", "d_token_scale")->verdict, QREF_VERDICT_BUG);
  end(&c);

  begin(&c, "selective_scan_17", NULL);
  change(&c, entry(&c, "outputs", "y"), 1, 1); /* the high byte: 256 float16 steps */
  correct_digest(&c, entry(&c, "outputs", "y"));
  assert_int_equal(replay(&c), QREF_OK);
  const qref_replay_output *y = find(&c.results, "selective_scan_17", "y");
  assert_int_equal(y->verdict, QREF_VERDICT_BUG);
  assert_true(y->max_ulp >= 255);
  end(&c);

  begin(&c, "linear_04_0.02", NULL);
  change(&c, entry(&c, "outputs", "y_f16"), 2, 1);
  correct_digest(&c, entry(&c, "outputs", "y_f16"));
  assert_int_equal(replay(&c), QREF_OK);
  assert_int_equal(find(&c.results, "linear_04_0.02", "y_f16")->verdict, QREF_VERDICT_BUG);
  end(&c);
}

static void changed_scan_input_is_a_bug(void **state) {
  (void)state;
  copy c;
  begin(&c, "selective_scan_00", NULL);
  change(&c, entry(&c, "inputs", "u"), 1, 40);
  correct_digest(&c, entry(&c, "inputs", "u"));
  assert_int_equal(replay(&c), QREF_OK);
  assert_int_equal(find(&c.results, "selective_scan_00", "y")->verdict, QREF_VERDICT_BUG);
  end(&c);
}

/* ---- optional parts of a manifest ---- */

static void absent_inputs_and_outputs(void **state) {
  (void)state;
  copy c;
  /* without b only the variant without bias can be right */
  begin(&c, "conv1d_00", NULL);
  cJSON_DeleteItemFromObject(cJSON_GetObjectItem(the_case(&c), "inputs"), "b");
  cJSON_DeleteItemFromObject(cJSON_GetObjectItem(the_case(&c), "scales"), "bias");
  cJSON_DeleteItemFromObject(cJSON_GetObjectItem(the_case(&c), "outputs"), "y_precise");
  assert_int_equal(replay(&c), QREF_OK);
  assert_int_equal(c.results.count, 2);
  assert_int_equal(find(&c.results, "conv1d_00", "y_no_bias_no_silu")->verdict, QREF_VERDICT_EXACT);
  assert_int_equal(find(&c.results, "conv1d_00", "y")->verdict, QREF_VERDICT_BUG);
  end(&c);

  /* selective_scan_17 lists D and db, and does not use them */
  begin(&c, "selective_scan_17", NULL);
  cJSON_DeleteItemFromObject(cJSON_GetObjectItem(the_case(&c), "inputs"), "D");
  cJSON_DeleteItemFromObject(cJSON_GetObjectItem(the_case(&c), "inputs"), "db");
  cJSON_DeleteItemFromObject(cJSON_GetObjectItem(the_case(&c), "scales"), "D");
  assert_int_equal(replay(&c), QREF_OK);
  assert_true(find(&c.results, "selective_scan_17", "y")->verdict <= QREF_VERDICT_APPROX);
  assert_int_equal(find(&c.results, "selective_scan_17", "state")->verdict, QREF_VERDICT_EXACT);
  cJSON_ReplaceItemInObject(the_case(&c), "has_D", cJSON_CreateTrue());
  assert_failure(replay(&c), QREF_ERROR_FORMAT, &c.error, "'D'");
  end(&c);

  /* weights from another case */
  begin(&c, "conv1d_update_12", "conv1d_12");
  assert_int_equal(replay(&c), QREF_OK);
  assert_int_equal(c.results.count, 5);
  assert_int_equal(find(&c.results, "conv1d_update_12", "state")->verdict, QREF_VERDICT_EXACT);
  end(&c);
  begin(&c, "conv1d_update_12", NULL);
  assert_failure(replay(&c), QREF_ERROR_FORMAT, &c.error, "weights_from");
  end(&c);
}

static void scale_per_column(void **state) {
  (void)state;
  copy c;
  begin(&c, "linear_04_0.02", NULL);
  cJSON *object = the_case(&c);
  const double b = cJSON_GetObjectItem(object, "b")->valuedouble;
  cJSON *per_column = cJSON_CreateArray();
  for (int n = 0; n < 1536; n++) {
    cJSON_AddItemToArray(per_column, cJSON_CreateNumber(b));
  }
  cJSON_ReplaceItemInObject(object, "b", per_column);
  cJSON_DeleteItemFromObject(cJSON_GetObjectItem(object, "outputs"), "y_f16");
  assert_int_equal(replay(&c), QREF_OK);
  assert_int_equal(find(&c.results, "linear_04_0.02", "y")->verdict, QREF_VERDICT_EXACT);
  cJSON_DeleteItemFromArray(cJSON_GetObjectItem(object, "b"), 0);
  assert_failure(replay(&c), QREF_ERROR_FORMAT, &c.error, "'b'");
  end(&c);
}

static void matrices_are_checked(void **state) {
  (void)state;
  copy c;
  begin(&c, "hadamard_06", NULL);
  cJSON *matrices = cJSON_AddObjectToObject(c.manifest, "matrices");
  cJSON_AddStringToObject(matrices, "hadamard12", "hadamard12.npy");
  cJSON_AddStringToObject(matrices, "convention", "text");
  assert_int_equal(replay(&c), QREF_OK);
  assert_int_equal(find(&c.results, "hadamard12", "K")->verdict, QREF_VERDICT_EXACT);
  cJSON *file = cJSON_CreateObject();
  cJSON_AddStringToObject(file, "file", "hadamard12.npy");
  change(&c, file, 1, 254);
  cJSON_Delete(file);
  assert_int_equal(replay(&c), QREF_OK);
  assert_int_equal(find(&c.results, "hadamard12", "K")->verdict, QREF_VERDICT_BUG);
  cJSON_AddStringToObject(matrices, "hadamard40", "nowhere.npy");
  assert_failure(replay(&c), QREF_ERROR_IO, &c.error, "nowhere.npy");
  end(&c);
}

/* ---- malformed manifests ---- */

static void malformed(void **state) {
  (void)state;
  copy c;
  begin(&c, "conv1d_12", NULL);
  cJSON *item = the_case(&c);
  cJSON *y = entry(&c, "outputs", "y");
  cJSON *x = entry(&c, "inputs", "x");

  cJSON_ReplaceItemInObject(item, "op", cJSON_CreateString("attention"));
  assert_failure(replay(&c), QREF_ERROR_UNSUPPORTED, &c.error, "attention");
  cJSON_ReplaceItemInObject(item, "op", cJSON_CreateString("conv1d_silu"));

  cJSON *original = cJSON_Duplicate(x, 1);
  cJSON_ReplaceItemInObject(x, "file", cJSON_CreateString("../x.npy"));
  assert_int_not_equal(replay(&c), QREF_OK);
  cJSON_ReplaceItemInObject(x, "file", cJSON_CreateString("/etc/passwd"));
  assert_failure(replay(&c), QREF_ERROR_FORMAT, &c.error, "relative");
  /* a link that leads out of the directory */
  char link_path[256];
  char target[256];
  snprintf(link_path, sizeof link_path, "%s/link.npy", c.s.directory);
  snprintf(target, sizeof target, "%s/conv1d_12.x.npy", recording);
  assert_int_equal(symlink(target, link_path), 0);
  cJSON_ReplaceItemInObject(x, "file", cJSON_CreateString("link.npy"));
  assert_failure(replay(&c), QREF_ERROR_FORMAT, &c.error, "outside");
  cJSON_ReplaceItemInObject(x, "file", cJSON_CreateNumber(1));
  assert_failure(replay(&c), QREF_ERROR_FORMAT, &c.error, "file");
  cJSON_ReplaceItemInObject(cJSON_GetObjectItem(item, "inputs"), "x", original);
  x = entry(&c, "inputs", "x");

  cJSON_ReplaceItemInObject(x, "dtype", cJSON_CreateString("int32"));
  assert_failure(replay(&c), QREF_ERROR_FORMAT, &c.error, "dtype");
  cJSON_ReplaceItemInObject(x, "dtype", cJSON_CreateString("int8"));
  const int wrong[3] = {1, 3, 16};
  cJSON_ReplaceItemInObject(x, "shape", cJSON_CreateIntArray(wrong, 3));
  assert_failure(replay(&c), QREF_ERROR_FORMAT, &c.error, "shape");
  const int right[3] = {1, 16, 3};
  cJSON_ReplaceItemInObject(x, "shape", cJSON_CreateIntArray(right, 3));
  assert_int_equal(replay(&c), QREF_OK);

  cJSON_ReplaceItemInObject(cJSON_GetObjectItem(item, "scales"), "out", cJSON_CreateNumber(0));
  assert_int_not_equal(replay(&c), QREF_OK);
  cJSON_ReplaceItemInObject(cJSON_GetObjectItem(item, "scales"), "out", cJSON_CreateNumber(0.0311));

  cJSON_AddItemToObject(cJSON_GetObjectItem(item, "outputs"), "z", cJSON_Duplicate(y, 1));
  assert_failure(replay(&c), QREF_ERROR_FORMAT, &c.error, "'z'");
  assert_int_equal(c.results.count, 0); /* nothing is reported of a case that fails */
  end(&c);
}

static void nothing_to_replay(void **state) {
  (void)state;
  copy c;
  begin(&c, "conv1d_12", NULL);
  cJSON *cases = cJSON_GetObjectItem(c.manifest, "cases");
  cJSON_AddItemToArray(cases, cJSON_Duplicate(the_case(&c), 1));
  assert_failure(replay(&c), QREF_ERROR_FORMAT, &c.error, "earlier case");
  cJSON_DeleteItemFromArray(cases, 1);
  cJSON_ReplaceItemInObject(the_case(&c), "outputs", cJSON_CreateObject());
  assert_failure(replay(&c), QREF_ERROR_FORMAT, &c.error, "outputs");
  cJSON_DeleteItemFromArray(cases, 0);
  assert_failure(replay(&c), QREF_ERROR_FORMAT, &c.error, "at least one case");
  cJSON_DeleteItemFromObject(c.manifest, "cases");
  assert_failure(replay(&c), QREF_ERROR_FORMAT, &c.error, "cases");
  end(&c);
  assert_failure(qref_replay("/nowhere", NULL, NULL, collect, &c.results, &c.error), QREF_ERROR_IO, &c.error,
                 "/nowhere");
}

int main(void) {
  static char ref[] = "ref";
  static char cpu[] = "cpu";
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_prestate(recordings_are_explained, ref),
      cmocka_unit_test_prestate(recordings_are_explained, cpu),
      cmocka_unit_test(recordings_under_another_profile),
      cmocka_unit_test(every_case_stands_alone),
      cmocka_unit_test(flipped_byte_fails_the_digest),
      cmocka_unit_test(changed_output_is_a_bug),
      cmocka_unit_test(changed_floats_are_bugs),
      cmocka_unit_test(changed_scan_input_is_a_bug),
      cmocka_unit_test(absent_inputs_and_outputs),
      cmocka_unit_test(scale_per_column),
      cmocka_unit_test(matrices_are_checked),
      cmocka_unit_test(malformed),
      cmocka_unit_test(nothing_to_replay),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
