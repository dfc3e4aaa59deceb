/* A host program that calls setlocale() gets the same models: in a locale with a decimal comma an imported, quantized
 * and saved model has the same bytes. The locale is built here, since few machines have it. */
#include <locale.h>
#include <qref/qref.h>

#include "tests/base/support.h"

/* Imports, quantizes and saves the model in the tree in the locale that is set. */
static void quantize_to(const char *path) {
  const int32_t tokens[8] = {'I', 'n', ' ', 't', 'h', 'e', ' ', 'b'};
  const qref_quantize_model_options options = {.tokens = tokens, .window_count = 1, .window_length = 8};
  const qref_execution execution = {.threads = 1};
  qref_error error = {""};
  qref_float_model *float_model = NULL;
  if (qref_float_model_open(QREF_SOURCE_DIR "/vectors/models/tiny-mamba", &float_model, &error) != QREF_OK) {
    fail_msg("%s", error.message);
  }
  qref_quantized_model *model = NULL;
  if (qref_quantize_model(float_model, &options, &execution, &model, &error) != QREF_OK ||
      qref_quantized_model_save(model, path, &error) != QREF_OK) {
    fail_msg("%s", error.message);
  }
  qref_quantized_model_destroy(model);
  qref_float_model_close(float_model);
}

/* Whether the process now runs with a decimal comma. */
static bool enter_locale(scratch *s) {
  const char *const compile[] = {"localedef", "-c", "-i", "de_DE", "-f", "UTF-8", scratch_file(s, "de_DE.UTF-8"), NULL};
  const bool compiled = run_program(compile, "/dev/null") <= 1; /* 1: with warnings */
  return compiled && setenv("LOCPATH", s->directory, 1) == 0 && setlocale(LC_ALL, "de_DE.UTF-8") != NULL;
}

static void models_keep_their_bytes(void **state) {
  (void)state;
  scratch s;
  scratch_begin(&s);
  quantize_to(scratch_file(&s, "plain"));
  size_t plain_size = 0;
  uint8_t *plain = read_bytes(s.path, &plain_size);
  if (!enter_locale(&s)) {
    print_message("skipped: localedef cannot make the locale de_DE.UTF-8 (Debian: package locales)\n");
    free(plain);
    scratch_end(&s);
    skip();
    return; /* for the linter: skip does not return */
  }
  assert_string_equal(localeconv()->decimal_point, ",");
  quantize_to(scratch_file(&s, "foreign"));
  size_t foreign_size = 0;
  uint8_t *foreign = read_bytes(s.path, &foreign_size);
  assert_int_equal(plain_size, foreign_size);
  assert_memory_equal(plain, foreign, plain_size);
  free(plain);
  free(foreign);

  /* What was written in the C locale is read in this one. */
  qref_quantized_model *model = NULL;
  qref_error error = {""};
  if (qref_quantized_model_load(scratch_file(&s, "plain"), &model, &error) != QREF_OK) {
    fail_msg("%s", error.message);
  }
  qref_quantized_model_destroy(model);
  setlocale(LC_ALL, "C");
  scratch_end(&s);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(models_keep_their_bytes)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
