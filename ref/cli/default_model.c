#include "ref/cli/default_model.h"

#include <stdlib.h>
#include <string.h>

#include "ref/base/file.h"

static const char in_tree[] = "vectors/models/tiny-mamba";

char *qref_default_model(void) {
  char *folder = qref_path_is_directory(in_tree) ? NULL : qref_program_folder();
  if (folder == NULL) {
    return strdup(in_tree);
  }
  char *installed = qref_path_join(folder, QREF_DATA_FROM_PROGRAM "/models/tiny-mamba");
  free(folder);
  if (installed == NULL || qref_path_is_directory(installed)) {
    return installed;
  }
  free(installed);
  return strdup(in_tree);
}
