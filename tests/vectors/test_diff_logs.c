/* Two directories of logs that differ in known places. */
#include <math.h>
#include <qref/vectors.h>
#include <sys/stat.h>

#include "tests/base/support.h"

typedef struct collected {
  qref_log_difference files[8];
  size_t count;
} collected;

static void collect(void *context, const qref_log_difference *difference) {
  collected *results = context;
  assert_true(results->count < 8);
  results->files[results->count++] = *difference;
}

typedef struct fixture {
  scratch s;
  char a[128], b[128];
  qref_layer_log logs[2];
  collected results;
  qref_error error;
} fixture;

static void begin(fixture *f) {
  memset(f, 0, sizeof *f);
  scratch_begin(&f->s);
  snprintf(f->a, sizeof f->a, "%s/a", f->s.directory);
  snprintf(f->b, sizeof f->b, "%s/b", f->s.directory);
  for (size_t i = 0; i < 2; i++) {
    f->logs[i] = (qref_layer_log){.layer_idx = i,
                                  .float_sim_asic = true,
                                  .effective_scale = 0.25f,
                                  .output_scale = 0.25f,
                                  .value_count = 3,
                                  .before_quant = {0.3f, 0.4f, 0.5f},
                                  .after_quant = {0.25f, 0.5f, 0.5f}};
  }
  assert_int_equal(qref_layer_logs_write(f->a, f->logs, 2, &f->error), QREF_OK);
}

static void same(void **state) {
  (void)state;
  fixture f;
  begin(&f);
  assert_int_equal(qref_layer_logs_write(f.b, f.logs, 2, &f.error), QREF_OK);
  assert_int_equal(qref_diff_logs(f.a, f.b, collect, &f.results, &f.error), QREF_OK);
  assert_int_equal(f.results.count, 2);
  assert_string_equal(f.results.files[0].file, "layer00_floatsim_samescale.json");
  assert_int_equal(f.results.files[0].different, 0);
  assert_int_equal(f.results.files[1].values, 11); /* 5 fields, 3 values before and after */
  scratch_end(&f.s);
}

static void different(void **state) {
  (void)state;
  fixture f;
  begin(&f);
  f.logs[1].after_quant[1] = 0.75f;
  f.logs[1].after_quant[2] = 0.0f;
  assert_int_equal(qref_layer_logs_write(f.b, f.logs, 2, &f.error), QREF_OK);
  assert_int_equal(qref_diff_logs(f.a, f.b, collect, &f.results, &f.error), QREF_OK);
  const qref_log_difference *found = &f.results.files[1];
  assert_int_equal(found->different, 2);
  assert_true(found->max_difference == 0.5);
  assert_true(fabs(found->mean_difference - 0.75 / 11.0) < 1e-12);
  assert_string_equal(found->first_field, "after_quant");
  assert_int_equal(found->first_index, 1);
  assert_true(found->first_a == 0.5f && found->first_b == 0.75f);
  scratch_end(&f.s);
}

static void missing(void **state) {
  (void)state;
  fixture f;
  begin(&f);
  f.logs[0].layer_idx = 5;
  assert_int_equal(qref_layer_logs_write(f.b, f.logs, 1, &f.error), QREF_OK);
  assert_int_equal(qref_diff_logs(f.a, f.b, collect, &f.results, &f.error), QREF_OK);
  assert_int_equal(f.results.count, 3);
  assert_true(f.results.files[0].only_in_a && f.results.files[1].only_in_a && f.results.files[2].only_in_b);
  assert_string_equal(f.results.files[2].file, "layer05_floatsim_samescale.json");
  scratch_end(&f.s);
}

static void refused(void **state) {
  (void)state;
  fixture f;
  begin(&f);
  assert_failure(qref_diff_logs(f.a, f.b, collect, &f.results, &f.error), QREF_ERROR_IO, &f.error, "/b");
  assert_int_equal(mkdir(f.b, 0777), 0);
  assert_failure(qref_diff_logs(f.a, f.b, collect, &f.results, &f.error), QREF_ERROR_FORMAT, &f.error, "/b");
  char path[256];
  snprintf(path, sizeof path, "%s/layer01_floatsim_samescale.json", f.b);
  write_text(path, "{}");
  assert_failure(qref_diff_logs(f.a, f.b, collect, &f.results, &f.error), QREF_ERROR_FORMAT, &f.error, "layer_idx");
  assert_int_equal(f.results.count, 0);
  scratch_end(&f.s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(same),
      cmocka_unit_test(different),
      cmocka_unit_test(missing),
      cmocka_unit_test(refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
