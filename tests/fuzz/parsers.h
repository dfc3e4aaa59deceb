/* The parsers of files from outside, as one call each: reads the file, and uses all that was accepted. */
#ifndef TESTS_FUZZ_PARSERS_H
#define TESTS_FUZZ_PARSERS_H

#include <qref/profile.h>
#include <stdlib.h>

#include "ref/model/safetensors.h"
#include "ref/vectors/npy.h"
#include "ref/vectors/suite/manifest.h"

/* Bytes that a test must not let the compiler skip. */
static inline unsigned sum_bytes(const uint8_t *bytes, size_t size) {
  unsigned sum = 0;
  for (size_t i = 0; i < size; i++) {
    sum += bytes[i];
  }
  return sum;
}

static inline qref_status parse_safetensors(const char *path, unsigned *sum, qref_error *error) {
  qref_safetensors *file = NULL;
  qref_status status = qref_safetensors_open(path, &file, error);
  if (status == QREF_OK) {
    for (size_t i = 0; i < qref_safetensors_count(file); i++) {
      const qref_stored_tensor *tensor = qref_safetensors_at(file, i);
      *sum += sum_bytes(tensor->data, tensor->count * qref_dtype_size(tensor->dtype));
      *sum += qref_safetensors_find(file, tensor->name) == tensor ? 1u : 0u;
    }
    *sum += qref_safetensors_metadata(file, "format") != NULL ? 1u : 0u;
  }
  qref_safetensors_close(file);
  return status;
}

static inline qref_status parse_npy(const char *path, unsigned *sum, qref_error *error) {
  qref_tensor tensor;
  qref_status status = qref_npy_read(path, &tensor, error);
  if (status == QREF_OK) {
    *sum += sum_bytes(tensor.data, tensor.count * qref_dtype_size(tensor.dtype));
  }
  qref_tensor_free(&tensor);
  return status;
}

/* A profile that loads can be written. */
static inline qref_status parse_profile(const char *path, unsigned *sum, qref_error *error) {
  qref_profile profile;
  qref_status status = qref_profile_load(path, &profile, error);
  if (status == QREF_OK) {
    char *text = NULL;
    if (qref_profile_to_json(&profile, &text, error) != QREF_OK) {
      abort();
    }
    *sum += (unsigned)text[0];
    free(text);
  }
  return status;
}

/* Everything that a manifest which is accepted holds. */
static inline qref_status parse_manifest(const char *path, unsigned *sum, qref_error *error) {
  qref_suite_manifest manifest;
  qref_status status = qref_suite_manifest_read(path, &manifest, error);
  if (status == QREF_OK) {
    char digest[65];
    qref_suite_listed_digest(&manifest, digest);
    *sum += sum_bytes((const uint8_t *)digest, sizeof digest);
    for (size_t i = 0; i < manifest.count; i++) {
      *sum += qref_suite_find(&manifest, manifest.cases[i].item.id) == &manifest.cases[i] ? 1u : 0u;
    }
    qref_suite_close(&manifest);
  }
  return status;
}

#endif
