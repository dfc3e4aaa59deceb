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
#include <fcntl.h>
#include <qref/types.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* splitmix64 */
static inline uint64_t next_random(uint64_t *state) {
  uint64_t z = *state += 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

/* Runs a program of PATH, its output into a file; `arguments` ends with NULL. Its exit status, 127 if there is none. */
static inline int run_program(const char *const *arguments, const char *output) {
  posix_spawn_file_actions_t actions;
  assert_int_equal(posix_spawn_file_actions_init(&actions), 0);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output, O_WRONLY | O_CREAT | O_TRUNC, 0666);
  posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
  pid_t child = 0;
  int failure = posix_spawnp(&child, arguments[0], &actions, NULL, (char *const *)(uintptr_t)arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  int status = 0;
  if (failure != 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status)) {
    return 127;
  }
  return WEXITSTATUS(status);
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
  const char *const remove[] = {"rm", "-rf", s->directory, NULL};
  assert_int_equal(run_program(remove, "/dev/null"), 0);
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
