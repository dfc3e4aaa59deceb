#include "ref/cli/default_model.h"

#include <stdlib.h>
#include <string.h>

#include "ref/base/file.h"

static const char in_tree[] = "vectors/models/tiny-mamba";

char *qref_default_model(void) {
  char *folder = NULL;
  if (qref_path_is_directory(in_tree)) {
    return strdup(in_tree);
  }
  if (!qref_program_folder(&folder)) {
    return NULL;
  }
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
