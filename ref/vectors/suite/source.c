#include "ref/vectors/suite/source.h"

#include <string.h>

#include "ref/base/error.h"

bool qref_suite_plan_size(const char *suite, qref_suite_size *size) {
  static const char *const names[] = {"smoke", "standard", "thorough"};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    if (strcmp(names[i], suite) == 0) {
      *size = (qref_suite_size)i;
      return true;
    }
  }
  return false;
}

bool qref_suite_is_built_in(const char *suite) {
  qref_suite_size size = QREF_SUITE_SMOKE;
  return qref_suite_plan_size(suite, &size) || strcmp(suite, "block") == 0;
}

qref_status qref_case_source_open(const qref_source_options *options, qref_case_source *source, qref_error *error) {
  memset(source, 0, sizeof *source);
  qref_suite_size size = QREF_SUITE_SMOKE;
  if (qref_suite_plan_size(options->suite, &size)) {
    return qref_plan_source_open(options, size, source, error);
  }
  const bool block = strcmp(options->suite, "block") == 0;
  const bool layer = strcmp(options->suite, "layer") == 0;
  if (!block && !layer) {
    return qref_fail(error, QREF_ERROR_ARGUMENT,
                     "suite '%.64s': expected one of smoke, standard, thorough, block, layer", options->suite);
  }
  if (options->op != QREF_OP_COUNT) {
    return qref_fail(error, QREF_ERROR_ARGUMENT, "suite '%s': the cases of one op alone: expected of a suite of ops",
                     options->suite);
  }
  return block ? qref_block_source_open(options, source, error) : qref_layer_source_open(options, source, error);
}

void qref_case_source_close(qref_case_source *source) {
  if (source->destroy != NULL) {
    source->destroy(source->context);
  }
  memset(source, 0, sizeof *source);
}
