#define _XOPEN_SOURCE 700 /* realpath */

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
#include "ref/base/size.h"

struct qref_output {
  int descriptor;  /* -1 once closed */
  char *path;      /* what the caller named: for messages */
  char *target;    /* the file to appear: `path` with symbolic links followed */
  char *temporary; /* NULL when written in place */
  bool failed;     /* a write failed: the content is incomplete */
};

void qref_output_discard(qref_output *output) {
  if (output == NULL) {
    return;
  }
  if (output->descriptor >= 0) {
    close(output->descriptor);
  }
  if (output->temporary != NULL) {
    unlink(output->temporary);
  }
  free(output->temporary);
  free(output->target);
  free(output->path);
  free(output);
}

static qref_status fail_output(const qref_output *output, const char *action, qref_error *error) {
  return qref_fail(error, QREF_ERROR_IO, "%s: cannot %s: %s", output->path, action, strerror(errno));
}

/* Creates a file of a new name in the target's directory: rename works only inside one file system. `mode` is that of
 * the file to be replaced. */
static qref_status open_temporary(qref_output *output, mode_t mode, qref_error *error) {
  const char *slash = strrchr(output->target, '/');
  size_t directory = slash != NULL ? (size_t)(slash - output->target) + 1 : 0;
  size_t size = directory + 64;
  char *name = malloc(size);
  if (name == NULL) {
    return qref_fail(error, QREF_ERROR_MEMORY, "%s: out of memory", output->path);
  }
  memcpy(name, output->target, directory);
  for (int attempt = 0; attempt < 1000; attempt++) {
    struct timespec now = {0};
    clock_gettime(CLOCK_REALTIME, &now);
    /* The name does not grow with the target's, which may already be as long as the file system allows. */
    snprintf(name + directory, size - directory, ".qref-%jd-%jd-%d.tmp", (intmax_t)getpid(), (intmax_t)now.tv_nsec,
             attempt);
    output->descriptor = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (output->descriptor >= 0) {
      output->temporary = name;
      return QREF_OK;
    }
    if (errno != EEXIST) {
      break;
    }
  }
  int reason = errno;
  free(name);
  errno = reason;
  return fail_output(output, "create a file beside it", error);
}

/* Opens output->path, which is already set. */
static qref_status open_output(qref_output *output, qref_error *error) {
  struct stat existing;
  if (stat(output->path, &existing) != 0) {
    if (errno != ENOENT) {
      return fail_output(output, "write", error);
    }
    size_t length = strlen(output->path);
    if (length == 0 || output->path[length - 1] == '/') {
      return qref_fail(error, QREF_ERROR_IO, "%s: expected the name of a file", output->path);
    }
    output->target = strdup(output->path);
    if (output->target == NULL) {
      return qref_fail(error, QREF_ERROR_MEMORY, "%s: out of memory", output->path);
    }
    return open_temporary(output, 0666, error);
  }
  if (S_ISDIR(existing.st_mode)) {
    errno = EISDIR;
    return fail_output(output, "write", error);
  }
  if (!S_ISREG(existing.st_mode)) {
    output->descriptor = open(output->path, O_WRONLY | O_CLOEXEC);
    return output->descriptor >= 0 ? QREF_OK : fail_output(output, "open for writing", error);
  }
  /* Renaming asks only for a writable directory; a file that its owner made read-only stays. */
  if (access(output->path, W_OK) != 0) {
    return fail_output(output, "write", error);
  }
  output->target = realpath(output->path, NULL);
  if (output->target == NULL) {
    return fail_output(output, "resolve", error);
  }
  QREF_TRY(open_temporary(output, 0600, error));
  if (fchmod(output->descriptor, existing.st_mode & 0777) != 0) {
    return fail_output(output, "set the mode of the file beside it", error);
  }
  return QREF_OK;
}

qref_status qref_output_open(const char *path, qref_output **output, qref_error *error) {
  *output = NULL;
  qref_output *created = calloc(1, sizeof *created);
  char *copy = strdup(path);
  if (created == NULL || copy == NULL) {
    free(created);
    free(copy);
    return qref_fail(error, QREF_ERROR_MEMORY, "%s: out of memory", path);
  }
  created->descriptor = -1;
  created->path = copy;
  qref_status status = open_output(created, error);
  if (status != QREF_OK) {
    qref_output_discard(created);
    return status;
  }
  *output = created;
  return QREF_OK;
}

qref_status qref_output_write(qref_output *output, const void *data, size_t size, qref_error *error) {
  const uint8_t *bytes = data;
  while (size > 0) {
    ssize_t written = write(output->descriptor, bytes, size);
    if (written < 0) {
      if (errno == EINTR) {
        continue;
      }
      output->failed = true;
      return fail_output(output, "write", error);
    }
    bytes += written;
    size -= (size_t)written;
  }
  return QREF_OK;
}

/* Everything of a commit that can fail for want of space, up to the rename. */
static qref_status finish(qref_output *output, qref_error *error) {
  if (output->failed) {
    return qref_fail(error, QREF_ERROR_IO, "%s: cannot write: an earlier write failed", output->path);
  }
  /* Devices and pipes have nothing to synchronize. */
  if (fsync(output->descriptor) != 0 && !(output->temporary == NULL && (errno == EINVAL || errno == ENOTSUP))) {
    return fail_output(output, "write", error);
  }
  int descriptor = output->descriptor;
  output->descriptor = -1;
  if (close(descriptor) != 0 && errno != EINTR) {
    return fail_output(output, "write", error);
  }
  return QREF_OK;
}

/* Gives the finished file its name. */
static qref_status publish(qref_output *output, qref_error *error) {
  if (output->temporary == NULL) {
    return QREF_OK;
  }
  if (rename(output->temporary, output->target) != 0) {
    return fail_output(output, "rename a file to it", error);
  }
  free(output->temporary);
  output->temporary = NULL;
  return QREF_OK;
}

qref_status qref_output_commit(qref_output *output, qref_error *error) {
  qref_status status = finish(output, error);
  if (status == QREF_OK) {
    status = publish(output, error);
  }
  qref_output_discard(output);
  return status;
}

qref_status qref_output_write_all(const qref_output_item *items, size_t count, qref_error *error) {
  qref_output **outputs = qref_allocate_zeroed(count, sizeof(qref_output *));
  if (outputs == NULL) {
    return qref_fail(error, QREF_ERROR_MEMORY, "out of memory");
  }
  qref_status status = QREF_OK;
  for (size_t i = 0; i < count && status == QREF_OK; i++) {
    status = qref_output_open(items[i].path, &outputs[i], error);
    if (status == QREF_OK) {
      status = qref_output_write(outputs[i], items[i].data, items[i].size, error);
    }
    if (status == QREF_OK) {
      status = finish(outputs[i], error);
    }
  }
  for (size_t i = 0; i < count && status == QREF_OK; i++) {
    status = publish(outputs[i], error);
  }
  for (size_t i = 0; i < count; i++) {
    qref_output_discard(outputs[i]);
  }
  free(outputs);
  return status;
}
