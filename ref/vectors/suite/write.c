#include "ref/vectors/suite/write.h"

#include <stdlib.h>
#include <string.h>

#include "ref/base/bytes.h"
#include "ref/base/error.h"
#include "ref/base/sha256.h"
#include "ref/base/size.h"
#include "ref/vectors/coverage/coverage.h"
#include "ref/vectors/npy_format.h"
#include "ref/vectors/suite/hex.h"
#include "ref/vectors/suite/package.h"
#include "ref/vectors/suite/tree.h"

typedef struct suite_work {
  const qref_suite_write_options *options;
  const qref_case_source *source;
  const qref_backend *backend;
  qref_tree tree;
  qref_suite_record *records; /* one per selected case */
  qref_text *package;         /* likewise, with hex */
  uint64_t *file_bytes;       /* likewise */
  size_t thread_count;
  qref_coverage *coverage[QREF_SUITE_MAX_THREADS]; /* one per thread, merged at the end */
} suite_work;

/* ---- one tensor ---- */

static qref_status write_npy(const suite_work *work, const qref_case *item, const qref_case_tensor *tensor,
                             uint64_t *written, qref_error *error) {
  const size_t element_size = qref_dtype_size(tensor->schema->dtype);
  const size_t size = tensor->count * element_size;
  char path[QREF_SUITE_PATH_SIZE];
  qref_suite_path(item, tensor, "npy", path);
  uint8_t header[QREF_NPY_HEADER_SIZE];
  const size_t header_size =
      qref_npy_header(header, qref_npy_descr(tensor->schema->dtype), tensor->rank, tensor->shape);
  uint8_t *bytes = qref_allocate(size, 1);
  if (bytes == NULL) {
    return qref_fail(error, QREF_ERROR_MEMORY, "%s: out of memory", path);
  }
  qref_to_little_endian(bytes, tensor->data, tensor->count, element_size);
  const qref_status status = qref_tree_write(&work->tree, path, header, header_size, bytes, size, error);
  free(bytes);
  *written += header_size + size;
  return status;
}

static qref_status write_hex(const suite_work *work, const qref_case *item, const qref_case_tensor *tensor,
                             uint64_t *written, qref_error *error) {
  char path[QREF_SUITE_PATH_SIZE];
  qref_text text = {0};
  qref_suite_path(item, tensor, "hex", path);
  qref_hex_print(tensor, work->options->header->hex_lanes, &text);
  const qref_status status = text.failed ? qref_fail(error, QREF_ERROR_MEMORY, "%s: out of memory", path)
                                         : qref_tree_write(&work->tree, path, NULL, 0, text.data, text.size, error);
  *written += text.size;
  qref_text_free(&text);
  return status;
}

/* ---- one case ---- */

static qref_status write_case(suite_work *work, size_t k, const qref_case *item, qref_error *error) {
  const qref_suite_header *header = work->options->header;
  for (size_t t = 0; t < item->tensor_count; t++) {
    const qref_case_tensor *tensor = &item->tensors[t];
    if (!tensor->present) {
      continue;
    }
    if (header->npy) {
      QREF_TRY(write_npy(work, item, tensor, &work->file_bytes[k], error));
    }
    if (header->hex) {
      QREF_TRY(write_hex(work, item, tensor, &work->file_bytes[k], error));
    }
  }
  if (header->hex) {
    qref_suite_package_case(header, item, &work->package[k]);
    if (work->package[k].failed) {
      return qref_fail(error, QREF_ERROR_MEMORY, "case '%s': out of memory", item->id);
    }
  }
  return qref_suite_record_make(header, item, &work->records[k], error);
}

static qref_status make_case(void *context, size_t k, size_t thread, qref_error *error) {
  suite_work *work = context;
  qref_case item;
  QREF_TRY(work->source->make(work->source->context, work->options->selected[k], &item, error));
  qref_status status = QREF_OK;
  if (!work->source->complete) {
    status = qref_case_run(&item, work->backend, 1, error);
  }
  if (status == QREF_OK) {
    if (work->coverage[thread] != NULL) {
      qref_coverage_add(work->coverage[thread], &item);
    }
    status = write_case(work, k, &item, error);
  }
  qref_case_free(&item);
  return status;
}

/* ---- the suite ---- */

/* Whether the profile's numerics are those of a built-in one. */
static qref_status is_built_in(const qref_profile *profile, bool *built_in, qref_error *error) {
  char hash[65];
  *built_in = false;
  QREF_TRY(qref_profile_hash(profile, hash, error));
  for (size_t i = 0; i < qref_profile_count(); i++) {
    char other[65];
    QREF_TRY(qref_profile_hash(qref_profile_at(i), other, error));
    *built_in = *built_in || strcmp(hash, other) == 0;
  }
  return QREF_OK;
}

static qref_status begin(suite_work *work, qref_error *error) {
  const size_t count = work->options->count;
  const qref_case_source *source = work->source;
  work->thread_count = qref_suite_thread_count(work->options->threads);
  work->records = qref_allocate_zeroed(count, sizeof *work->records);
  work->package = qref_allocate_zeroed(count, sizeof *work->package);
  work->file_bytes = qref_allocate_zeroed(count, sizeof *work->file_bytes);
  bool allocated = work->records != NULL && work->package != NULL && work->file_bytes != NULL;
  for (size_t i = 0; allocated && work->options->coverage && i < work->thread_count; i++) {
    work->coverage[i] = qref_coverage_create(source->coverage_size, source->coverage_op);
    allocated = work->coverage[i] != NULL;
  }
  return allocated ? QREF_OK : qref_fail(error, QREF_ERROR_MEMORY, "out of memory for %zu cases", count);
}

static qref_status report_coverage(suite_work *work, qref_gen_report *report, qref_error *error) {
  qref_coverage *all = work->coverage[0];
  for (size_t i = 1; i < work->thread_count; i++) {
    qref_coverage_merge(all, work->coverage[i]);
  }
  const size_t count = qref_coverage_count(all);
  report->coverage = qref_allocate(count, sizeof *report->coverage);
  if (report->coverage == NULL) {
    return qref_fail(error, QREF_ERROR_MEMORY, "out of memory for the coverage");
  }
  for (size_t i = 0; i < count; i++) {
    const qref_coverage_point *point = qref_coverage_point_at(all, i);
    report->coverage[i] = (qref_coverage_entry){
        .op = qref_op_name(point->op),
        .tensor = point->tensor,
        .point = point->name,
        .seen = qref_coverage_seen(all, i),
        .needed = point->needed,
        .required = point->required,
    };
  }
  report->coverage_count = count;
  bool built_in;
  QREF_TRY(is_built_in(&work->options->header->profile, &built_in, error));
  if (work->options->coverage_check && (built_in || work->options->coverage_of_any_profile)) {
    report->holes = qref_coverage_holes(all);
  }
  return QREF_OK;
}

static void sum_up(const suite_work *work, qref_gen_report *report) {
  qref_sha256 hash;
  qref_sha256_begin(&hash);
  report->cases = work->options->count;
  for (size_t k = 0; k < work->options->count; k++) {
    const qref_suite_record *record = &work->records[k];
    report->tensors += record->tensors;
    report->bytes += record->bytes;
    report->file_bytes += work->file_bytes[k];
    qref_sha256_update(&hash, record->digest_lines.data, record->digest_lines.size);
  }
  qref_sha256_end(&hash, report->digest);
}

static qref_status write_text(const suite_work *work, const char *path, const qref_text *text, qref_gen_report *report,
                              qref_error *error) {
  if (text->failed) {
    return qref_fail(error, QREF_ERROR_MEMORY, "%s: out of memory", path);
  }
  report->file_bytes += text->size;
  return qref_tree_write(&work->tree, path, NULL, 0, text->data, text->size, error);
}

static qref_status write_lists(const suite_work *work, qref_gen_report *report, qref_error *error) {
  const qref_suite_write_options *options = work->options;
  qref_text text = {0};
  qref_status status = qref_suite_manifest_print(options->header, report->digest, report->coverage,
                                                 report->coverage_count, work->records, options->count, &text, error);
  if (status == QREF_OK) {
    status = write_text(work, "manifest.json", &text, report, error);
  }
  qref_text_free(&text);
  if (status == QREF_OK && options->header->hex) {
    qref_suite_package_print(options->header, report->digest, work->package, options->count, &text);
    status = write_text(work, QREF_SUITE_PACKAGE_FILE, &text, report, error);
    qref_text_free(&text);
  }
  return status;
}

static qref_status make_suite(suite_work *work, qref_gen_report *report, qref_error *error) {
  QREF_TRY(begin(work, error));
  QREF_TRY(qref_suite_for_each(work->options->count, work->options->threads, make_case, work, &work->options->progress,
                               error));
  sum_up(work, report);
  if (work->options->coverage) {
    QREF_TRY(report_coverage(work, report, error));
  }
  return report->holes != 0 ? QREF_OK : write_lists(work, report, error);
}

static void free_work(suite_work *work) {
  for (size_t k = 0; k < work->options->count; k++) {
    if (work->records != NULL) {
      qref_suite_record_free(&work->records[k]);
    }
    if (work->package != NULL) {
      qref_text_free(&work->package[k]);
    }
  }
  for (size_t i = 0; i < work->thread_count; i++) {
    qref_coverage_destroy(work->coverage[i]);
  }
  free(work->records);
  free(work->package);
  free(work->file_bytes);
}

qref_status qref_suite_write(const char *directory, const qref_suite_write_options *options,
                             const qref_case_source *source, qref_gen_report *report, qref_error *error) {
  suite_work work = {.options = options, .source = source};
  QREF_TRY(qref_backend_find("ref", &work.backend, error));
  QREF_TRY(qref_tree_open(directory, &work.tree, error));
  qref_status status = make_suite(&work, report, error);
  free_work(&work);
  if (status != QREF_OK || report->holes != 0) {
    qref_tree_discard(&work.tree);
    return status;
  }
  return qref_tree_commit(&work.tree, error);
}
