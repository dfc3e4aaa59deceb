#include <qref/version.h>
#include <stdlib.h>
#include <string.h>

#include "ref/base/error.h"
#include "ref/base/size.h"
#include "ref/vectors/suite/parallel.h"
#include "ref/vectors/suite/verify_case.h"
#include "ref/vectors/suite/verify_session.h"

const char *qref_vector_problem_name(qref_vector_problem problem) {
  static const char *const names[] = {"none", "file", "digest", "generator", "link", "result"};
  return (unsigned)problem < sizeof names / sizeof names[0] ? names[problem] : "unknown";
}

/* ---- the generator ---- */

typedef struct id_index {
  const char *id;
  size_t index;
} id_index;

static int compare_ids(const void *a, const void *b) {
  return strcmp(((const id_index *)a)->id, ((const id_index *)b)->id);
}

/* Where each case of the manifest is in the source; *index is malloc'ed. */
static qref_status find_in_source(const qref_suite_manifest *manifest, const qref_case_source *source, size_t **index,
                                  qref_error *error) {
  id_index *sorted = qref_allocate(source->count, sizeof *sorted);
  *index = qref_allocate(manifest->count, sizeof **index);
  if (sorted == NULL || *index == NULL) {
    free(sorted);
    return qref_fail(error, QREF_ERROR_MEMORY, "%s: out of memory", manifest->path);
  }
  for (size_t i = 0; i < source->count; i++) {
    sorted[i] = (id_index){source->id(source->context, i), i};
  }
  qsort(sorted, source->count, sizeof *sorted, compare_ids);
  for (size_t k = 0; k < manifest->count; k++) {
    const id_index key = {manifest->cases[k].item.id, 0};
    const id_index *found = bsearch(&key, sorted, source->count, sizeof *sorted, compare_ids);
    (*index)[k] = found == NULL ? SIZE_MAX : found->index;
  }
  free(sorted);
  return QREF_OK;
}

/* A whole suite of this very version has exactly the cases of its source, in their order; a shard every n-th. */
static qref_status check_complete(const qref_suite_manifest *manifest, const qref_case_source *source,
                                  qref_error *error) {
  const qref_suite_header *header = &manifest->header;
  const bool is_selection = source->has_coverage && !manifest->has_coverage; /* of one case */
  if (strcmp(header->version, QREF_VERSION) != 0 || is_selection) {
    return QREF_OK;
  }
  const size_t step = header->shard_count == 0 ? 1 : header->shard_count;
  const size_t first = header->shard_count == 0 ? 0 : header->shard_index - 1;
  for (size_t k = 0;; k++) {
    const bool wanted = first < source->count && k <= (source->count - 1 - first) / step;
    const char *expected = wanted ? source->id(source->context, first + k * step) : "the end";
    const char *found = k < manifest->count ? manifest->cases[k].item.id : "the end";
    if (wanted != (k < manifest->count) || strcmp(expected, found) != 0) {
      return qref_fail(error, QREF_ERROR_FORMAT, "%s: field 'cases': case %zu of suite '%s': expected %s, found %s",
                       manifest->path, k, header->suite, expected, found);
    }
    if (!wanted) {
      return QREF_OK;
    }
  }
}

/* ---- the run ---- */

enum { CASES_PER_THREAD = 16 }; /* that wait for the callback */

struct qref_verify_session {
  qref_suite_manifest manifest;
  qref_case_source source;
  size_t *source_index;
  qref_verify_options options;
  qref_verify_work work;
  size_t *selected; /* indices of the manifest's cases */
  size_t count;
};

typedef struct verify_run {
  const qref_verify_session *session;
  size_t first; /* of the batch, into `selected` */
  qref_verify_case *results;
  uint64_t *tensors, *bytes;
} verify_run;

static qref_status verify_selected(void *context, size_t i, size_t thread, qref_error *error) {
  verify_run *run = context;
  (void)thread;
  const qref_verify_session *session = run->session;
  const qref_suite_case *entry = &session->manifest.cases[session->selected[run->first + i]];
  qref_case_position *position = session->options.position;
  if (position != NULL && session->options.threads <= 1) {
    position->op = qref_op_name(entry->item.schema->op);
    position->suite = NULL;
    memcpy(position->case_id, entry->item.id, sizeof position->case_id);
  }
  return qref_verify_one(&session->work, entry, &run->results[i], &run->tensors[i], &run->bytes[i], error);
}

static void report_batch(const verify_run *run, size_t batch, qref_verify_callback callback, void *context,
                         qref_verify_report *report) {
  const qref_verify_options *options = &run->session->options;
  for (size_t i = 0; i < batch; i++) {
    qref_verify_case *result = &run->results[i];
    result->index = run->first + i;
    result->count = run->session->count;
    report->cases++;
    report->failed += result->problem != QREF_PROBLEM_NONE;
    report->tensors += run->tensors[i];
    report->bytes += run->bytes[i];
    if (callback != NULL) {
      callback(context, result);
    }
  }
  if (options->progress != NULL) {
    options->progress(options->progress_context, "verify", run->first + batch, run->session->count);
  }
}

/* Batches of cases side by side; the callback gets each batch in order. */
qref_status qref_verify_range(qref_verify_session *session, size_t first, size_t count, qref_verify_callback callback,
                              void *context, qref_verify_report *report, qref_error *error) {
  const int threads = session->options.threads;
  const size_t capacity = qref_suite_thread_count(threads) * CASES_PER_THREAD;
  verify_run run = {
      .session = session,
      .first = first,
      .results = qref_allocate_zeroed(capacity, sizeof *run.results),
      .tensors = qref_allocate(capacity, sizeof *run.tensors),
      .bytes = qref_allocate(capacity, sizeof *run.bytes),
  };
  qref_status status = QREF_OK;
  if (run.results == NULL || run.tensors == NULL || run.bytes == NULL) {
    status = qref_fail(error, QREF_ERROR_MEMORY, "verify: out of memory");
  }
  while (run.first < first + count && status == QREF_OK) {
    const size_t left = first + count - run.first;
    const size_t batch = left < capacity ? left : capacity;
    memset(run.tensors, 0, batch * sizeof *run.tensors);
    memset(run.bytes, 0, batch * sizeof *run.bytes);
    status = qref_suite_for_each(batch, threads, verify_selected, &run, NULL, error);
    if (status == QREF_OK) {
      report_batch(&run, batch, callback, context, report);
      run.first += batch;
    }
  }
  free(run.results);
  free(run.tensors);
  free(run.bytes);
  return status;
}

static qref_status select_cases(const qref_suite_manifest *manifest, const qref_verify_options *options,
                                size_t **selected, size_t *count, qref_error *error) {
  *count = 0;
  *selected = qref_allocate(manifest->count, sizeof **selected);
  if (*selected == NULL) {
    return qref_fail(error, QREF_ERROR_MEMORY, "%s: out of memory", manifest->path);
  }
  for (size_t k = 0; k < manifest->count; k++) {
    const qref_case *item = &manifest->cases[k].item;
    if ((options->op == NULL || strcmp(options->op, qref_op_name(item->schema->op)) == 0) &&
        (options->case_id == NULL || strcmp(options->case_id, item->id) == 0)) {
      (*selected)[(*count)++] = k;
    }
  }
  if (*count > 0) {
    return QREF_OK;
  }
  return qref_fail(error, QREF_ERROR_ARGUMENT, "%s: no case%s%.64s%s%.96s", manifest->path,
                   options->op != NULL ? " of op " : "", options->op != NULL ? options->op : "",
                   options->case_id != NULL ? " of id " : "", options->case_id != NULL ? options->case_id : "");
}

/* The suite's digest is over what the manifest lists; it is looked at when every case agrees with its entry. */
static qref_status check_suite_digest(const qref_suite_manifest *manifest, qref_verify_report *report,
                                      qref_error *error) {
  char digest[65];
  qref_suite_listed_digest(manifest, digest);
  if (strcmp(digest, manifest->digest) != 0) {
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: field 'digest': expected %s, found %s", manifest->path, digest,
                     manifest->digest);
  }
  memcpy(report->digest, digest, sizeof digest);
  return QREF_OK;
}

qref_status qref_verify_conclude(const qref_verify_session *session, qref_verify_report *report, qref_error *error) {
  return report->failed == 0 && session->count == session->manifest.count
             ? check_suite_digest(&session->manifest, report, error)
             : QREF_OK;
}

/* ---- the session ---- */

static qref_status open_source(qref_verify_session *session, qref_error *error) {
  const qref_suite_header *header = &session->manifest.header;
  const qref_verify_options *options = &session->options;
  if (options->stored_inputs_only || !qref_suite_is_built_in(header->suite)) {
    return QREF_OK;
  }
  const qref_source_options source_options = {.suite = header->suite,
                                              .op = header->op,
                                              .seed = header->seed,
                                              .profile = &header->profile,
                                              .threads = options->threads};
  QREF_TRY(qref_case_source_open(&source_options, &session->source, error));
  QREF_TRY(find_in_source(&session->manifest, &session->source, &session->source_index, error));
  session->work.source = &session->source;
  session->work.source_index = session->source_index;
  return options->op == NULL && options->case_id == NULL ? check_complete(&session->manifest, &session->source, error)
                                                         : QREF_OK;
}

static qref_status open_session(qref_verify_session *session, qref_error *error) {
  session->work.manifest = &session->manifest;
  session->work.backend = session->options.backend;
  session->work.threads = 1;
  if (session->work.backend == NULL) {
    QREF_TRY(qref_backend_find("ref", &session->work.backend, error));
  }
  QREF_TRY(open_source(session, error));
  return select_cases(&session->manifest, &session->options, &session->selected, &session->count, error);
}

qref_status qref_verify_open(const char *directory, const qref_verify_options *options, qref_verify_session **session,
                             qref_error *error) {
  qref_verify_session *opened = qref_allocate_zeroed(1, sizeof *opened);
  *session = NULL;
  if (opened == NULL) {
    return qref_fail(error, QREF_ERROR_MEMORY, "%s: out of memory", directory);
  }
  opened->options = *options;
  qref_status status = qref_suite_open(directory, &opened->manifest, error);
  if (status != QREF_OK) {
    free(opened);
    return status;
  }
  status = open_session(opened, error);
  if (status != QREF_OK) {
    qref_verify_close(opened);
    return status;
  }
  *session = opened;
  return QREF_OK;
}

size_t qref_verify_count(const qref_verify_session *session) {
  return session->count;
}

void qref_verify_close(qref_verify_session *session) {
  if (session != NULL) {
    free(session->selected);
    free(session->source_index);
    qref_case_source_close(&session->source);
    qref_suite_close(&session->manifest);
    free(session);
  }
}

qref_status qref_verify(const char *directory, const qref_verify_options *options, qref_verify_callback callback,
                        void *context, qref_verify_report *report, qref_error *error) {
  if (directory == NULL || options == NULL || report == NULL) {
    return qref_fail(error, QREF_ERROR_ARGUMENT, "verify: expected a directory, options and a report");
  }
  memset(report, 0, sizeof *report);
  qref_verify_session *session = NULL;
  QREF_TRY(qref_verify_open(directory, options, &session, error));
  qref_status status = qref_verify_range(session, 0, qref_verify_count(session), callback, context, report, error);
  if (status == QREF_OK) {
    status = qref_verify_conclude(session, report, error);
  }
  qref_verify_close(session);
  return status;
}
