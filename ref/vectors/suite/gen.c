#include <qref/version.h>
#include <stdlib.h>
#include <string.h>

#include "ref/base/error.h"
#include "ref/base/size.h"
#include "ref/vectors/suite/write.h"

void qref_gen_report_free(qref_gen_report *report) {
  if (report != NULL) {
    free(report->coverage);
    memset(report, 0, sizeof *report);
  }
}

static qref_status read_op(const char *name, qref_op *op, qref_error *error) {
  *op = QREF_OP_COUNT;
  if (name == NULL) {
    return QREF_OK;
  }
  const qref_op_schema *schema = qref_op_schema_find(name);
  if (schema == NULL) {
    return qref_fail(error, QREF_ERROR_ARGUMENT, "op '%.64s': expected the name of an op, such as hadamard", name);
  }
  *op = schema->op;
  return QREF_OK;
}

static qref_status check_options(const char *directory, const qref_gen_options *options, qref_gen_report *report,
                                 qref_error *error) {
  if (directory == NULL || options == NULL || options->suite == NULL || report == NULL) {
    return qref_fail(error, QREF_ERROR_ARGUMENT, "gen: expected a directory, a suite and a report");
  }
  if (!options->npy && !options->hex) {
    return qref_fail(error, QREF_ERROR_ARGUMENT, "gen: expected a format: npy, hex or both");
  }
  if (options->hex_lanes > 1u << 16) {
    return qref_fail(error, QREF_ERROR_ARGUMENT, "gen: hex lanes: expected 1 to %u, found %zu", 1u << 16,
                     options->hex_lanes);
  }
  if (options->shard_count > 1 && (options->shard_index < 1 || options->shard_index > options->shard_count)) {
    return qref_fail(error, QREF_ERROR_ARGUMENT, "gen: shard %zu/%zu: expected an index from 1 to %zu",
                     options->shard_index, options->shard_count, options->shard_count);
  }
  if (options->shard_count > 1 && options->case_id != NULL) {
    return qref_fail(error, QREF_ERROR_ARGUMENT, "gen: expected a shard or one case, not both");
  }
  return QREF_OK;
}

/* Indices of the cases to be written, ascending; *selected is malloc'ed. */
static qref_status select_cases(const qref_gen_options *options, const qref_case_source *source, size_t **selected,
                                size_t *count, qref_error *error) {
  *count = 0;
  *selected = qref_allocate(source->count, sizeof **selected);
  if (*selected == NULL) {
    return qref_fail(error, QREF_ERROR_MEMORY, "suite '%s': out of memory", options->suite);
  }
  const size_t shards = options->shard_count > 1 ? options->shard_count : 1;
  const size_t first = options->shard_count > 1 ? options->shard_index - 1 : 0;
  for (size_t i = first; i < source->count; i += shards) {
    if (options->case_id == NULL || strcmp(source->id(source->context, i), options->case_id) == 0) {
      (*selected)[(*count)++] = i;
    }
    if (shards > source->count - i) {
      break; /* before the sum can overflow */
    }
  }
  if (*count > 0) {
    return QREF_OK;
  }
  free(*selected);
  *selected = NULL;
  if (options->case_id != NULL) {
    return qref_fail(error, QREF_ERROR_ARGUMENT, "suite '%s': no case '%.96s'", options->suite, options->case_id);
  }
  if (options->shard_count > 1) {
    return qref_fail(error, QREF_ERROR_ARGUMENT, "suite '%s': shard %zu/%zu: there are only %zu cases", options->suite,
                     options->shard_index, options->shard_count, source->count);
  }
  return qref_fail(error, QREF_ERROR_ARGUMENT, "suite '%s': there is no case%s%s", options->suite,
                   options->op != NULL ? " of op " : "", options->op != NULL ? options->op : "");
}

qref_status qref_gen_header(const qref_gen_options *options, qref_suite_header *header, qref_error *error) {
  const bool sharded = options->shard_count > 1;
  *header = (qref_suite_header){
      .suite = options->suite,
      .seed = options->seed,
      .version = QREF_VERSION,
      .profile = options->profile != NULL ? *options->profile : *qref_profile_builtin("quamba"),
      .npy = options->npy,
      .hex = options->hex,
      .hex_lanes = options->hex_lanes == 0 ? 1 : options->hex_lanes,
      .shard_index = sharded ? options->shard_index : 0,
      .shard_count = sharded ? options->shard_count : 0,
  };
  return read_op(options->op, &header->op, error);
}

qref_status qref_gen_source_open(const qref_gen_options *options, const qref_suite_header *header,
                                 qref_case_source *source, qref_error *error) {
  const qref_source_options source_options = {
      .suite = options->suite,
      .op = header->op,
      .seed = options->seed,
      .profile = &header->profile,
      .threads = options->threads,
      .model = options->model,
      .layer = options->layer,
      .tokens = options->tokens,
      .prefill_length = options->prefill_length,
      .decode_length = options->decode_length,
  };
  return qref_case_source_open(&source_options, source, error);
}

qref_status qref_gen(const char *directory, const qref_gen_options *options, qref_gen_report *report,
                     qref_error *error) {
  if (report != NULL) {
    memset(report, 0, sizeof *report);
  }
  QREF_TRY(check_options(directory, options, report, error));
  const bool sharded = options->shard_count > 1;
  qref_suite_header header;
  qref_case_source source;
  QREF_TRY(qref_gen_header(options, &header, error));
  QREF_TRY(qref_gen_source_open(options, &header, &source, error));
  size_t *selected = NULL;
  size_t count = 0;
  qref_status status = select_cases(options, &source, &selected, &count, error);
  if (status == QREF_OK) {
    const qref_suite_write_options write = {
        .header = &header,
        .selected = selected,
        .count = count,
        .coverage = source.has_coverage && options->case_id == NULL,
        .coverage_check = source.has_coverage && options->case_id == NULL && !sharded,
        .coverage_of_any_profile = options->require_coverage,
        .threads = options->threads,
        .progress = {.call = options->progress, .context = options->progress_context, .what = "gen"},
    };
    status = qref_suite_write(directory, &write, &source, report, error);
  }
  free(selected);
  qref_case_source_close(&source);
  if (sharded || status != QREF_OK) { /* the counters of a shard are in its manifest alone */
    free(report->coverage);
    report->coverage = NULL;
    report->coverage_count = 0;
  }
  return status;
}
