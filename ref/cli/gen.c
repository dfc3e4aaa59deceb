/* qref gen: a suite of golden vectors. */
#include <stdlib.h>
#include <string.h>

#include "ref/base/error.h"
#include "ref/cli/cli.h"
#include "ref/cli/layer_input.h"
#include "ref/cli/output.h"
#include "ref/cli/pieces.h"
#include "ref/cli/shard.h"
#include "ref/cli/suite_report.h"
#include "ref/vectors/suite/source.h"

typedef struct gen_options {
  const char *suite, *op, *case_id;
  const char *formats, *shard;
  bool require_coverage;
  size_t pieces; /* 0: not given */
  size_t hex_lanes;
  uint64_t seed;
  qref_layer_input layer;
  const char *output;
} gen_options;

enum { MAX_HEX_LANES = 65536, MAX_PIECES = 65536 };

/* "npy", "hex", "npy,hex". */
static qref_status parse_formats(const char *text, qref_gen_options *options, qref_error *error) {
  for (const char *at = text;;) {
    const size_t length = strcspn(at, ",");
    bool *format = length == 3 && strncmp(at, "npy", 3) == 0   ? &options->npy
                   : length == 3 && strncmp(at, "hex", 3) == 0 ? &options->hex
                                                               : NULL;
    if (format == NULL || *format) {
      return qref_fail(error, QREF_ERROR_ARGUMENT, "option --format: expected npy, hex or npy,hex, not '%s'", text);
    }
    *format = true;
    if (at[length] == '\0') {
      return QREF_OK;
    }
    at += length + 1;
  }
}

static bool is_layer(const gen_options *given) {
  return strcmp(given->suite, "layer") == 0;
}

/* smoke, standard, thorough: cases that are made one by one. */
static bool is_plan(const gen_options *given) {
  qref_suite_size size;
  return qref_suite_plan_size(given->suite, &size);
}

static qref_status resolve(gen_options *given, const qref_common *common, qref_gen_options *options,
                           qref_error *error) {
  if (given->suite == NULL && given->op == NULL && given->case_id == NULL) {
    return qref_fail(error, QREF_ERROR_ARGUMENT, "expected --suite NAME or --op OP");
  }
  given->suite = given->suite != NULL ? given->suite : "standard";
  if (given->output == NULL) {
    return qref_fail(error, QREF_ERROR_ARGUMENT, "expected -o DIR");
  }
  if (strcmp(common->backend_name, "ref") != 0) {
    return qref_fail(error, QREF_ERROR_ARGUMENT,
                     "option --backend: expected ref, which defines the vectors, not '%s'; qref verify DIR "
                     "--backend NAME compares another with them",
                     common->backend_name);
  }
  if (!is_layer(given) && qref_layer_option_given(&given->layer) != NULL) {
    return qref_fail(error, QREF_ERROR_ARGUMENT, "option %s: expected only with --suite layer",
                     qref_layer_option_given(&given->layer));
  }
  if (given->pieces != 0 && (given->shard != NULL || given->case_id != NULL || !is_plan(given))) {
    return qref_fail(error, QREF_ERROR_ARGUMENT,
                     "option --pieces: expected with smoke, standard or thorough, without --shard and --case");
  }
  *options = (qref_gen_options){
      .suite = given->suite,
      .op = given->op,
      .case_id = given->case_id,
      .seed = given->seed,
      .profile = &common->profile,
      .hex_lanes = given->hex_lanes,
      .require_coverage = given->require_coverage,
      .threads = common->execution.threads,
      .progress = common->execution.progress,
      .progress_context = common->execution.progress_context,
  };
  QREF_TRY(parse_formats(given->formats, options, error));
  return given->shard == NULL ? QREF_OK
                              : qref_parse_shard(given->shard, &options->shard_index, &options->shard_count, error);
}

/* A part of a suite, or one whose cases are made in one go, is not divided unless that is asked for. */
static size_t piece_count(const gen_options *given, const qref_team *team) {
  const bool divisible = given->shard == NULL && given->case_id == NULL && is_plan(given);
  return given->pieces != 0 || !divisible ? given->pieces : team->gen_pieces;
}

static int generate(gen_options *given, qref_gen_options *options, const qref_common *common) {
  const qref_team *team = qref_program_team();
  const size_t pieces = piece_count(given, team);
  qref_error error;
  qref_gen_report report = {.coverage = NULL};
  const qref_suite_summary summary = {
      .directory = given->output,
      .suite = given->suite,
      .op = given->op,
      .case_id = given->case_id,
      .seed = given->seed,
      .profile = common->profile.name,
      .shard_index = options->shard_index,
      .shard_count = options->shard_count > 1 ? options->shard_count : 0, /* 1/1 is the whole suite */
      .report = &report,
  };
  qref_status status = is_layer(given) ? qref_layer_input_open(&given->layer, common, options, &error) : QREF_OK;
  if (status == QREF_OK) {
    status = pieces == 0 ? qref_gen(given->output, options, &report, &error)
                         : qref_gen_in_pieces(team, given->output, options, pieces, common, &report, &error);
  }
  qref_layer_input_close(&given->layer);
  if (status == QREF_OK && !team->leader) {
    return QREF_EXIT_EXPLAINED;
  }
  const int exit_code =
      status == QREF_OK ? qref_report_suite(&summary, common) : qref_report_error(common->command, &error);
  qref_gen_report_free(&report);
  return exit_code;
}

int qref_command_gen(int argc, char **argv) {
  gen_options given = {.formats = "npy", .hex_lanes = 1, .seed = QREF_SUITE_DEFAULT_SEED};
  const qref_option options[] = {
      QREF_STRING("--suite", "NAME", "smoke, standard, thorough, block or layer (default standard, with --op)",
                  &given.suite),
      QREF_STRING("--op", "OP", "only this op's cases", &given.op),
      QREF_STRING("--case", "ID", "only this case; its bytes are those of the whole suite", &given.case_id),
      QREF_STRING("-o", "DIR", "the new directory; must not exist, or be empty", &given.output),
      QREF_STRING("--format", "LIST", "npy (default), hex for $readmemh, or npy,hex", &given.formats),
      QREF_SIZE("--hex-lanes", "N", "words on a line of a .hex file (default 1), the first lowest", &given.hex_lanes, 1,
                MAX_HEX_LANES),
      QREF_UINT64("--seed", "S", "of the data (default 2025, that of the committed digests)", &given.seed),
      QREF_STRING("--shard", "I/N", "every N-th case from the I-th on; qref merge puts shards together", &given.shard),
      QREF_SIZE("--pieces", "N", "make N shards in DIR.pieces, then DIR; those of a run cut short are kept",
                &given.pieces, 1, MAX_PIECES),
      QREF_FLAG("--require-coverage", "a missed point is a hole under a profile of one's own too",
                &given.require_coverage),
  };
  qref_option layer_options[QREF_LAYER_OPTION_COUNT];
  qref_layer_options(&given.layer, layer_options);
  const qref_option_table tables[] = {QREF_OPTION_TABLE(options), QREF_OPTION_TABLE(layer_options)};
  const qref_command_line line = {
      .command = "gen",
      .arguments = "",
      .description =
          "Makes a suite of golden vectors: every case with its inputs, intermediates and outputs, and a\n"
          "manifest. The bytes depend on suite, seed, profile and format alone, not on threads, shards or\n"
          "machine. smoke, standard and thorough hold cases of every op, and the table of what they cover\n"
          "is printed; with a hole in it nothing is written, and the exit code is 1. block chains ops on\n"
          "generated data; layer is one layer of a real model on its own text.",
      .example =
          "  qref gen --suite smoke -o smoke\n"
          "  qref gen --suite standard --op hadamard --format npy,hex --hex-lanes 4 -o hadamard\n"
          "  qref gen --suite layer --layer 3 -o layer3\n",
      .tables = tables,
      .table_count = 2,
      .backend = "ref",
      .backend_help = "ref, the specification: vectors are made by nothing else",
  };
  qref_common common;
  int exit_code = QREF_EXIT_BAD;
  if (!qref_parse_command_line(argc, argv, &line, &common, &exit_code)) {
    return exit_code;
  }
  qref_error error;
  qref_gen_options resolved;
  if (resolve(&given, &common, &resolved, &error) != QREF_OK) {
    return qref_report_error(common.command, &error);
  }
  return generate(&given, &resolved, &common);
}
