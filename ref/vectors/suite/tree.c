/* realpath */
#define _XOPEN_SOURCE 700

#include "ref/vectors/suite/tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "ref/base/error.h"
#include "ref/base/file.h"

static void free_tree(qref_tree *tree) {
  free(tree->target);
  free(tree->temporary);
  memset(tree, 0, sizeof *tree);
}

void qref_tree_discard(qref_tree *tree) {
  if (tree->temporary != NULL) {
    qref_remove_directory(tree->temporary);
  }
  free_tree(tree);
}

/* ---- opening ---- */

static bool is_empty_directory(const char *path) {
  DIR *stream = opendir(path);
  bool empty = stream != NULL;
  for (struct dirent *entry; empty && (entry = readdir(stream)) != NULL;) {
    empty = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
  }
  if (stream != NULL) {
    closedir(stream);
  }
  return empty;
}

/* The directory to appear: without slashes at its end, links followed if it exists. */
static qref_status find_target(const char *directory, char **target, qref_error *error) {
  struct stat information;
  size_t length = strlen(directory);
  *target = NULL;
  if (length == 0) {
    return qref_fail(error, QREF_ERROR_ARGUMENT, "expected the name of a directory to write, found ''");
  }
  if (lstat(directory, &information) == 0) {
    if (!is_empty_directory(directory)) {
      return qref_fail(error, QREF_ERROR_IO, "%s: expected a directory that does not exist, or is empty", directory);
    }
    *target = realpath(directory, NULL);
  } else if (errno != ENOENT) {
    return qref_fail(error, QREF_ERROR_IO, "%s: cannot write: %s", directory, strerror(errno));
  } else {
    while (length > 1 && directory[length - 1] == '/') {
      length--;
    }
    *target = strndup(directory, length);
  }
  return *target != NULL ? QREF_OK
                         : qref_fail(error, QREF_ERROR_IO, "%s: cannot resolve: %s", directory, strerror(errno));
}

/* A new directory beside the target: rename works only inside one file system. */
static qref_status make_temporary(qref_tree *tree, qref_error *error) {
  const char *slash = strrchr(tree->target, '/');
  const size_t parent = slash != NULL ? (size_t)(slash - tree->target) + 1 : 0;
  const size_t size = parent + 64;
  char *name = malloc(size);
  if (name == NULL) {
    return qref_fail(error, QREF_ERROR_MEMORY, "%s: out of memory", tree->target);
  }
  memcpy(name, tree->target, parent);
  for (int attempt = 0; attempt < 1000; attempt++) {
    struct timespec now = {0};
    clock_gettime(CLOCK_REALTIME, &now);
    snprintf(name + parent, size - parent, ".qref-%jd-%jd-%d.tmp", (intmax_t)getpid(), (intmax_t)now.tv_nsec, attempt);
    if (mkdir(name, 0777) == 0) {
      tree->temporary = name;
      return QREF_OK;
    }
    if (errno != EEXIST) {
      break;
    }
  }
  const int reason = errno;
  free(name);
  return qref_fail(error, QREF_ERROR_IO, "%s: cannot create a directory beside it: %s", tree->target, strerror(reason));
}

qref_status qref_tree_open(const char *directory, qref_tree *tree, qref_error *error) {
  memset(tree, 0, sizeof *tree);
  QREF_TRY(find_target(directory, &tree->target, error));
  qref_status status = make_temporary(tree, error);
  if (status != QREF_OK) {
    free_tree(tree);
  }
  return status;
}

/* ---- files ---- */

/* Makes the folders in front of the last '/' of `path`; another thread may be making them too. */
static void make_folders(char *path, size_t root) {
  for (char *slash = strchr(path + root + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
    *slash = '\0';
    mkdir(path, 0777);
    *slash = '/';
  }
}

static bool write_bytes(int descriptor, const void *data, size_t size) {
  const uint8_t *bytes = data;
  while (size > 0) {
    const ssize_t written = write(descriptor, bytes, size);
    if (written < 0 && errno == EINTR) {
      continue;
    }
    if (written < 0) {
      return false;
    }
    bytes += written;
    size -= (size_t)written;
  }
  return true;
}

qref_status qref_tree_write(const qref_tree *tree, const char *path, const void *head, size_t head_size,
                            const void *data, size_t size, qref_error *error) {
  char *full = qref_path_join(tree->temporary, path);
  if (full == NULL) {
    return qref_fail(error, QREF_ERROR_MEMORY, "%s/%s: out of memory", tree->target, path);
  }
  int descriptor = open(full, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (descriptor < 0 && errno == ENOENT) {
    make_folders(full, strlen(tree->temporary));
    descriptor = open(full, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  }
  bool written = descriptor >= 0 && write_bytes(descriptor, head, head_size) && write_bytes(descriptor, data, size);
  int reason = errno;
  if (descriptor >= 0 && close(descriptor) != 0 && written) {
    written = false;
    reason = errno;
  }
  free(full);
  return written ? QREF_OK
                 : qref_fail(error, QREF_ERROR_IO, "%s/%s: cannot write: %s", tree->target, path, strerror(reason));
}

qref_status qref_tree_commit(qref_tree *tree, qref_error *error) {
  qref_status status = QREF_OK;
  if (rename(tree->temporary, tree->target) != 0) {
    status =
        qref_fail(error, QREF_ERROR_IO, "%s: cannot rename the new directory to it: %s", tree->target, strerror(errno));
    qref_tree_discard(tree);
  }
  free_tree(tree);
  return status;
}
