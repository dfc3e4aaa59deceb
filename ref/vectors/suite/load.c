#include "ref/vectors/suite/load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ref/base/error.h"
#include "ref/vectors/contained_path.h"
#include "ref/vectors/npy.h"
#include "ref/vectors/suite/hex.h"

/* ---- .npy ---- */

static bool same_shape(const qref_case_tensor *tensor, const qref_tensor *file) {
  return file->dimensions == tensor->rank &&
         memcmp(file->shape, tensor->shape, tensor->rank * sizeof tensor->shape[0]) == 0;
}

static qref_status read_npy(const char *path, const char *name, qref_case_tensor *tensor, qref_error *error) {
  qref_tensor file;
  QREF_TRY(qref_npy_read(path, &file, error));
  qref_status status = QREF_OK;
  if (file.dtype != tensor->schema->dtype) {
    status = qref_fail(error, QREF_ERROR_FORMAT, "%s: dtype: expected %s, found %s", name,
                       qref_dtype_name(tensor->schema->dtype), qref_dtype_name(file.dtype));
  } else if (!same_shape(tensor, &file)) {
    status = qref_fail(error, QREF_ERROR_FORMAT, "%s: shape: not the one in the manifest", name);
  }
  if (status == QREF_OK) {
    tensor->data = file.data;
  } else {
    qref_tensor_free(&file);
  }
  return status;
}

/* ---- either format ---- */

static qref_status read_file(const qref_suite_manifest *manifest, const qref_suite_case *entry, const char *file,
                             bool hex, qref_case_tensor *tensor, qref_error *error) {
  char where[QREF_CASE_ID_SIZE + 16];
  char *path = NULL;
  snprintf(where, sizeof where, "case '%s'", entry->item.id);
  QREF_TRY(qref_contained_path(manifest->directory, file, manifest->path, where, &path, error));
  const qref_status status =
      hex ? qref_hex_read(path, file, manifest->header.hex_lanes, tensor, error) : read_npy(path, file, tensor, error);
  free(path);
  return status;
}

/* A file that cannot be used is a finding; memory that ran out is not. */
static qref_status keep(qref_status status, const qref_error *found, qref_load_problem *problem, qref_error *error) {
  if (status == QREF_ERROR_MEMORY) {
    return qref_fail(error, status, "%s", found->message);
  }
  if (status != QREF_OK) {
    problem->kind = QREF_PROBLEM_FILE;
    snprintf(problem->message, sizeof problem->message, "%s", found->message);
  }
  return QREF_OK;
}

static void check_digest(const char *file, const char *expected, const qref_case_tensor *tensor,
                         qref_load_problem *problem) {
  char found[65];
  qref_case_tensor_digest(tensor, found);
  if (strcmp(found, expected) != 0) {
    problem->kind = QREF_PROBLEM_DIGEST;
    snprintf(problem->message, sizeof problem->message, "%s: field 'sha256': expected %s, found %s", file, expected,
             found);
  }
}

/* The words of both files. */
static void compare_files(const qref_suite_tensor *listed, const qref_case_tensor *npy, const qref_case_tensor *hex,
                          qref_load_problem *problem) {
  size_t different = 0;
  for (size_t i = 0; i < npy->count; i++) {
    const uint32_t a = qref_hex_word(npy, i);
    const uint32_t b = qref_hex_word(hex, i);
    if (a != b && different++ == 0) {
      problem->element = i;
      problem->npy_bits = a;
      problem->hex_bits = b;
    }
  }
  if (different != 0) {
    problem->kind = QREF_PROBLEM_DIGEST;
    problem->has_element = true;
    problem->different = different;
    snprintf(problem->message, sizeof problem->message, "%s: word %zu: expected %x as in %s, found %x", listed->hex,
             problem->element, (unsigned)problem->npy_bits, listed->npy, (unsigned)problem->hex_bits);
  }
}

qref_status qref_suite_load_tensor(const qref_suite_manifest *manifest, const qref_suite_case *entry, size_t t,
                                   qref_case_tensor *tensor, qref_load_problem *problem, qref_error *error) {
  const qref_suite_tensor *listed = &entry->tensors[t];
  const bool hex_only = listed->npy == NULL;
  const char *file = hex_only ? listed->hex : listed->npy;
  qref_error found = {""};
  memset(problem, 0, sizeof *problem);
  *tensor = entry->item.tensors[t];
  QREF_TRY(keep(read_file(manifest, entry, file, hex_only, tensor, &found), &found, problem, error));
  if (problem->kind != QREF_PROBLEM_NONE) {
    return QREF_OK;
  }
  check_digest(file, listed->sha256, tensor, problem);
  if (hex_only || listed->hex == NULL) {
    return QREF_OK;
  }
  qref_case_tensor hex = entry->item.tensors[t];
  qref_load_problem hex_problem = {.kind = QREF_PROBLEM_NONE};
  qref_status status = keep(read_file(manifest, entry, listed->hex, true, &hex, &found), &found, &hex_problem, error);
  if (status == QREF_OK && hex.data != NULL) {
    compare_files(listed, tensor, &hex, &hex_problem);
  }
  free(hex.data);
  /* A file that is missing comes before contents that differ, and the .npy file before the .hex file. */
  if (hex_problem.kind == QREF_PROBLEM_FILE ||
      (hex_problem.kind == QREF_PROBLEM_DIGEST && problem->kind == QREF_PROBLEM_NONE)) {
    *problem = hex_problem;
  }
  if (status != QREF_OK || problem->kind == QREF_PROBLEM_FILE) {
    free(tensor->data);
    tensor->data = NULL;
  }
  return status;
}

qref_status qref_suite_load_case(const qref_suite_manifest *manifest, const qref_suite_case *entry, qref_case *item,
                                 qref_error *error) {
  *item = entry->item;
  for (size_t t = 0; t < item->tensor_count; t++) {
    if (!item->tensors[t].present) {
      continue;
    }
    qref_load_problem problem;
    qref_status status = qref_suite_load_tensor(manifest, entry, t, &item->tensors[t], &problem, error);
    if (status == QREF_OK && problem.kind != QREF_PROBLEM_NONE) {
      /* The reader's own message may name the file only. */
      status = qref_fail(error, QREF_ERROR_FORMAT, "%s: case '%s': %.300s", manifest->path, item->id, problem.message);
    }
    if (status != QREF_OK) {
      qref_case_free(item);
      return status;
    }
  }
  return QREF_OK;
}
