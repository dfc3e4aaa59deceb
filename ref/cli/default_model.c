#include "ref/cli/default_model.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ref/base/file.h"

static const char in_tree[] = "vectors/models/tiny-mamba";

enum { PROGRAM_PATH_SIZE = 4096 };

/* The folder of the running program with its final '/'; false where the system does not tell. */
static bool program_folder(char folder[PROGRAM_PATH_SIZE]) {
  const ssize_t length = readlink("/proc/self/exe", folder, PROGRAM_PATH_SIZE - 1);
  if (length <= 0 || length >= PROGRAM_PATH_SIZE - 1) {
    return false;
  }
  folder[length] = '\0';
  char *slash = strrchr(folder, '/');
  if (slash == NULL) {
    return false;
  }
  slash[1] = '\0';
  return true;
}

char *qref_default_model(void) {
  char folder[PROGRAM_PATH_SIZE];
  if (!qref_path_is_directory(in_tree) && program_folder(folder)) {
    char *installed = qref_path_join(folder, QREF_DATA_FROM_PROGRAM "/models/tiny-mamba");
    if (installed == NULL || qref_path_is_directory(installed)) {
      return installed;
    }
    free(installed);
  }
  return strdup(in_tree);
}
