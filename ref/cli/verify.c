/* qref verify: a suite recomputed and compared bit for bit. */
#include "ref/base/error.h"
#include "ref/cli/cli.h"
#include "ref/cli/output.h"
#include "ref/cli/supervise.h"
#include "ref/cli/verify_pieces.h"
#include "ref/cli/verify_report.h"
#include "ref/vectors/suite/manifest.h"
#include "ref/vectors/suite/source.h"

static int report_results(const qref_verify_summary *summary, const qref_common *common) {
  if (!common->json) {
    qref_verify_print_text(summary);
  } else if (!qref_print_json(common->command, qref_verify_to_json(summary))) {
    return QREF_EXIT_BAD;
  }
  qref_junit *junit = qref_junit_create(common->command);
  if (junit != NULL) {
    qref_verify_add_junit(summary, junit);
  }
  return qref_conclude(common, junit, summary->report->failed == 0 ? QREF_EXIT_EXPLAINED : QREF_EXIT_DIFFERENCES);
}

static int verify(const char *directory, const qref_verify_options *options, const qref_common *common) {
  const qref_team *team = qref_program_team();
  qref_error error;
  qref_verify_results results = {.cases = NULL};
  qref_verify_report report = {.cases = 0};
  qref_suite_manifest manifest;
  qref_status status =
      team->members == 1
          ? qref_verify(directory, options, qref_verify_collect, &results, &report, &error)
          : qref_verify_in_pieces(team, directory, options, qref_verify_collect, &results, &report, &error);
  if (status == QREF_OK && !team->leader) {
    return QREF_EXIT_EXPLAINED;
  }
  if (status == QREF_OK && results.out_of_memory) {
    status = qref_fail(&error, QREF_ERROR_MEMORY, "%s: out of memory", directory);
  }
  if (status == QREF_OK) {
    status = qref_suite_open(directory, &manifest, &error);
  }
  if (status != QREF_OK) {
    qref_verify_results_free(&results);
    return qref_report_error(common->command, &error);
  }
  const qref_verify_summary summary = {
      .directory = directory,
      .backend = common->backend_name,
      .stored_inputs_only = options->stored_inputs_only,
      .inputs_generated = !options->stored_inputs_only && qref_suite_is_built_in(manifest.header.suite),
      .suite = manifest.header.suite,
      .seed = manifest.header.seed,
      .profile = manifest.header.profile.name,
      .results = &results,
      .report = &report,
  };
  const int exit_code = report_results(&summary, common);
  qref_suite_close(&manifest);
  qref_verify_results_free(&results);
  return exit_code;
}

int qref_command_verify(int argc, char **argv) {
  const char *directory = NULL;
  qref_verify_options given = {.op = NULL};
  const qref_option options[] = {
      QREF_STRING("--op", "OP", "only this op's cases", &given.op),
      QREF_STRING("--case", "ID", "only this case", &given.case_id),
      QREF_FLAG("--stored-inputs", "do not compare inputs with what the generator gives for the suite's seed",
                &given.stored_inputs_only),
  };
  const qref_option_table tables[] = {QREF_OPTION_TABLE(options)};
  const qref_command_line line = {
      .command = "verify",
      .arguments = "DIR",
      .description =
          "Recomputes a suite of golden vectors from its inputs, each case under the profile that the\n"
          "manifest gives for it, compares every intermediate, output and event count bit for bit, checks\n"
          "every file against its digest, and the inputs against the generator (those of layer, which are\n"
          "not generated, are taken as they are stored). The first divergence of every failing case is\n"
          "printed in full. Exit code 1 if a case fails, 2 for a manifest that is not one.",
      .example =
          "  qref gen --suite smoke -o smoke\n"
          "  qref verify smoke\n"
          "  qref verify smoke --op linear_w8a8 --backend cpu\n",
      .tables = tables,
      .table_count = 1,
      .positional = &directory,
      .positional_count = 1,
      .backend = "ref",
      .backend_help = "recompute with this backend: ref (default), which defines the vectors, or another of qref info",
  };
  qref_common common;
  int exit_code = QREF_EXIT_BAD;
  if (!qref_parse_command_line(argc, argv, &line, &common, &exit_code)) {
    return exit_code;
  }
  qref_error error;
  if (common.profile_given) {
    (void)qref_fail(&error, QREF_ERROR_ARGUMENT,
                    "option --profile: a suite says itself under which profile each case is");
    return qref_report_error(common.command, &error);
  }
  given.backend = common.execution.backend;
  given.threads = common.execution.threads;
  given.progress = common.execution.progress;
  given.progress_context = common.execution.progress_context;
  if (qref_watch_here() != NULL) {
    given.threads = 1; /* a module takes one call at a time anyway */
    given.position = &qref_watch_here()->position;
  }
  return verify(directory, &given, &common);
}
