/* qref sweep: digests of functions over all 2^32 arguments. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ref/base/error.h"
#include "ref/base/file.h"
#include "ref/base/json.h"
#include "ref/base/size.h"
#include "ref/cli/cli.h"
#include "ref/cli/junit.h"
#include "ref/cli/output.h"
#include "ref/cli/shard.h"
#include "ref/cli/team.h"
#include "ref/vectors/functions/sweep_file.h"

/* Piece number f * QREF_FUNCTION_BLOCKS + b is block b of function f. */
typedef struct sweep_run {
  const char *directory;
  const qref_backend *backend;
  size_t shard_index, shard_count;
  char shard[64];     /* of the names of the partial files */
  size_t first, last; /* functions, by their number */
  qref_function_sweep functions[QREF_FUNCTION_COUNT];
  size_t before[QREF_FUNCTION_COUNT]; /* blocks that were there */
} sweep_run;

static qref_status find_functions(const char *name, sweep_run *run, qref_error *error) {
  run->first = 0;
  run->last = QREF_FUNCTION_COUNT - 1;
  if (strcmp(name, "all") == 0) {
    return QREF_OK;
  }
  for (size_t f = 0; f < QREF_FUNCTION_COUNT; f++) {
    if (strcmp(name, qref_function_names[f]) == 0) {
      run->first = f;
      run->last = f;
      return QREF_OK;
    }
  }
  return qref_fail(error, QREF_ERROR_ARGUMENT,
                   "option --function: expected exp, log1p, log, silu, sigmoid, softplus or all, not '%.64s'", name);
}

/* ---- the work ---- */

static qref_status compute_block(void *context, size_t piece, qref_text *result, qref_error *error) {
  const sweep_run *run = context;
  qref_block_digest digest;
  QREF_TRY(qref_function_block_digest(run->backend, (qref_map_function)(piece / QREF_FUNCTION_BLOCKS),
                                      piece % QREF_FUNCTION_BLOCKS, &digest, error));
  qref_text_append(result, (const char *)&digest, sizeof digest); /* all members are one program on one architecture */
  return result->failed ? qref_fail(error, QREF_ERROR_MEMORY, "sweep: out of memory") : QREF_OK;
}

static qref_status keep_block(void *context, size_t piece, const qref_text *result, qref_error *error) {
  sweep_run *run = context;
  qref_function_sweep *sweep = &run->functions[piece / QREF_FUNCTION_BLOCKS];
  const size_t block = piece % QREF_FUNCTION_BLOCKS;
  if (result->size != sizeof sweep->blocks[block]) {
    return qref_fail(error, QREF_ERROR_FORMAT, "sweep: block %zu of %s: a result of %zu bytes", block, sweep->function,
                     result->size);
  }
  memcpy(&sweep->blocks[block], result->data, result->size);
  QREF_TRY(
      qref_function_sweep_append(run->directory, sweep->function, run->shard, block, &sweep->blocks[block], error));
  sweep->done[block] = true;
  return QREF_OK;
}

/* The blocks of this shard that are not there yet. */
static qref_status find_missing(sweep_run *run, size_t **pieces, size_t *count, qref_error *error) {
  *count = 0;
  *pieces = qref_allocate((run->last - run->first + 1) * QREF_FUNCTION_BLOCKS, sizeof **pieces);
  if (*pieces == NULL) {
    return qref_fail(error, QREF_ERROR_MEMORY, "%s: out of memory", run->directory);
  }
  bool created = false;
  QREF_TRY(qref_make_directory(run->directory, &created, error));
  for (size_t f = run->first; f <= run->last; f++) {
    qref_function_sweep *sweep = &run->functions[f];
    QREF_TRY(qref_function_sweep_read(run->directory, sweep, error));
    run->before[f] = qref_function_sweep_done(sweep);
    for (size_t b = run->shard_index - 1; b < QREF_FUNCTION_BLOCKS; b += run->shard_count) {
      if (!sweep->done[b]) {
        (*pieces)[(*count)++] = f * QREF_FUNCTION_BLOCKS + b;
      }
    }
  }
  return QREF_OK;
}

/* A whole run completes the files; a shard leaves that to it. */
static qref_status complete(sweep_run *run, qref_error *error) {
  for (size_t f = run->first; f <= run->last && run->shard_count == 1; f++) {
    qref_function_sweep *sweep = &run->functions[f];
    if (!sweep->complete) {
      QREF_TRY(qref_function_sweep_write(run->directory, sweep, error));
      sweep->complete = true;
    }
  }
  return QREF_OK;
}

static qref_status sweep_all(sweep_run *run, const qref_team *team, const qref_common *common, qref_error *error) {
  size_t *pieces = NULL;
  size_t count = 0;
  qref_status status = team->leader ? find_missing(run, &pieces, &count, error) : QREF_OK;
  if (status == QREF_OK) {
    const qref_work work = {
        .name = "sweep",
        .pieces = pieces,
        .count = count,
        .threads = common->execution.threads,
        .run = compute_block,
        .collect = keep_block,
        .context = run,
        .progress = common->execution.progress,
        .progress_context = common->execution.progress_context,
    };
    status = team->run(&work, error);
  }
  free(pieces);
  return status == QREF_OK && team->leader ? complete(run, error) : status;
}

/* ---- the report ---- */

static void print_text(const sweep_run *run) {
  for (size_t f = run->first; f <= run->last; f++) {
    const qref_function_sweep *sweep = &run->functions[f];
    const size_t done = qref_function_sweep_done(sweep);
    printf("%-9s %zu of %d blocks, %zu of them there before", sweep->function, done, QREF_FUNCTION_BLOCKS,
           run->before[f]);
    if (sweep->complete) {
      char digest[65];
      qref_function_digest(sweep->blocks, digest);
      printf(", digest %s\n", digest);
    } else {
      printf("; run without --shard when all are there\n");
    }
  }
}

static bool add_function(cJSON *array, const qref_function_sweep *sweep, size_t before) {
  cJSON *object = cJSON_CreateObject();
  char digest[65];
  if (object == NULL || !cJSON_AddItemToArray(array, object) ||
      cJSON_AddStringToObject(object, "function", sweep->function) == NULL ||
      !qref_json_add_u64(object, "blocks", qref_function_sweep_done(sweep)) ||
      !qref_json_add_u64(object, "before", before)) {
    return false;
  }
  if (!sweep->complete) {
    return cJSON_AddNullToObject(object, "digest") != NULL;
  }
  qref_function_digest(sweep->blocks, digest);
  return cJSON_AddStringToObject(object, "digest", digest) != NULL;
}

static cJSON *summarize(const sweep_run *run) {
  cJSON *object = cJSON_CreateObject();
  cJSON *array = NULL;
  bool made = object != NULL && cJSON_AddStringToObject(object, "directory", run->directory) != NULL &&
              (array = cJSON_AddArrayToObject(object, "functions")) != NULL;
  for (size_t f = run->first; made && f <= run->last; f++) {
    made = add_function(array, &run->functions[f], run->before[f]);
  }
  if (!made) {
    cJSON_Delete(object);
    return NULL;
  }
  return object;
}

static int report(const sweep_run *run, const qref_common *common) {
  if (!common->json) {
    print_text(run);
  } else if (!qref_print_json(common->command, summarize(run))) {
    return QREF_EXIT_BAD;
  }
  qref_junit *junit = qref_junit_create(common->command);
  for (size_t f = run->first; junit != NULL && f <= run->last; f++) {
    qref_junit_add(junit, common->command, run->functions[f].function, NULL);
  }
  return qref_conclude(common, junit, QREF_EXIT_EXPLAINED);
}

/* ---- the command ---- */

static qref_status resolve(const char *function, const char *shard, sweep_run *run, const qref_common *common,
                           qref_error *error) {
  if (run->directory == NULL) {
    return qref_fail(error, QREF_ERROR_ARGUMENT, "expected -o DIR");
  }
  if (common->profile_given) {
    return qref_fail(error, QREF_ERROR_ARGUMENT,
                     "option --profile: the functions are those that every profile starts from");
  }
  run->backend = common->execution.backend;
  if (run->backend->map_f32 == NULL) {
    return qref_fail(error, QREF_ERROR_UNSUPPORTED, "backend '%s': has no functions on arrays", common->backend_name);
  }
  QREF_TRY(find_functions(function, run, error));
  if (shard != NULL) {
    QREF_TRY(qref_parse_shard(shard, &run->shard_index, &run->shard_count, error));
  }
  if (run->shard_count > QREF_FUNCTION_BLOCKS) {
    return qref_fail(error, QREF_ERROR_ARGUMENT, "option --shard: there are %d blocks, not %zu", QREF_FUNCTION_BLOCKS,
                     run->shard_count);
  }
  snprintf(run->shard, sizeof run->shard, "%zu-of-%zu", run->shard_index, run->shard_count);
  for (size_t f = 0; f < QREF_FUNCTION_COUNT; f++) {
    run->functions[f].function = qref_function_names[f];
  }
  return QREF_OK;
}

static int sweep(const char *function, const char *shard, sweep_run *run, const qref_common *common) {
  const qref_team *team = qref_program_team();
  qref_error error;
  qref_status status = resolve(function, shard, run, common, &error);
  if (status == QREF_OK) {
    status = sweep_all(run, team, common, &error);
  }
  if (status != QREF_OK) {
    return qref_report_error(common->command, &error);
  }
  return team->leader ? report(run, common) : QREF_EXIT_EXPLAINED;
}

int qref_command_sweep(int argc, char **argv) {
  const char *function = "all";
  const char *shard = NULL;
  const char *directory = NULL;
  const qref_option options[] = {
      QREF_STRING("--function", "NAME", "exp, log1p, log, silu, sigmoid, softplus or all (default)", &function),
      QREF_STRING("-o", "DIR", "the directory of the digests; what it has already is not computed again", &directory),
      QREF_STRING("--shard", "I/N", "only every N-th block from the I-th on", &shard),
  };
  const qref_option_table tables[] = {QREF_OPTION_TABLE(options)};
  const qref_command_line line = {
      .command = "sweep",
      .arguments = "",
      .description =
          "Digests of the functions of --backend over all 2^32 float32 arguments, in 256 blocks: the reference's\n"
          "to compare another implementation with, a backend's to compare with the reference's. Every block is kept in "
          "DIR when it is done, so that a run that was\n"
          "cut short goes on where it was. Shards may run anywhere on the same DIR; a run without --shard\n"
          "then computes what is missing and writes DIR/NAME.txt: SHA-256 of each block's results (little\n"
          "endian, in the order of the arguments' bit patterns), the sum of bits(result) * (2 * bits(argument)\n"
          "+ 1) modulo 2^64, and the SHA-256 of the block digests. A function takes about two minutes.",
      .example = "  qref sweep --function silu --shard 128/256 -o sweep\n",
      .tables = tables,
      .table_count = 1,
      .backend = "ref",
      .backend_help = "whose functions: ref (default), cpu, or another of qref info; a DIR of its own for each",
  };
  qref_common common;
  int exit_code = QREF_EXIT_BAD;
  if (!qref_parse_command_line(argc, argv, &line, &common, &exit_code)) {
    return exit_code;
  }
  sweep_run *run = qref_allocate_zeroed(1, sizeof *run);
  if (run == NULL) {
    qref_error error;
    (void)qref_fail(&error, QREF_ERROR_MEMORY, "out of memory");
    return qref_report_error(common.command, &error);
  }
  run->directory = directory;
  run->shard_index = 1;
  run->shard_count = 1;
  exit_code = sweep(function, shard, run, &common);
  free(run);
  return exit_code;
}
