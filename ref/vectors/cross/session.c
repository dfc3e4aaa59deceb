#include "ref/vectors/cross/session.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ref/base/error.h"
#include "ref/base/size.h"
#include "ref/vectors/suite/element_verdict.h"

const char *qref_cross_problem_name(qref_cross_problem problem) {
  static const char *const names[] = {"equal", "status", "input", "result", "gap", "bounds", "counts"};
  return (unsigned)problem < sizeof names / sizeof names[0] ? names[problem] : NULL;
}

bool qref_cross_stopped(qref_cross_session *session) {
  const qref_cross_options *options = session->options;
  if (options->stop != NULL && options->stop(options->context)) {
    session->stopped = true;
  }
  return session->stopped;
}

bool qref_cross_has_op(const qref_cross_options *options, qref_op op) {
  for (size_t i = 0; i < options->op_count; i++) {
    if (options->ops[i] == op) {
      return true;
    }
  }
  return options->op_count == 0;
}

/* ---- rows ---- */

/* The row of an op and profile, a new one at first; NULL when out of memory. */
static qref_cross_row *row_of(qref_cross_session *session, const qref_case *item) {
  qref_cross_report *report = session->report;
  const char *op = qref_op_name(item->schema->op);
  for (size_t i = report->row_count; i-- > 0;) { /* the names of ops are pointers to the same text */
    if (report->rows[i].op == op && strcmp(report->rows[i].profile, item->profile.name) == 0) {
      return &report->rows[i];
    }
  }
  qref_cross_row *rows = qref_grow(report->rows, report->row_count, &session->row_capacity, sizeof *rows);
  if (rows == NULL) {
    return NULL;
  }
  report->rows = rows;
  qref_cross_row *row = &rows[report->row_count++];
  *row = (qref_cross_row){.op = op};
  snprintf(row->profile, sizeof row->profile, "%s", item->profile.name);
  return row;
}

static int op_number(const qref_cross_row *row) {
  int op = 0;
  while (op < QREF_OP_COUNT && strcmp(qref_op_name((qref_op)op), row->op) != 0) {
    op++;
  }
  return op;
}

void qref_cross_sum_up(qref_cross_report *report) {
  /* insertion: rows are few, and those of an op keep their order */
  for (size_t i = 1; i < report->row_count; i++) {
    const qref_cross_row row = report->rows[i];
    size_t at = i;
    for (; at > 0 && op_number(&report->rows[at - 1]) > op_number(&row); at--) {
      report->rows[at] = report->rows[at - 1];
    }
    report->rows[at] = row;
  }
  for (size_t i = 0; i < report->row_count; i++) {
    const qref_cross_row *row = &report->rows[i];
    report->cases += row->cases;
    report->failed += row->failed;
    report->unsupported += row->unsupported;
    report->runs += row->runs;
    report->tensors += row->tensors;
    report->bytes += row->bytes;
  }
}

/* ---- a case ---- */

_Static_assert(sizeof(((qref_case_position *)0)->case_id) == QREF_CASE_ID_SIZE, "an id fits");

static void report_divergence(const qref_cross_session *session, const qref_case *item, const qref_cross_origin *origin,
                              const qref_cross_outcome *outcome) {
  qref_cross_divergence divergence = {.op = qref_op_name(item->schema->op),
                                      .profile = item->profile.name,
                                      .case_id = origin->suite[0] == '\0' ? "" : item->id,
                                      .suite = origin->suite,
                                      .index = origin->index,
                                      .problem = outcome->problem,
                                      .different = outcome->different,
                                      .expected_bits = outcome->expected_bits,
                                      .found_bits = outcome->found_bits,
                                      .before_rounding = NAN,
                                      .boundary_distance = (double)NAN,
                                      .verdict = QREF_VERDICT_BUG};
  qref_cross_run_text(&outcome->run, divergence.run);
  memcpy(divergence.message, outcome->message, sizeof divergence.message);
  divergence.has_element = outcome->tensor < item->tensor_count;
  if (divergence.has_element) {
    const qref_case_tensor *tensor = &item->tensors[outcome->tensor];
    divergence.tensor = tensor->schema->name;
    divergence.element = outcome->element;
    divergence.elements = tensor->count;
    divergence.rank = tensor->rank;
    memcpy(divergence.shape, tensor->shape, sizeof divergence.shape);
    divergence.dtype = tensor->schema->dtype;
  }
  if (outcome->problem == QREF_CROSS_RESULT) {
    const qref_element_verdict verdict =
        qref_element_verdict_of(item, outcome->tensor, outcome->element, outcome->found_bits);
    divergence.before_rounding = verdict.before_rounding;
    divergence.boundary_distance = verdict.boundary_distance;
    divergence.verdict = verdict.verdict;
  }
  session->callback(session->context, &divergence);
}

static void set_position(qref_case_position *position, const qref_case *item, const qref_cross_origin *origin) {
  position->op = qref_op_name(item->schema->op);
  position->suite = origin->suite;
  position->index = origin->index;
  position->case_id[0] = '\0';
  if (origin->suite[0] != '\0') {
    memcpy(position->case_id, item->id, sizeof position->case_id);
  }
}

qref_status qref_cross_check_case(qref_cross_session *session, qref_case *item, const qref_cross_origin *origin,
                                  uint64_t variation, qref_error *error) {
  const qref_cross_options *options = session->options;
  qref_cross_outcome outcome;
  if (options->position != NULL) {
    set_position(options->position, item, origin);
  }
  const qref_status status = qref_cross_compare(&session->workspace, item, options->backend, session->against,
                                                options->threads, variation, &outcome, error);
  if (status != QREF_OK) {
    return origin->suite[0] != '\0'
               ? qref_fail_prefix(error, status, "case %s", item->id)
               : qref_fail_prefix(error, status, "random case %llu", (unsigned long long)origin->index);
  }
  qref_cross_row *row = row_of(session, item);
  if (row == NULL) {
    return qref_fail(error, QREF_ERROR_MEMORY, "cross: out of memory");
  }
  if (!outcome.supported) {
    row->unsupported++;
    return QREF_OK;
  }
  row->cases++;
  row->runs += outcome.runs;
  row->tensors += outcome.tensors;
  row->bytes += outcome.bytes;
  row->reference_seconds += (double)outcome.reference_nanoseconds * 1e-9;
  row->backend_seconds += (double)outcome.backend_nanoseconds * 1e-9;
  if (outcome.problem != QREF_CROSS_EQUAL) {
    row->failed++;
    session->stopped = session->stopped || !options->keep_going;
    if (session->callback != NULL) {
      report_divergence(session, item, origin, &outcome);
    }
  }
  return QREF_OK;
}
