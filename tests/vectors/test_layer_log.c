/* Layer logs: names, fields, values that read back the same, all or none. */
#include <cjson/cJSON.h>
#include <math.h>
#include <qref/vectors.h>
#include <sys/stat.h>

#include "tests/base/support.h"

enum { COUNT = 12 };

static qref_conv1d_observation int8_observation(const int8_t *y) {
  return (qref_conv1d_observation){
      .layer = 7,
      .batch = 1,
      .channels = 3,
      .length = 4,
      .output_scale = 0.1f,
      .effective_scale = 0.1f,
      .factor = 1.0f,
      .y = y,
  };
}

static void names(void **state) {
  (void)state;
  char name[QREF_LAYER_LOG_NAME_SIZE];
  qref_layer_log log = {.layer_idx = 0};
  qref_layer_log_file_name(&log, name);
  assert_string_equal(name, "layer00_int8_baseline.json");
  log = (qref_layer_log){.layer_idx = 7, .float_sim_asic = true};
  qref_layer_log_file_name(&log, name);
  assert_string_equal(name, "layer07_floatsim_samescale.json");
  log = (qref_layer_log){.layer_idx = 63, .float_sim_asic = true, .float_sim_better_scale = true, .factor = 2025.0f};
  qref_layer_log_file_name(&log, name);
  assert_string_equal(name, "layer63_floatsim_betterscale_2025.json");
  log.layer_idx = 100;
  log.factor = 0.5f;
  qref_layer_log_file_name(&log, name);
  assert_string_equal(name, "layer100_floatsim_betterscale_0.5.json");
}

static void statistics(void **state) {
  (void)state;
  const int8_t y[COUNT] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, -11, 12};
  qref_conv1d_observation seen = int8_observation(y);
  seen.output_scale = 1.0f;
  qref_layer_log log;
  qref_layer_log_from_observation(&seen, false, true, &log);
  /* sum 56, sum of squares 650 */
  assert_true(log.has_statistics);
  assert_true(log.mean == (float)(56.0 / 12.0));
  assert_true(fabsf(log.std - (float)sqrt(650.0 / 12.0 - (56.0 / 12.0) * (56.0 / 12.0))) < 1e-6f);
  assert_true(log.min == -11.0f && log.max == 12.0f);
  assert_int_equal(log.value_count, 10);
  assert_true(log.after_quant[9] == 10.0f);
  assert_false(log.float_sim_asic);
}

static const char *field_name(const cJSON *object, int i) {
  return cJSON_GetArrayItem(object, i)->string;
}

static void values_read_back(void **state) {
  (void)state;
  const int8_t y[COUNT] = {1, -2, 3, -4, 5, -6, 127, -128, 9, 0};
  float before[COUNT];
  float after[COUNT];
  for (size_t i = 0; i < COUNT; i++) {
    before[i] = (float)i / 3.0f - 1e-7f;
    after[i] = (float)i * 0.1f;
  }
  after[1] = -0.0f;
  before[2] = 0x1p-149f;
  before[3] = 0x1.fffffep127f;
  qref_layer_log logs[2];
  qref_conv1d_observation seen = int8_observation(y);
  qref_layer_log_from_observation(&seen, false, false, &logs[0]);
  seen.y = NULL;
  seen.before_quant = before;
  seen.after_quant = after;
  seen.factor = 2025.0f;
  seen.effective_scale = 0.1f / 2025.0f;
  qref_layer_log_from_observation(&seen, true, true, &logs[1]);

  scratch s;
  qref_error error;
  char directory[128];
  char path[256];
  scratch_begin(&s);
  snprintf(directory, sizeof directory, "%s/logs", s.directory);
  assert_int_equal(qref_layer_logs_write(directory, logs, 2, &error), QREF_OK);

  qref_layer_log read;
  snprintf(path, sizeof path, "%s/layer07_int8_baseline.json", directory);
  assert_int_equal(qref_layer_log_read(path, &read, &error), QREF_OK);
  assert_int_equal(read.layer_idx, 7);
  assert_false(read.float_sim_asic || read.float_sim_better_scale || read.has_statistics);
  assert_int_equal(read.value_count, 10);
  for (size_t i = 0; i < 10; i++) {
    assert_true(read.after_quant[i] == (float)y[i] * 0.1f);
  }

  size_t size = 0;
  char *text = (char *)read_bytes(path, &size);
  cJSON *json = cJSON_Parse(text);
  static const char *const fields[] = {"layer_idx",       "float_sim_asic", "float_sim_better_scale",
                                       "effective_scale", "output_scale",   "before_quant",
                                       "after_quant"};
  assert_int_equal(cJSON_GetArraySize(json), 7);
  for (int i = 0; i < 7; i++) {
    assert_string_equal(field_name(json, i), fields[i]);
  }
  assert_true(cJSON_IsNull(cJSON_GetObjectItem(json, "before_quant")));
  cJSON_Delete(json);
  free(text);

  snprintf(path, sizeof path, "%s/layer07_floatsim_betterscale_2025.json", directory);
  assert_int_equal(qref_layer_log_read(path, &read, &error), QREF_OK);
  assert_true(read.float_sim_asic && read.float_sim_better_scale && read.has_statistics);
  assert_true(read.effective_scale == 0.1f / 2025.0f);
  assert_true(read.mean == logs[1].mean && read.std == logs[1].std);
  assert_memory_equal(read.before_quant, before, sizeof read.before_quant);
  assert_memory_equal(read.after_quant, after, sizeof read.after_quant);
  scratch_end(&s);
}

static void all_or_none(void **state) {
  (void)state;
  const int8_t y[COUNT] = {0};
  qref_conv1d_observation seen = int8_observation(y);
  qref_layer_log logs[2];
  qref_layer_log_from_observation(&seen, false, false, &logs[0]);
  logs[1] = logs[0];
  logs[1].layer_idx = 8;
  scratch s;
  qref_error error;
  scratch_begin(&s);
  /* a directory where the second file should go */
  const char *blocked = scratch_file(&s, "layer08_int8_baseline.json");
  assert_int_equal(mkdir(blocked, 0777), 0);
  assert_int_not_equal(qref_layer_logs_write(s.directory, logs, 2, &error), QREF_OK);
  assert_non_null(strstr(error.message, "layer08_int8_baseline.json"));
  assert_int_equal(scratch_count(&s), 1);
  assert_int_not_equal(qref_layer_logs_write("/proc/nowhere", logs, 2, &error), QREF_OK);
  scratch_end(&s);
}

static void malformed_logs(void **state) {
  (void)state;
  static const struct {
    const char *text, *message;
  } cases[] = {
      {"[]", "object"},
      {"{", "json"},
      {"{\"layer_idx\": -1}", "layer_idx"},
      {"{\"layer_idx\": 0, \"float_sim_asic\": 1}", "float_sim_asic"},
      {"{\"layer_idx\": 0, \"float_sim_asic\": false, \"float_sim_better_scale\": false, \"effective_scale\": 1,"
       " \"output_scale\": 1, \"before_quant\": null, \"after_quant\": [\"x\"]}",
       "after_quant"},
      {"{\"layer_idx\": 0, \"float_sim_asic\": true, \"float_sim_better_scale\": false, \"effective_scale\": 1,"
       " \"output_scale\": 1, \"before_quant\": [1], \"after_quant\": [1, 2]}",
       "before_quant"},
      {"{\"layer_idx\": 0, \"float_sim_asic\": false, \"float_sim_better_scale\": false, \"effective_scale\": 1,"
       " \"output_scale\": 1, \"before_quant\": null, \"after_quant\": [1,2,3,4,5,6,7,8,9,10,11]}",
       "after_quant"},
  };
  scratch s;
  qref_error error;
  qref_layer_log log;
  scratch_begin(&s);
  const char *path = scratch_file(&s, "log.json");
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    write_text(path, cases[i].text);
    assert_failure(qref_layer_log_read(path, &log, &error), QREF_ERROR_FORMAT, &error, cases[i].message);
  }
  scratch_end(&s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(names),       cmocka_unit_test(statistics),     cmocka_unit_test(values_read_back),
      cmocka_unit_test(all_or_none), cmocka_unit_test(malformed_logs),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
