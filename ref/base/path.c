#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ref/base/error.h"
#include "ref/base/file.h"

qref_status qref_make_directory(const char *path, bool *created, qref_error *error) {
  *created = false;
  if (mkdir(path, 0777) == 0) {
    *created = true;
    return QREF_OK;
  }
  int reason = errno;
  if (reason == EEXIST && qref_path_is_directory(path)) {
    return QREF_OK;
  }
  return qref_fail(error, QREF_ERROR_IO, "%s: cannot create the directory: %s", path, strerror(reason));
}

char *qref_path_join(const char *directory, const char *name) {
  size_t length = strlen(directory);
  bool separated = length == 0 || directory[length - 1] == '/';
  size_t name_size = strlen(name) + 1;
  char *path = malloc(length + 1 + name_size);
  if (path != NULL) {
    memcpy(path, directory, length);
    if (!separated) {
      path[length++] = '/';
    }
    memcpy(path + length, name, name_size);
  }
  return path;
}

bool qref_program_folder(char **folder) {
  enum { PROGRAM_PATH_SIZE = 4096 };
  char program[PROGRAM_PATH_SIZE];
  *folder = NULL;
  const ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
  if (length <= 0 || length >= PROGRAM_PATH_SIZE - 1) {
    return true;
  }
  program[length] = '\0';
  char *slash = strrchr(program, '/');
  if (slash == NULL) {
    return true;
  }
  slash[1] = '\0';
  *folder = strdup(program);
  return *folder != NULL;
}

bool qref_path_exists(const char *path) {
  struct stat information;
  return stat(path, &information) == 0;
}

bool qref_path_is_directory(const char *path) {
  struct stat information;
  return stat(path, &information) == 0 && S_ISDIR(information.st_mode);
}

void qref_remove_directory(const char *path) {
  DIR *stream = opendir(path);
  if (stream != NULL) {
    for (struct dirent *entry = readdir(stream); entry != NULL; entry = readdir(stream)) {
      if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) {
        continue;
      }
      char *child = qref_path_join(path, entry->d_name);
      struct stat information;
      if (child != NULL && lstat(child, &information) == 0) {
        if (S_ISDIR(information.st_mode)) {
          qref_remove_directory(child);
        } else {
          unlink(child);
        }
      }
      free(child);
    }
    closedir(stream);
  }
  rmdir(path);
}
