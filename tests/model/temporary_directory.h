/* A directory of a test's own, removed with the plain files in it. */
#ifndef QREF_TESTS_MODEL_TEMPORARY_DIRECTORY_H
#define QREF_TESTS_MODEL_TEMPORARY_DIRECTORY_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TEST_PATH_SIZE = 512 };

static inline void temporary_directory_create(char path[TEST_PATH_SIZE]) {
  const char *parent = getenv("TMPDIR");
  snprintf(path, TEST_PATH_SIZE, "%s/qref-test-XXXXXX", parent == NULL ? "/tmp" : parent);
  assert_non_null(mkdtemp(path));
}

static inline void join(char path[TEST_PATH_SIZE], const char *directory, const char *name) {
  assert_true(snprintf(path, TEST_PATH_SIZE, "%s/%s", directory, name) < TEST_PATH_SIZE);
}

static inline size_t temporary_directory_clear(const char *directory) {
  DIR *stream = opendir(directory);
  size_t files = 0;
  assert_non_null(stream);
  for (struct dirent *entry; (entry = readdir(stream)) != NULL;) {
    if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
      char path[TEST_PATH_SIZE];
      join(path, directory, entry->d_name);
      assert_int_equal(unlink(path), 0);
      files++;
    }
  }
  closedir(stream);
  return files;
}

static inline void temporary_directory_remove(const char *directory) {
  temporary_directory_clear(directory);
  assert_int_equal(rmdir(directory), 0);
}

static inline void write_text(const char *directory, const char *name, const char *text) {
  char path[TEST_PATH_SIZE];
  join(path, directory, name);
  FILE *file = fopen(path, "wb");
  assert_non_null(file);
  assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
  assert_int_equal(fclose(file), 0);
}

/* The whole file, malloc'ed. */
static inline unsigned char *read_whole(const char *path, size_t *size) {
  FILE *file = fopen(path, "rb");
  assert_non_null(file);
  assert_int_equal(fseek(file, 0, SEEK_END), 0);
  const long length = ftell(file);
  assert_true(length > 0);
  rewind(file);
  unsigned char *bytes = malloc((size_t)length);
  assert_non_null(bytes);
  assert_int_equal(fread(bytes, 1, (size_t)length, file), (size_t)length);
  fclose(file);
  *size = (size_t)length;
  return bytes;
}

#endif
