/* A host program that calls setlocale() gets the same models: in a locale with a decimal comma an imported, quantized
 * and saved model has the same bytes. The locale is built here, since few machines have it. */
#define _XOPEN_SOURCE 700 /* mkdtemp, nftw */
#include <ftw.h>
#include <locale.h>
#include <qref/qref.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "ref/base/file.h"

static const char *locale_name = "de_DE.UTF-8";
static char directory[64];
static char model_path[2][96];

static bool has_decimal_comma(void) {
  char text[16];
  snprintf(text, sizeof text, "%.1f", 0.5);
  return strcmp(text, "0,5") == 0;
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *walk) {
  (void)status;
  (void)type;
  (void)walk;
  return remove(path);
}

static int make_directory(void **state) {
  (void)state;
  strcpy(directory, "/tmp/qref-locale.XXXXXX");
  if (mkdtemp(directory) == NULL) {
    return 1;
  }
  for (int i = 0; i < 2; i++) {
    snprintf(model_path[i], sizeof model_path[i], "%s/%d.safetensors", directory, i);
  }
  return 0;
}

static int remove_directory(void **state) {
  (void)state;
  setlocale(LC_ALL, "C");
  return nftw(directory, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

/* Whether the process now runs with a decimal comma. */
static bool enter_locale(void) {
  if (setlocale(LC_ALL, locale_name) == NULL) {
    char command[256];
    snprintf(command, sizeof command, "localedef -c -i de_DE -f UTF-8 %s/%s >/dev/null 2>&1", directory, locale_name);
    if (system(command) < 0 || setenv("LOCPATH", directory, 1) != 0 || setlocale(LC_ALL, locale_name) == NULL) {
      print_message("skipped: no locale de_DE.UTF-8, and localedef cannot make one (Debian: package locales)\n");
      return false;
    }
  }
  return has_decimal_comma();
}

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

static void models_keep_their_bytes(void **state) {
  (void)state;
  setlocale(LC_ALL, "C");
  quantize_to(model_path[0]);
  if (!enter_locale()) {
    skip();
  }
  quantize_to(model_path[1]);
  qref_mapped_file plain;
  qref_mapped_file foreign;
  assert_int_equal(qref_mapped_file_open(model_path[0], &plain, NULL), QREF_OK);
  assert_int_equal(qref_mapped_file_open(model_path[1], &foreign, NULL), QREF_OK);
  assert_int_equal(plain.size, foreign.size);
  assert_memory_equal(plain.data, foreign.data, plain.size);
  qref_mapped_file_close(&plain);
  qref_mapped_file_close(&foreign);
  /* What was written in the C locale is read in this one. */
  qref_quantized_model *model = NULL;
  qref_error error = {""};
  if (qref_quantized_model_load(model_path[0], &model, &error) != QREF_OK) {
    fail_msg("%s", error.message);
  }
  qref_quantized_model_destroy(model);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(models_keep_their_bytes)};
  return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
