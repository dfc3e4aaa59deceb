#include <stdlib.h>
#include <string.h>

#include "ref/base/error.h"
#include "ref/base/size.h"
#include "ref/vectors/suite/load.h"
#include "ref/vectors/suite/write.h"

/* The shards as one source of cases that have been run: case i is the (i / count)-th of shard i % count. */
typedef struct shard_source {
  size_t count;
  qref_suite_manifest *shards; /* by their index */
} shard_source;

static const qref_suite_manifest *shard_of(const shard_source *self, size_t i) {
  return &self->shards[i % self->count];
}

static const qref_suite_case *entry_of(const shard_source *self, size_t i) {
  return &shard_of(self, i)->cases[i / self->count];
}

static const char *shard_id(const void *context, size_t i) {
  return entry_of(context, i)->item.id;
}

static qref_status shard_make(void *context, size_t i, qref_case *item, qref_error *error) {
  return qref_suite_load_case(shard_of(context, i), entry_of(context, i), item, error);
}

/* ---- what the shards must have in common ---- */

qref_status qref_suite_header_difference(const qref_suite_header *a, const qref_suite_header *b, const char **field,
                                         qref_error *error) {
  char a_hash[65];
  char b_hash[65];
  QREF_TRY(qref_profile_hash(&a->profile, a_hash, error));
  QREF_TRY(qref_profile_hash(&b->profile, b_hash, error));
  const bool same_profile = strcmp(a_hash, b_hash) == 0 && strcmp(a->profile.name, b->profile.name) == 0;
  *field = strcmp(a->suite, b->suite) != 0        ? "suite"
           : a->seed != b->seed                   ? "seed"
           : a->op != b->op                       ? "op"
           : strcmp(a->version, b->version) != 0  ? "qref_version"
           : a->npy != b->npy || a->hex != b->hex ? "formats"
           : a->hex_lanes != b->hex_lanes         ? "hex_lanes"
           : a->shard_count != b->shard_count     ? "shard"
           : !same_profile                        ? "profiles"
                                                  : NULL;
  return QREF_OK;
}

static qref_status check_same(const qref_suite_manifest *a, const qref_suite_manifest *b, qref_error *error) {
  const char *field = NULL;
  QREF_TRY(qref_suite_header_difference(&a->header, &b->header, &field, error));
  field = field == NULL && a->has_coverage != b->has_coverage ? "coverage" : field;
  return field == NULL ? QREF_OK
                       : qref_fail(error, QREF_ERROR_FORMAT, "%s: field '%s': expected the same as in %s", b->path,
                                   field, a->path);
}

/* Opens a shard into its place. */
static qref_status add_shard(shard_source *self, const char *directory, const qref_suite_manifest **first,
                             qref_error *error) {
  qref_suite_manifest manifest;
  QREF_TRY(qref_suite_open(directory, &manifest, error));
  const qref_suite_header *header = &manifest.header;
  qref_status status = QREF_OK;
  if (header->shard_count == 0) {
    status =
        qref_fail(error, QREF_ERROR_FORMAT, "%s: field 'shard': expected a shard, found a whole suite", manifest.path);
  } else if (header->shard_count != self->count) {
    status = qref_fail(error, QREF_ERROR_FORMAT, "%s: shard %zu/%zu: expected all %zu shards, found %zu", manifest.path,
                       header->shard_index, header->shard_count, header->shard_count, self->count);
  } else if (self->shards[header->shard_index - 1].path != NULL) {
    status = qref_fail(error, QREF_ERROR_FORMAT, "%s: shard %zu/%zu: expected once, found in %s too", manifest.path,
                       header->shard_index, header->shard_count, self->shards[header->shard_index - 1].path);
  } else if (*first != NULL) {
    status = check_same(*first, &manifest, error);
  }
  if (status != QREF_OK) {
    qref_suite_close(&manifest);
    return status;
  }
  qref_suite_manifest *place = &self->shards[header->shard_index - 1];
  *place = manifest;
  *first = *first == NULL ? place : *first;
  return QREF_OK;
}

/* Shard i of n of a suite of c cases has the cases i-1, i-1+n, ... below c. */
static qref_status check_counts(const shard_source *self, size_t *total, qref_error *error) {
  *total = 0;
  for (size_t s = 0; s < self->count; s++) {
    *total += self->shards[s].count;
  }
  for (size_t s = 0; s < self->count; s++) {
    const size_t expected = *total / self->count + (s < *total % self->count ? 1 : 0);
    if (self->shards[s].count != expected) {
      return qref_fail(error, QREF_ERROR_FORMAT,
                       "%s: field 'cases': expected %zu, as the other shards have %zu, found %zu", self->shards[s].path,
                       expected, *total - self->shards[s].count, self->shards[s].count);
    }
  }
  return QREF_OK;
}

/* ---- the merge ---- */

static qref_status merge(const char *directory, const shard_source *self, qref_gen_report *report, qref_error *error) {
  size_t total = 0;
  QREF_TRY(check_counts(self, &total, error));
  size_t *selected = qref_allocate(total, sizeof *selected);
  if (selected == NULL) {
    return qref_fail(error, QREF_ERROR_MEMORY, "merge: out of memory for %zu cases", total);
  }
  for (size_t i = 0; i < total; i++) {
    selected[i] = i;
  }
  qref_suite_header header = self->shards[0].header;
  header.shard_index = 0;
  header.shard_count = 0;
  qref_case_source source = {
      .count = total,
      .complete = true,
      .coverage_op = header.op,
      .id = shard_id,
      .make = shard_make,
      .context = (void *)(uintptr_t)self,
  };
  source.has_coverage = self->shards[0].has_coverage && qref_suite_plan_size(header.suite, &source.coverage_size);
  const qref_suite_write_options write = {
      .header = &header,
      .selected = selected,
      .count = total,
      .coverage = source.has_coverage,
      .coverage_check = source.has_coverage,
      .threads = 1,
  };
  const qref_status status = qref_suite_write(directory, &write, &source, report, error);
  free(selected);
  return status;
}

qref_status qref_merge(const char *directory, const char *const *shards, size_t count, qref_gen_report *report,
                       qref_error *error) {
  if (report != NULL) {
    memset(report, 0, sizeof *report);
  }
  if (directory == NULL || shards == NULL || count == 0 || report == NULL) {
    return qref_fail(error, QREF_ERROR_ARGUMENT, "merge: expected a directory, at least one shard and a report");
  }
  shard_source self = {.count = count, .shards = qref_allocate_zeroed(count, sizeof *self.shards)};
  if (self.shards == NULL) {
    return qref_fail(error, QREF_ERROR_MEMORY, "merge: out of memory for %zu shards", count);
  }
  const qref_suite_manifest *first = NULL;
  qref_status status = QREF_OK;
  for (size_t i = 0; i < count && status == QREF_OK; i++) {
    status = add_shard(&self, shards[i], &first, error);
  }
  if (status == QREF_OK) {
    status = merge(directory, &self, report, error);
  }
  for (size_t i = 0; i < count; i++) {
    qref_suite_close(&self.shards[i]);
  }
  free(self.shards);
  return status;
}
