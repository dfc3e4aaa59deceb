#include "ref/cli/pieces.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ref/base/error.h"
#include "ref/base/file.h"
#include "ref/base/size.h"
#include "ref/cli/cli.h"
#include "ref/vectors/suite/tree.h"
#include "ref/vectors/suite/write.h"

typedef struct gen_pieces {
  const qref_gen_options *options;
  char *directory; /* of the pieces */
  char **paths;    /* of each piece */
  size_t count;
} gen_pieces;

/* ---- names ---- */

static void free_pieces(gen_pieces *pieces) {
  for (size_t i = 0; pieces->paths != NULL && i < pieces->count; i++) {
    free(pieces->paths[i]);
  }
  free(pieces->paths);
  free(pieces->directory);
}

static qref_status name_pieces(const char *directory, gen_pieces *pieces, qref_error *error) {
  static const char end[] = ".pieces";
  size_t length = strlen(directory);
  while (length > 1 && directory[length - 1] == '/') {
    length--;
  }
  pieces->directory = malloc(length + sizeof end);
  pieces->paths = qref_allocate_zeroed(pieces->count, sizeof *pieces->paths);
  bool made = pieces->directory != NULL && pieces->paths != NULL;
  if (made) {
    memcpy(pieces->directory, directory, length);
    memcpy(pieces->directory + length, end, sizeof end);
  }
  for (size_t i = 0; made && i < pieces->count; i++) {
    char name[64];
    snprintf(name, sizeof name, "%zu-of-%zu", i + 1, pieces->count);
    pieces->paths[i] = qref_path_join(pieces->directory, name);
    made = pieces->paths[i] != NULL;
  }
  return made ? QREF_OK : qref_fail(error, QREF_ERROR_MEMORY, "%s: out of memory", directory);
}

/* ---- what is there ---- */

static qref_status count_cases(const qref_gen_options *options, size_t *count, qref_error *error) {
  qref_suite_header header;
  qref_case_source source;
  QREF_TRY(qref_gen_header(options, &header, error));
  QREF_TRY(qref_gen_source_open(options, &header, &source, error));
  *count = source.count;
  qref_case_source_close(&source);
  return QREF_OK;
}

static qref_gen_options options_of(const gen_pieces *pieces, size_t piece) {
  qref_gen_options options = *pieces->options;
  options.shard_index = piece + 1;
  options.shard_count = pieces->count;
  options.progress = NULL;
  return options;
}

/* A piece is complete if it has its name; it must be one of this very suite. */
static qref_status check_piece(const gen_pieces *pieces, size_t piece, qref_error *error) {
  const qref_gen_options options = options_of(pieces, piece);
  qref_suite_header header;
  qref_suite_manifest found;
  const char *field = NULL;
  QREF_TRY(qref_gen_header(&options, &header, error));
  QREF_TRY(qref_suite_open(pieces->paths[piece], &found, error));
  qref_status status = qref_suite_header_difference(&header, &found.header, &field, error);
  if (status == QREF_OK && field == NULL && found.header.shard_index != header.shard_index) {
    field = "shard";
  }
  if (status == QREF_OK && field != NULL) {
    status = qref_fail(error, QREF_ERROR_FORMAT,
                       "%s: field '%s': from a run with other options; finish that run or remove %s", found.path, field,
                       pieces->directory);
  }
  qref_suite_close(&found);
  return status;
}

static qref_status find_missing(const char *directory, const gen_pieces *pieces, size_t *missing, size_t *count,
                                qref_error *error) {
  /* What would keep the suite from being written is found before the work. */
  qref_tree tree;
  QREF_TRY(qref_tree_open(directory, &tree, error));
  qref_tree_discard(&tree);
  bool created = false;
  QREF_TRY(qref_make_directory(pieces->directory, &created, error));
  for (size_t i = 0; i < pieces->count; i++) {
    if (qref_path_exists(pieces->paths[i])) {
      QREF_TRY(check_piece(pieces, i, error));
    } else {
      missing[(*count)++] = i;
    }
  }
  return QREF_OK;
}

/* ---- the work ---- */

static qref_status make_piece(void *context, size_t piece, qref_text *result, qref_error *error) {
  const gen_pieces *pieces = context;
  const qref_gen_options options = options_of(pieces, piece);
  qref_gen_report report = {.coverage = NULL};
  (void)result;
  const qref_status status = qref_gen(pieces->paths[piece], &options, &report, error);
  qref_gen_report_free(&report);
  return status;
}

static qref_status piece_is_made(void *context, size_t piece, const qref_text *result, qref_error *error) {
  (void)context;
  (void)piece;
  (void)result;
  (void)error;
  return QREF_OK;
}

static void announce(const qref_team *team, const gen_pieces *pieces, size_t missing, const qref_common *common) {
  if (!common->quiet) {
    fprintf(stderr, "%s %s: %zu of %zu pieces are there already, %zu to do, %zu %s%s\n", qref_program_name,
            common->command, pieces->count - missing, pieces->count, missing, team->members, team->member,
            team->members == 1 ? "" : "s");
  }
}

static qref_status lead(const qref_team *team, const char *directory, gen_pieces *pieces, const qref_common *common,
                        qref_gen_report *report, qref_error *error) {
  size_t count = 0;
  size_t *missing = qref_allocate(pieces->count, sizeof *missing);
  qref_status status = missing == NULL ? qref_fail(error, QREF_ERROR_MEMORY, "%s: out of memory", directory)
                                       : find_missing(directory, pieces, missing, &count, error);
  if (status == QREF_OK) {
    const qref_work work = {
        .name = "gen",
        .pieces = missing,
        .count = count,
        .threads = 1, /* a piece uses those that there are */
        .run = make_piece,
        .collect = piece_is_made,
        .context = pieces,
        .progress = pieces->options->progress,
        .progress_context = pieces->options->progress_context,
    };
    announce(team, pieces, count, common);
    status = team->run(&work, error);
  }
  free(missing);
  if (status == QREF_OK) {
    status = qref_merge(directory, (const char *const *)pieces->paths, pieces->count, report, error);
  }
  if (status == QREF_OK) {
    qref_remove_directory(pieces->directory);
  }
  return status;
}

static qref_status follow(const qref_team *team, gen_pieces *pieces, qref_error *error) {
  const qref_work work = {.run = make_piece, .context = pieces};
  return team->run(&work, error);
}

qref_status qref_gen_in_pieces(const qref_team *team, const char *directory, const qref_gen_options *options,
                               size_t pieces, const qref_common *common, qref_gen_report *report, qref_error *error) {
  gen_pieces all = {.options = options};
  QREF_TRY(count_cases(options, &all.count, error));
  all.count = all.count < pieces ? all.count : pieces;
  if (all.count < 2) { /* nothing to share */
    return team->leader ? qref_gen(directory, options, report, error) : QREF_OK;
  }
  qref_status status = name_pieces(directory, &all, error);
  if (status == QREF_OK) {
    status = team->leader ? lead(team, directory, &all, common, report, error) : follow(team, &all, error);
  }
  free_pieces(&all);
  return status;
}
