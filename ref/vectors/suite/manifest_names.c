/* Names in manifests, and the text of the suite's digest. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "ref/vectors/suite/manifest.h"

const char *qref_tensor_role_key(qref_tensor_role role) {
  static const char *const names[] = {"inputs", "intermediates", "outputs"};
  return names[role];
}

static const struct {
  const char *name;
  size_t offset;
} counts_fields[QREF_COUNTS] = {
    {"saturated", offsetof(qref_counts, saturated)},
    {"wrapped", offsetof(qref_counts, wrapped)},
    {"not_a_number", offsetof(qref_counts, not_a_number)},
    {"nonpositive_rows", offsetof(qref_counts, nonpositive_rows)},
    {"accumulator_overflows", offsetof(qref_counts, accumulator_overflows)},
};

const char *qref_counts_name(size_t i) {
  return i < QREF_COUNTS ? counts_fields[i].name : NULL;
}

uint64_t qref_counts_value(const qref_counts *counts, size_t i) {
  uint64_t value = 0;
  memcpy(&value, (const char *)counts + counts_fields[i].offset, sizeof value);
  return value;
}

void qref_counts_set(qref_counts *counts, size_t i, uint64_t value) {
  memcpy((char *)counts + counts_fields[i].offset, &value, sizeof value);
}

void qref_suite_path(const qref_case *item, const qref_case_tensor *tensor, const char *extension,
                     char path[QREF_SUITE_PATH_SIZE]) {
  snprintf(path, QREF_SUITE_PATH_SIZE, "cases/%s/%s.%s", item->id, tensor->schema->name, extension);
}

void qref_suite_digest_lines(const qref_case *item, const char *const *digests, qref_text *text) {
  for (size_t t = 0; t < item->tensor_count; t++) {
    const qref_case_tensor *tensor = &item->tensors[t];
    if (!tensor->present) {
      continue;
    }
    qref_text_format(text, "%s %s %s ", item->id, tensor->schema->name, qref_dtype_name(tensor->schema->dtype));
    for (size_t i = 0; i < tensor->rank; i++) {
      qref_text_format(text, i == 0 ? "%zu" : "x%zu", tensor->shape[i]);
    }
    qref_text_format(text, " %s\n", digests[t]);
  }
  qref_text_format(text, "%s counts", item->id);
  for (size_t i = 0; i < QREF_COUNTS; i++) {
    qref_text_format(text, " %" PRIu64, qref_counts_value(&item->counts, i));
  }
  qref_text_append(text, "\n", 1);
}

bool qref_suite_is_case_id(const char *id) {
  const size_t length = strlen(id);
  if (length == 0 || length >= QREF_CASE_ID_SIZE) {
    return false;
  }
  for (const char *part = id;; part++) {
    const size_t size = strspn(part, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.");
    if (size == 0 || part[0] == '.' || (part[size] != '/' && part[size] != '\0')) {
      return false;
    }
    part += size;
    if (*part == '\0') {
      return true;
    }
  }
}
