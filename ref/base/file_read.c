#define _DEFAULT_SOURCE /* madvise: NOLINT(bugprone-reserved-identifier) */
#include "ref/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ref/base/error.h"

qref_status qref_mapped_file_open(const char *path, qref_mapped_file *file, qref_error *error) {
  file->data = NULL;
  file->size = 0;
  /* O_NONBLOCK: opening a pipe that nobody writes must not hang. */
  int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) {
    return qref_fail(error, QREF_ERROR_IO, "%s: cannot open: %s", path, strerror(errno));
  }
  struct stat information;
  qref_status status = QREF_OK;
  if (fstat(descriptor, &information) != 0) {
    status = qref_fail(error, QREF_ERROR_IO, "%s: cannot stat: %s", path, strerror(errno));
  } else if (!S_ISREG(information.st_mode)) {
    status = qref_fail(error, QREF_ERROR_IO, "%s: expected a regular file", path);
  } else if ((uintmax_t)information.st_size > SIZE_MAX) {
    status = qref_fail(error, QREF_ERROR_OVERFLOW, "%s: %jd bytes do not fit the address space", path,
                       (intmax_t)information.st_size);
  } else if (information.st_size > 0) {
    void *data = mmap(NULL, (size_t)information.st_size, PROT_READ, MAP_PRIVATE, descriptor, 0);
    if (data == MAP_FAILED) {
      status = qref_fail(error, QREF_ERROR_IO, "%s: cannot map: %s", path, strerror(errno));
    } else {
      file->data = data;
      file->size = (size_t)information.st_size;
    }
  }
  close(descriptor);
  return status;
}

void qref_mapped_file_close(qref_mapped_file *file) {
  if (file->data != NULL) {
    munmap((void *)(uintptr_t)file->data, file->size);
  }
  file->data = NULL;
  file->size = 0;
}

void qref_mapped_file_release(const uint8_t *data, size_t size) {
#ifdef MADV_DONTNEED /* glibc's posix_madvise accepts this advice and does nothing */
  /* Whole pages only: the ends may hold a neighbour's bytes. */
  const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
  const uintptr_t first = ((uintptr_t)data + page - 1) / page * page;
  const uintptr_t end = ((uintptr_t)data + size) / page * page;
  if (first < end) {
    (void)madvise((void *)first, end - first, MADV_DONTNEED);
  }
#else
  (void)data;
  (void)size;
#endif
}

/* Reads to the end, growing *text; *size counts the bytes. */
static qref_status read_all(int descriptor, const char *path, size_t limit, char **text, size_t *size,
                            qref_error *error) {
  size_t capacity = 0;
  for (;;) {
    if (*size + 1 >= capacity) { /* room for the final NUL */
      size_t larger = capacity == 0 ? 4096 : capacity * 2;
      char *grown = larger > capacity ? realloc(*text, larger) : NULL;
      if (grown == NULL) {
        return qref_fail(error, QREF_ERROR_MEMORY, "%s: out of memory", path);
      }
      *text = grown;
      capacity = larger;
    }
    ssize_t got = read(descriptor, *text + *size, capacity - *size - 1);
    if (got < 0) {
      if (errno == EINTR) {
        continue;
      }
      return qref_fail(error, QREF_ERROR_IO, "%s: cannot read: %s", path, strerror(errno));
    }
    if (got == 0) {
      (*text)[*size] = '\0';
      return QREF_OK;
    }
    *size += (size_t)got;
    if (*size > limit) {
      return qref_fail(error, QREF_ERROR_FORMAT, "%s: expected at most %zu bytes", path, limit);
    }
  }
}

qref_status qref_read_file(const char *path, size_t limit, char **text, size_t *size, qref_error *error) {
  *text = NULL;
  *size = 0;
  int descriptor = open(path, O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    return qref_fail(error, QREF_ERROR_IO, "%s: cannot open: %s", path, strerror(errno));
  }
  char *content = NULL;
  size_t length = 0;
  qref_status status = read_all(descriptor, path, limit, &content, &length, error);
  close(descriptor);
  if (status != QREF_OK) {
    free(content);
    return status;
  }
  *text = content;
  *size = length;
  return QREF_OK;
}
