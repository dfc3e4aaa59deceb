#include "ref/cli/cross_text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ref/cli/element.h"
#include "ref/cli/shell_word.h"
#include "ref/cli/text_stream.h"

typedef unsigned long long ull;

/* Of the reference, for a ratio of times to mean something. */
#define LEAST_SECONDS 0.05

const char *qref_cross_row_verdict(const qref_cross_row *row) {
  return row->failed != 0        ? "differs"
         : row->unsupported == 0 ? "equal"
         : row->cases == 0       ? "unsupported"
                                 : "partly unsupported";
}

/* ---- the command that repeats a case ---- */

/* How to ask for the profile of a suite's case, which may be a variant: "quamba+narrow" is made of "quamba". */
static const char *profile_text(const qref_cross_summary *summary, const char *profile) {
  const size_t length = strcspn(profile, "+");
  for (size_t i = 0; i < summary->options->profile_count; i++) {
    const char *name = summary->options->profiles[i].name;
    if (strlen(name) == length && strncmp(name, profile, length) == 0) {
      return summary->profile_texts[i];
    }
  }
  return NULL;
}

static void put_repeat(FILE *stream, const qref_cross_summary *summary, const qref_cross_divergence *divergence) {
  const qref_cross_options *options = summary->options;
  const bool random = divergence->suite[0] == '\0';
  fputs("qref cross --backend ", stream);
  qref_put_word(stream, summary->backend);
  if (strcmp(summary->against, "ref") != 0) {
    fputs(" --against ", stream);
    qref_put_word(stream, summary->against);
  }
  if (options->threads > 1) {
    fprintf(stream, " --threads %d", options->threads);
  }
  if (random) {
    for (size_t i = 0; i < summary->given_profiles->count; i++) {
      fputs(" --profile ", stream);
      qref_put_word(stream, summary->given_profiles->values[i]);
    }
    fprintf(stream, " --seed %llu --op %s --case %llu", (ull)options->seed, divergence->op, (ull)divergence->index);
    return;
  }
  const char *profile = profile_text(summary, divergence->profile);
  if (profile != NULL) {
    fputs(" --profile ", stream);
    qref_put_word(stream, profile);
  }
  fprintf(stream, " --seed %llu --suite %s --case ", (ull)options->seed, divergence->suite);
  qref_put_word(stream, divergence->case_id);
  if (strcmp(divergence->suite, "layer") == 0) {
    fputs(" (with the options of the layer)", stream);
  }
}

/* Problem, element and the command, on one line. */
static void put_line(FILE *stream, const qref_cross_summary *summary, const qref_cross_divergence *divergence) {
  fprintf(stream, "%s: %s; %s", qref_cross_problem_name(divergence->problem), divergence->message, divergence->run);
  if (divergence->has_element) {
    char coordinates[QREF_ELEMENT_TEXT_SIZE];
    char found[QREF_ELEMENT_TEXT_SIZE];
    char expected[QREF_ELEMENT_TEXT_SIZE];
    qref_format_coordinates(divergence->element, divergence->shape, divergence->rank, coordinates);
    qref_format_element(divergence->dtype, divergence->found_bits, found);
    qref_format_element(divergence->dtype, divergence->expected_bits, expected);
    fprintf(stream, "; index %zu = %s: %s %s, %s %s", divergence->element, coordinates, summary->backend, found,
            summary->against, expected);
  }
  fputs("; ", stream);
  put_repeat(stream, summary, divergence);
}

char *qref_cross_repeat_text(const qref_cross_summary *summary, const qref_cross_divergence *divergence) {
  qref_text_stream text;
  if (!qref_text_begin(&text)) {
    return NULL;
  }
  put_repeat(text.stream, summary, divergence);
  return qref_text_end(&text);
}

char *qref_cross_line_text(const qref_cross_summary *summary, const qref_cross_divergence *divergence) {
  qref_text_stream text;
  if (!qref_text_begin(&text)) {
    return NULL;
  }
  put_line(text.stream, summary, divergence);
  return qref_text_end(&text);
}

/* ---- the table ---- */

static void print_head(const qref_cross_summary *summary) {
  const qref_cross_options *options = summary->options;
  printf("backend %s against %s, seed %llu, 1", summary->backend, summary->against, (ull)options->seed);
  printf(options->threads > 1 ? " and %d threads\n" : " thread\n", options->threads);
  for (size_t i = 0; i < options->suite_count; i++) {
    printf("%s%s%s", i == 0 ? "suites " : ", ", options->suites[i], i + 1 == options->suite_count ? "\n" : "");
  }
  if (options->forever) {
    printf("random cases without end\n");
  } else if (options->random_cases != 0) {
    printf("%llu random cases of each op from %llu on\n", (ull)options->random_cases, (ull)options->first_random);
  }
}

static void add(qref_cross_row *sum, const qref_cross_row *row) {
  sum->cases += row->cases;
  sum->failed += row->failed;
  sum->unsupported += row->unsupported;
  sum->runs += row->runs;
  sum->tensors += row->tensors;
  sum->bytes += row->bytes;
  sum->reference_seconds += row->reference_seconds;
  sum->backend_seconds += row->backend_seconds;
}

static void print_op(const qref_cross_row *sum, size_t profiles) {
  printf("%-24s %9llu %9llu %10llu %13llu %8zu", sum->op, (ull)sum->cases, (ull)sum->runs, (ull)sum->tensors,
         (ull)sum->bytes, profiles);
  if (sum->reference_seconds >= LEAST_SECONDS) {
    printf(" %8.2f", sum->backend_seconds / sum->reference_seconds);
  } else {
    printf(" %8s", "-");
  }
  if (sum->failed != 0) {
    printf("  %llu cases DIFFER", (ull)sum->failed);
  } else {
    printf("  %s", sum->cases != 0 ? "equal" : qref_cross_row_verdict(sum));
  }
  printf(sum->cases != 0 && sum->unsupported != 0 ? ", %llu unsupported\n" : "\n", (ull)sum->unsupported);
}

/* Rows of one op lie side by side: how many from row i on. */
static size_t rows_of_op(const qref_cross_report *report, size_t i) {
  size_t count = 1;
  while (i + count < report->row_count && strcmp(report->rows[i + count].op, report->rows[i].op) == 0) {
    count++;
  }
  return count;
}

static qref_cross_row sum_of(const qref_cross_row *rows, size_t count) {
  qref_cross_row sum = {.op = rows[0].op};
  for (size_t i = 0; i < count; i++) {
    add(&sum, &rows[i]);
  }
  return sum;
}

static void print_ops(const qref_cross_report *report) {
  printf("\n%-24s %9s %9s %10s %13s %8s %8s  verdict\n", "op", "cases", "runs", "tensors", "bytes", "profiles",
         "time/ref");
  size_t count = 0;
  for (size_t i = 0; i < report->row_count; i += count) {
    count = rows_of_op(report, i);
    const qref_cross_row sum = sum_of(&report->rows[i], count);
    print_op(&sum, count);
  }
}

/* A backend of few ops leaves out dozens of a suite's profiles: some are named, --json has all. */
static void print_unsupported_profiles(const qref_cross_row *rows, size_t count) {
  enum { NAMED = 4 };
  size_t unsupported = 0;
  for (size_t k = 0; k < count; k++) {
    if (rows[k].unsupported != 0 && unsupported++ < NAMED) {
      printf("%s %s", unsupported == 1 ? "" : ",", rows[k].profile);
    }
  }
  if (unsupported > NAMED) {
    printf(", and %zu profiles more", unsupported - NAMED);
  }
  printf("\n");
}

static void print_unsupported(const qref_cross_report *report) {
  const char *separator = "\n";
  size_t count = 0;
  for (size_t i = 0; i < report->row_count; i += count) {
    count = rows_of_op(report, i);
    const qref_cross_row sum = sum_of(&report->rows[i], count);
    if (sum.unsupported == 0) {
      continue;
    }
    printf("%sunsupported: %llu cases of %s, under", separator, (ull)sum.unsupported, sum.op);
    print_unsupported_profiles(&report->rows[i], count);
    separator = "";
  }
}

/* ---- divergences ---- */

static void print_element(const qref_cross_summary *summary, const qref_cross_divergence *divergence) {
  char shape[QREF_ELEMENT_TEXT_SIZE];
  char coordinates[QREF_ELEMENT_TEXT_SIZE];
  char found[QREF_ELEMENT_TEXT_SIZE];
  char expected[QREF_ELEMENT_TEXT_SIZE];
  qref_format_shape(divergence->shape, divergence->rank, shape);
  qref_format_coordinates(divergence->element, divergence->shape, divergence->rank, coordinates);
  qref_format_element(divergence->dtype, divergence->found_bits, found);
  qref_format_element(divergence->dtype, divergence->expected_bits, expected);
  printf("  tensor           %s, %s %s, %llu of %zu elements differ\n", divergence->tensor,
         qref_dtype_name(divergence->dtype), shape, (ull)divergence->different, divergence->elements);
  printf("  index            %zu = %s\n  %-16s %s\n  %-16s %s\n", divergence->element, coordinates, summary->backend,
         found, summary->against, expected);
  if (!isnan(divergence->before_rounding)) {
    printf("  before rounding  %.9g\n", (double)divergence->before_rounding);
  }
  if (!isnan(divergence->boundary_distance)) {
    printf("  boundary         %.3g away\n", divergence->boundary_distance);
  }
  if (divergence->problem == QREF_CROSS_RESULT) {
    printf("  verdict          %s\n", qref_verdict_name(divergence->verdict));
  }
}

static void print_divergence(const qref_cross_summary *summary, const qref_cross_divergence *divergence) {
  printf("\nDIFFERS %s, ", divergence->op);
  if (divergence->suite[0] != '\0') {
    printf("case %s of suite %s", divergence->case_id, divergence->suite);
  } else {
    printf("random case %llu", (ull)divergence->index);
  }
  printf("\n  profile          %s\n  called with      %s\n  problem          %s: %s\n", divergence->profile,
         divergence->run, qref_cross_problem_name(divergence->problem), divergence->message);
  if (divergence->has_element) {
    print_element(summary, divergence);
  }
  printf("  repeat           ");
  put_repeat(stdout, summary, divergence);
  printf("\n");
}

void qref_cross_print_text(const qref_cross_summary *summary) {
  const qref_cross_report *report = summary->report;
  print_head(summary);
  print_ops(report);
  print_unsupported(report);
  for (size_t i = 0; i < summary->results->count; i++) {
    print_divergence(summary, &summary->results->kept[i]);
  }
  if (summary->results->all > summary->results->count) {
    printf("\n%llu divergences more\n", (ull)(summary->results->all - summary->results->count));
  }
  printf("\n%s%llu cases, %llu runs, %llu tensors, %llu bytes, %.1f s: ", summary->interrupted ? "interrupted: " : "",
         (ull)report->cases, (ull)report->runs, (ull)report->tensors, (ull)report->bytes, summary->seconds);
  if (report->failed != 0) {
    printf("%llu cases DIFFER%s\n", (ull)report->failed,
           summary->options->keep_going ? "" : " (--keep-going counts them all)");
  } else if (report->cases == 0) {
    printf("NOTHING was compared\n");
  } else {
    printf("every bit equal%s\n", report->unsupported != 0 ? " where the backend supports it" : "");
  }
}
