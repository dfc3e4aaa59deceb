/* realpath */
#define _XOPEN_SOURCE 700

#include "ref/vectors/contained_path.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "ref/base/error.h"
#include "ref/base/file.h"

qref_status qref_contained_path(const char *directory, const char *file, const char *source, const char *where,
                                char **path, qref_error *error) {
  *path = NULL;
  if (file[0] == '/' || file[0] == '\0') {
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: %s: field 'file': expected a path relative to the manifest", source,
                     where);
  }
  char *joined = qref_path_join(directory, file);
  if (joined == NULL) {
    return qref_fail(error, QREF_ERROR_MEMORY, "%s: out of memory for a file name", source);
  }
  *path = realpath(joined, NULL);
  const int reason = errno;
  free(joined);
  if (*path == NULL) {
    return qref_fail(error, reason == ENOMEM ? QREF_ERROR_MEMORY : QREF_ERROR_IO, "%s: %s: file '%s': %s", source,
                     where, file, strerror(reason));
  }
  size_t length = strlen(directory);
  if (strncmp(*path, directory, length) != 0 || (*path)[length] != '/') {
    free(*path);
    *path = NULL;
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: %s: file '%s' lies outside the directory of the manifest", source,
                     where, file);
  }
  return QREF_OK;
}
