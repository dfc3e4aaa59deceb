/* What tests of several rooms share: a scratch directory, whole files, random numbers. Included by a test once. */
#ifndef TESTS_BASE_SUPPORT_H
#define TESTS_BASE_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* Before cmocka.h, which wants the four above. */
#include <cmocka.h>
#include <dirent.h>
#include <qref/types.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* splitmix64 */
static inline uint64_t next_random(uint64_t *state) {
  uint64_t z = *state += 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

typedef struct scratch {
  char directory[64];
  char path[192]; /* of the file named last */
} scratch;

static inline void scratch_begin(scratch *s) {
  strcpy(s->directory, "/tmp/qref-test-XXXXXX");
  assert_non_null(mkdtemp(s->directory));
}

static inline const char *scratch_file(scratch *s, const char *name) {
  snprintf(s->path, sizeof s->path, "%s/%s", s->directory, name);
  return s->path;
}

/* Names in the directory, "." and ".." aside. */
static inline int scratch_count(const scratch *s) {
  DIR *directory = opendir(s->directory);
  assert_non_null(directory);
  int count = -2;
  while (readdir(directory) != NULL) {
    count++;
  }
  closedir(directory);
  return count;
}

static inline void scratch_end(scratch *s) {
  char command[128];
  snprintf(command, sizeof command, "rm -rf '%s'", s->directory);
  assert_int_equal(system(command), 0);
}

static inline void write_bytes(const char *path, const void *data, size_t size) {
  FILE *file = fopen(path, "wb");
  assert_non_null(file);
  assert_int_equal(fwrite(data, 1, size, file), size);
  assert_int_equal(fclose(file), 0);
}

static inline void write_text(const char *path, const char *text) {
  write_bytes(path, text, strlen(text));
}

/* The whole file, malloc'ed, with a NUL behind it. */
static inline uint8_t *read_bytes(const char *path, size_t *size) {
  FILE *file = fopen(path, "rb");
  assert_non_null(file);
  assert_int_equal(fseek(file, 0, SEEK_END), 0);
  long end = ftell(file);
  assert_true(end >= 0);
  rewind(file);
  *size = (size_t)end;
  uint8_t *bytes = malloc(*size + 1);
  assert_non_null(bytes);
  assert_int_equal(fread(bytes, 1, *size, file), *size);
  bytes[*size] = 0;
  fclose(file);
  return bytes;
}

/* A failure with this status whose message holds `part`. */
static inline void assert_failure(qref_status actual, qref_status expected, const qref_error *error, const char *part) {
  assert_string_equal(qref_status_name(actual), qref_status_name(expected));
  if (strstr(error->message, part) == NULL) {
    fail_msg("expected a message with \"%s\", found \"%s\"", part, error->message);
  }
}

#endif
