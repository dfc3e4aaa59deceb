/* What the tests of suites share: small suites in a scratch directory, damaged in one place. Included by a test once.
 */
#ifndef TESTS_VECTORS_SUITE_SUPPORT_H
#define TESTS_VECTORS_SUITE_SUPPORT_H

#include <qref/vectors.h>

#include "tests/base/support.h"

enum { SUITE_PATH_SIZE = 512 };

/* The requantize cases of suite smoke: plan-based, small, coverage of its own. */
static inline qref_gen_options small_suite(void) {
  return (qref_gen_options){
      .suite = "smoke", .op = "requantize", .seed = QREF_SUITE_DEFAULT_SEED, .npy = true, .hex = true};
}

static inline void make_suite(const char *directory, const qref_gen_options *options, qref_gen_report *kept) {
  qref_gen_report report;
  qref_error error = {""};
  if (qref_gen(directory, options, &report, &error) != QREF_OK) {
    fail_msg("%s", error.message);
  }
  assert_int_equal(report.holes, 0);
  if (kept != NULL) {
    *kept = report;
    kept->coverage = NULL;
  }
  qref_gen_report_free(&report);
}

static inline void run(const char *const *arguments, int expected) {
  assert_int_equal(run_program(arguments, "/dev/null"), expected);
}

static inline void copy_tree(const char *from, const char *to) {
  run((const char *const[]){"rm", "-rf", to, NULL}, 0);
  run((const char *const[]){"cp", "-r", from, to, NULL}, 0);
}

static inline bool same_tree(const char *a, const char *b) {
  return run_program((const char *const[]){"diff", "-r", a, b, NULL}, "/dev/null") == 0;
}

static inline char *read_text(const char *path) {
  FILE *file = fopen(path, "rb");
  assert_non_null(file);
  assert_int_equal(fseek(file, 0, SEEK_END), 0);
  const long size = ftell(file);
  assert_true(size >= 0);
  rewind(file);
  char *text = malloc((size_t)size + 1);
  assert_non_null(text);
  assert_int_equal(fread(text, 1, (size_t)size, file), (size_t)size);
  text[size] = '\0';
  fclose(file);
  return text;
}

/* Replaces the first `from` behind the first `anchor` ("" is the beginning) of a text file. */
static inline void edit(const char *path, const char *anchor, const char *from, const char *to) {
  char *text = read_text(path);
  char *start = strstr(text, anchor);
  char *found = start == NULL ? NULL : strstr(start, from);
  if (found == NULL) {
    fail_msg("%s: no '%s' behind '%s'", path, from, anchor);
  }
  FILE *file = fopen(path, "wb");
  assert_non_null(file);
  fwrite(text, 1, (size_t)(found - text), file);
  fputs(to, file);
  fputs(found + strlen(from), file);
  assert_int_equal(fclose(file), 0);
  free(text);
}

/* Changes a byte, counted from the end of the file. */
static inline void flip_bit(const char *path, long from_end, unsigned bit) {
  FILE *file = fopen(path, "r+b");
  assert_non_null(file);
  assert_int_equal(fseek(file, -from_end, SEEK_END), 0);
  const int byte = fgetc(file);
  assert_true(byte != EOF);
  assert_int_equal(fseek(file, -from_end, SEEK_END), 0);
  fputc(byte ^ (1 << bit), file);
  assert_int_equal(fclose(file), 0);
}

/* ---- verification, the first problem kept ---- */

typedef struct verified {
  qref_status status;
  qref_error error;
  qref_verify_report report;
  size_t calls;
  bool ordered; /* called with index 0, 1, ... */
  bool has_first;
  qref_verify_case first;
  char id[96], tensor[32];
} verified;

static inline void keep_first(void *context, const qref_verify_case *result) {
  verified *v = context;
  v->ordered = v->ordered && result->index == v->calls;
  v->calls++;
  if (result->problem != QREF_PROBLEM_NONE && !v->has_first) {
    v->has_first = true;
    v->first = *result;
    snprintf(v->id, sizeof v->id, "%s", result->id);
    snprintf(v->tensor, sizeof v->tensor, "%s", result->tensor);
  }
}

static inline verified verify_with(const char *directory, const qref_verify_options *options) {
  verified v = {.ordered = true};
  v.status = qref_verify(directory, options, keep_first, &v, &v.report, &v.error);
  return v;
}

static inline verified verify(const char *directory) {
  return verify_with(directory, &(qref_verify_options){.threads = 2});
}

#endif
