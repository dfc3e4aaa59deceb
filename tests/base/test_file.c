#include "ref/base/file.h"

#include <sys/stat.h>

#include "tests/base/support.h"

static void assert_content(const char *path, const char *expected) {
  size_t size = 0;
  uint8_t *bytes = read_bytes(path, &size);
  assert_string_equal((const char *)bytes, expected);
  free(bytes);
}

static void maps_files(void **state) {
  (void)state;
  scratch s;
  scratch_begin(&s);
  qref_error error;
  qref_mapped_file file;
  write_text(scratch_file(&s, "a"), "hello");
  assert_int_equal(qref_mapped_file_open(s.path, &file, &error), QREF_OK);
  assert_int_equal(file.size, 5);
  assert_memory_equal(file.data, "hello", 5);
  qref_mapped_file_close(&file);
  write_text(scratch_file(&s, "empty"), "");
  assert_int_equal(qref_mapped_file_open(s.path, &file, &error), QREF_OK);
  assert_int_equal(file.size, 0);
  assert_null(file.data);
  qref_mapped_file_close(&file);
  assert_failure(qref_mapped_file_open(scratch_file(&s, "none"), &file, &error), QREF_ERROR_IO, &error,
                 "/none: cannot open: No such file");
  assert_failure(qref_mapped_file_open(s.directory, &file, &error), QREF_ERROR_IO, &error, "expected a regular file");
  assert_int_equal(mkfifo(scratch_file(&s, "pipe"), 0600), 0);
  assert_failure(qref_mapped_file_open(s.path, &file, &error), QREF_ERROR_IO, &error, "expected a regular file");
  scratch_end(&s);
}

static void reads_files(void **state) {
  (void)state;
  scratch s;
  scratch_begin(&s);
  qref_error error;
  char *text = NULL;
  size_t size = 0;
  enum { SIZE = 10000 }; /* more than one buffer */
  char *content = malloc(SIZE);
  assert_non_null(content);
  memset(content, 'x', SIZE);
  write_bytes(scratch_file(&s, "a"), content, SIZE);
  assert_int_equal(qref_read_file(s.path, SIZE, &text, &size, &error), QREF_OK);
  assert_int_equal(size, SIZE);
  assert_int_equal(text[SIZE], '\0');
  assert_memory_equal(text, content, SIZE);
  free(text);
  free(content);
  assert_failure(qref_read_file(s.path, SIZE - 1, &text, &size, &error), QREF_ERROR_FORMAT, &error,
                 "/a: expected at most 9999 bytes");
  assert_null(text);
  assert_failure(qref_read_file("/dev/zero", 100000, &text, &size, &error), QREF_ERROR_FORMAT, &error, "/dev/zero");
  assert_failure(qref_read_file(s.directory, 100, &text, &size, &error), QREF_ERROR_IO, &error, "directory");
  assert_failure(qref_read_file(scratch_file(&s, "none"), 100, &text, &size, &error), QREF_ERROR_IO, &error, "/none");
  scratch_end(&s);
}

static void output_appears_at_commit(void **state) {
  (void)state;
  scratch s;
  scratch_begin(&s);
  qref_error error;
  qref_output *output = NULL;
  scratch_file(&s, "out");
  assert_int_equal(qref_output_open(s.path, &output, &error), QREF_OK);
  assert_int_equal(qref_output_write(output, "new ", 4, &error), QREF_OK);
  assert_int_equal(qref_output_write(output, "content", 7, &error), QREF_OK);
  assert_false(qref_path_exists(s.path));
  assert_int_equal(qref_output_commit(output, &error), QREF_OK);
  assert_content(s.path, "new content");
  assert_int_equal(scratch_count(&s), 1);
  scratch_end(&s);
}

static void discarded_output_leaves_the_old_file(void **state) {
  (void)state;
  scratch s;
  scratch_begin(&s);
  qref_error error;
  qref_output *output = NULL;
  write_text(scratch_file(&s, "out"), "old");
  assert_int_equal(qref_output_open(s.path, &output, &error), QREF_OK);
  assert_int_equal(qref_output_write(output, "new", 3, &error), QREF_OK);
  qref_output_discard(output);
  qref_output_discard(NULL);
  assert_content(s.path, "old");
  assert_int_equal(scratch_count(&s), 1);
  scratch_end(&s);
}

static void replacing_keeps_mode_and_link(void **state) {
  (void)state;
  scratch s;
  scratch_begin(&s);
  qref_error error;
  write_text(scratch_file(&s, "target"), "old");
  assert_int_equal(chmod(s.path, 0640), 0);
  char target[sizeof s.path];
  memcpy(target, s.path, sizeof target);
  assert_int_equal(symlink("target", scratch_file(&s, "link")), 0);
  const qref_output_item item = {s.path, "new", 3};
  assert_int_equal(qref_output_write_all(&item, 1, &error), QREF_OK);
  assert_content(target, "new");
  struct stat information;
  assert_int_equal(stat(target, &information), 0);
  assert_int_equal(information.st_mode & 0777, 0640);
  assert_int_equal(lstat(s.path, &information), 0);
  assert_true(S_ISLNK(information.st_mode));
  scratch_end(&s);
}

static void output_that_cannot_be(void **state) {
  (void)state;
  scratch s;
  scratch_begin(&s);
  qref_error error;
  qref_output *output = NULL;
  assert_failure(qref_output_open(s.directory, &output, &error), QREF_ERROR_IO, &error, "Is a directory");
  assert_null(output);
  assert_failure(qref_output_open(scratch_file(&s, "no/such/file"), &output, &error), QREF_ERROR_IO, &error, s.path);
  assert_failure(qref_output_open(scratch_file(&s, "none/"), &output, &error), QREF_ERROR_IO, &error, "name of a file");
  assert_failure(qref_output_open("", &output, &error), QREF_ERROR_IO, &error, "name of a file");
  assert_int_equal(scratch_count(&s), 0);
  scratch_end(&s);
}

static void a_long_name_is_no_longer_while_written(void **state) {
  (void)state;
  scratch s;
  scratch_begin(&s);
  char path[400];
  int length = snprintf(path, sizeof path, "%s/", s.directory);
  memset(path + length, 'n', 255);
  path[length + 255] = '\0';
  qref_error error;
  const qref_output_item item = {path, "x", 1};
  assert_int_equal(qref_output_write_all(&item, 1, &error), QREF_OK);
  assert_content(path, "x");
  scratch_end(&s);
}

static void a_full_device_is_an_error(void **state) {
  (void)state;
  if (!qref_path_exists("/dev/full")) {
    print_message("skipped: there is no /dev/full\n");
    skip();
  }
  qref_error error;
  qref_output *output = NULL;
  assert_int_equal(qref_output_open("/dev/full", &output, &error), QREF_OK);
  assert_failure(qref_output_write(output, "x", 1, &error), QREF_ERROR_IO, &error, "/dev/full: cannot write: No space");
  assert_failure(qref_output_commit(output, &error), QREF_ERROR_IO, &error, "/dev/full");
  assert_true(qref_path_exists("/dev/full"));
}

static void a_device_is_written_in_place(void **state) {
  (void)state;
  qref_error error;
  const qref_output_item item = {"/dev/null", "x", 1};
  assert_int_equal(qref_output_write_all(&item, 1, &error), QREF_OK);
  struct stat information;
  assert_int_equal(stat("/dev/null", &information), 0);
  assert_true(S_ISCHR(information.st_mode));
}

static void several_files_appear_together_or_not_at_all(void **state) {
  (void)state;
  scratch s;
  scratch_begin(&s);
  qref_error error;
  char first[sizeof s.path];
  memcpy(first, scratch_file(&s, "first"), sizeof first);
  scratch_file(&s, "second");
  const qref_output_item items[] = {{first, "1", 1}, {s.path, "2", 1}};
  assert_int_equal(qref_output_write_all(items, 2, &error), QREF_OK);
  assert_content(first, "1");
  assert_content(s.path, "2");
  assert_int_equal(qref_output_write_all(items, 0, &error), QREF_OK);

  static const char *const impossible[] = {"/nonexistent-directory/x", "/dev/full", "/"};
  for (size_t i = 0; i < sizeof impossible / sizeof impossible[0]; i++) {
    const qref_output_item failing[] = {{first, "new", 3}, {impossible[i], "2", 1}};
    assert_failure(qref_output_write_all(failing, 2, &error), QREF_ERROR_IO, &error, impossible[i]);
    assert_content(first, "1");
    assert_int_equal(scratch_count(&s), 2);
  }
  scratch_end(&s);
}

static void directories(void **state) {
  (void)state;
  scratch s;
  scratch_begin(&s);
  qref_error error;
  bool created = false;
  scratch_file(&s, "new");
  assert_int_equal(qref_make_directory(s.path, &created, &error), QREF_OK);
  assert_true(created);
  assert_true(qref_path_is_directory(s.path));
  assert_int_equal(qref_make_directory(s.path, &created, &error), QREF_OK);
  assert_false(created);
  write_text(scratch_file(&s, "file"), "");
  assert_true(qref_path_exists(s.path));
  assert_false(qref_path_is_directory(s.path));
  assert_failure(qref_make_directory(s.path, &created, &error), QREF_ERROR_IO, &error, "/file: cannot create");
  assert_failure(qref_make_directory(scratch_file(&s, "a/b"), &created, &error), QREF_ERROR_IO, &error, "a/b");
  scratch_end(&s);
}

static void joins_paths(void **state) {
  (void)state;
  static const char *const cases[][3] = {{"a", "b", "a/b"}, {"a/", "b", "a/b"}, {"/", "b", "/b"}, {"", "b", "b"}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    char *path = qref_path_join(cases[i][0], cases[i][1]);
    assert_string_equal(path, cases[i][2]);
    free(path);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(maps_files),
      cmocka_unit_test(reads_files),
      cmocka_unit_test(output_appears_at_commit),
      cmocka_unit_test(discarded_output_leaves_the_old_file),
      cmocka_unit_test(replacing_keeps_mode_and_link),
      cmocka_unit_test(output_that_cannot_be),
      cmocka_unit_test(a_long_name_is_no_longer_while_written),
      cmocka_unit_test(a_full_device_is_an_error),
      cmocka_unit_test(a_device_is_written_in_place),
      cmocka_unit_test(several_files_appear_together_or_not_at_all),
      cmocka_unit_test(directories),
      cmocka_unit_test(joins_paths),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
