/* qref merge: the shards of a suite put together. */
#include <stdlib.h>

#include "ref/base/error.h"
#include "ref/base/size.h"
#include "ref/cli/cli.h"
#include "ref/cli/output.h"
#include "ref/cli/suite_report.h"
#include "ref/vectors/suite/manifest.h"

/* `first` is the manifest of a shard; qref_merge sees to it that all are of the same suite. */
static int merge(const char *output, const char *const *shards, size_t count, const qref_suite_manifest *first,
                 const qref_common *common) {
  qref_error error;
  qref_gen_report report = {.coverage = NULL};
  const qref_suite_summary summary = {
      .directory = output,
      .suite = first->header.suite,
      .op = first->header.op == QREF_OP_COUNT ? NULL : qref_op_name(first->header.op),
      .seed = first->header.seed,
      .profile = first->header.profile.name,
      .merged = count,
      .report = &report,
  };
  const qref_status status = qref_merge(output, shards, count, &report, &error);
  const int exit_code =
      status == QREF_OK ? qref_report_suite(&summary, common) : qref_report_error(common->command, &error);
  qref_gen_report_free(&report);
  return exit_code;
}

/* The manifest is read first: once the suite is there, nothing but printing is left to be done. */
static int open_and_merge(const char *output, const char *const *shards, size_t count, const qref_common *common) {
  qref_error error;
  qref_suite_manifest first;
  if (output == NULL) {
    (void)qref_fail(&error, QREF_ERROR_ARGUMENT, "expected -o DIR");
    return qref_report_error(common->command, &error);
  }
  if (qref_suite_open(shards[0], &first, &error) != QREF_OK) {
    return qref_report_error(common->command, &error);
  }
  const int exit_code = merge(output, shards, count, &first, common);
  qref_suite_close(&first);
  return exit_code;
}

int qref_command_merge(int argc, char **argv) {
  const char *output = NULL;
  const qref_option options[] = {
      QREF_STRING("-o", "DIR", "the new directory; must not exist, or be empty", &output),
  };
  const qref_option_table tables[] = {QREF_OPTION_TABLE(options)};
  size_t count = 0;
  const char **shards = qref_allocate_zeroed((size_t)argc, sizeof *shards);
  if (shards == NULL) {
    qref_error error;
    (void)qref_fail(&error, QREF_ERROR_MEMORY, "out of memory");
    return qref_report_error("merge", &error);
  }
  const qref_command_line line = {
      .command = "merge",
      .arguments = "SHARD...",
      .description =
          "Puts all shards of one suite together: the new directory gets the bytes that qref gen without\n"
          "--shard would have written. Prints the table of what the suite covers; with a hole in it nothing\n"
          "is written, and the exit code is 1.",
      .example =
          "  qref gen --suite smoke --shard 1/2 -o shard1\n"
          "  qref gen --suite smoke --shard 2/2 -o shard2\n"
          "  qref merge -o merged shard1 shard2\n",
      .tables = tables,
      .table_count = 1,
      .positional = shards,
      .positional_count = (size_t)argc,
      .positional_given = &count,
      .backend = "ref",
      .backend_help = "no effect: nothing is computed",
  };
  qref_common common;
  int exit_code = QREF_EXIT_BAD;
  if (qref_parse_command_line(argc, argv, &line, &common, &exit_code)) {
    exit_code = open_and_merge(output, shards, count, &common);
  }
  free(shards);
  return exit_code;
}
