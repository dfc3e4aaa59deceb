#include "ref/cli/verify_pieces.h"

#include <stdlib.h>
#include <string.h>

#include "ref/base/error.h"
#include "ref/base/size.h"
#include "ref/vectors/suite/verify_session.h"

enum { CASES_PER_PIECE = 16, STRINGS = 4 };

typedef struct verify_pieces {
  qref_verify_session *session;
  size_t pieces;
  qref_text *results; /* of each piece, in the leader */
  qref_verify_report *report;
} verify_pieces;

/* ---- a result as bytes: the report of the piece, then each case with its strings behind it ---- */

/* All members are the same program on the same architecture. */
static void list_strings(qref_verify_case *result, const char **strings[STRINGS]) {
  strings[0] = &result->id;
  strings[1] = &result->op;
  strings[2] = &result->profile;
  strings[3] = &result->tensor;
}

static void put_case(void *context, const qref_verify_case *result) {
  qref_text *bytes = context;
  qref_verify_case copy = *result;
  const char **strings[STRINGS];
  list_strings(&copy, strings);
  qref_text_append(bytes, (const char *)&copy, sizeof copy);
  for (size_t i = 0; i < STRINGS; i++) {
    const char *text = *strings[i] != NULL ? *strings[i] : "";
    qref_text_append(bytes, text, strlen(text) + 1);
  }
}

static void call_back(const qref_text *bytes, qref_verify_callback callback, void *context) {
  const char *at = bytes->data + sizeof(qref_verify_report);
  while (at < bytes->data + bytes->size) {
    qref_verify_case result;
    const char **strings[STRINGS];
    memcpy(&result, at, sizeof result);
    at += sizeof result;
    list_strings(&result, strings);
    for (size_t i = 0; i < STRINGS; i++) {
      *strings[i] = at;
      at += strlen(at) + 1;
    }
    callback(context, &result);
  }
}

/* ---- the work ---- */

static qref_status verify_piece(void *context, size_t piece, qref_text *result, qref_error *error) {
  verify_pieces *self = context;
  const size_t first = piece * CASES_PER_PIECE;
  const size_t left = qref_verify_count(self->session) - first;
  qref_verify_report report = {.cases = 0};
  qref_text_append(result, (const char *)&report, sizeof report);
  QREF_TRY(qref_verify_range(self->session, first, left < CASES_PER_PIECE ? left : CASES_PER_PIECE, put_case, result,
                             &report, error));
  if (result->failed) {
    return qref_fail(error, QREF_ERROR_MEMORY, "verify: out of memory");
  }
  memcpy(result->data, &report, sizeof report);
  return QREF_OK;
}

static qref_status add_piece(void *context, size_t piece, const qref_text *result, qref_error *error) {
  verify_pieces *self = context;
  qref_verify_report report;
  memcpy(&report, result->data, sizeof report);
  self->report->cases += report.cases;
  self->report->failed += report.failed;
  self->report->tensors += report.tensors;
  self->report->bytes += report.bytes;
  qref_text_append(&self->results[piece], result->data, result->size);
  return self->results[piece].failed ? qref_fail(error, QREF_ERROR_MEMORY, "verify: out of memory") : QREF_OK;
}

static qref_status lead(verify_pieces *self, const qref_team *team, const qref_verify_options *options,
                        qref_verify_callback callback, void *context, qref_error *error) {
  qref_status status = QREF_OK;
  size_t *pieces = qref_allocate(self->pieces, sizeof *pieces);
  self->results = qref_allocate_zeroed(self->pieces, sizeof *self->results);
  if (pieces == NULL || self->results == NULL) {
    status = qref_fail(error, QREF_ERROR_MEMORY, "verify: out of memory");
  }
  for (size_t i = 0; i < self->pieces && status == QREF_OK; i++) {
    pieces[i] = i;
  }
  if (status == QREF_OK) {
    const qref_work work = {
        .name = "verify",
        .pieces = pieces,
        .count = self->pieces,
        .threads = 1, /* a piece uses those that there are */
        .run = verify_piece,
        .collect = add_piece,
        .context = self,
        .progress = options->progress,
        .progress_context = options->progress_context,
    };
    status = team->run(&work, error);
  }
  for (size_t i = 0; i < self->pieces && self->results != NULL; i++) {
    if (status == QREF_OK) {
      call_back(&self->results[i], callback, context);
    }
    qref_text_free(&self->results[i]);
  }
  free(self->results);
  free(pieces);
  return status == QREF_OK ? qref_verify_conclude(self->session, self->report, error) : status;
}

qref_status qref_verify_in_pieces(const qref_team *team, const char *directory, const qref_verify_options *options,
                                  qref_verify_callback callback, void *context, qref_verify_report *report,
                                  qref_error *error) {
  verify_pieces self = {.report = report};
  qref_verify_options own = *options;
  own.progress = NULL;
  memset(report, 0, sizeof *report);
  QREF_TRY(qref_verify_open(directory, &own, &self.session, error));
  self.pieces = (qref_verify_count(self.session) + CASES_PER_PIECE - 1) / CASES_PER_PIECE;
  const qref_work work = {.run = verify_piece, .context = &self};
  const qref_status status =
      team->leader ? lead(&self, team, options, callback, context, error) : team->run(&work, error);
  qref_verify_close(self.session);
  return status;
}
