#include "bench/results.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* The files of this program, open while it runs. */
static FILE *csv_file;
static FILE *json_file;
static bool json_has_rows;

static FILE *open_file(const char *path) {
  FILE *file = fopen(path, "w");
  if (file == NULL) {
    bench_fail("cannot write %s", path);
  }
  return file;
}

/* "exact", "12 of 4096 differ, at most 1", or nothing where nothing was compared. */
static void describe_accuracy(const bench_contestant *contestant, char *text, size_t size) {
  const bench_accuracy *accuracy = &contestant->accuracy;
  if (accuracy->outputs == 0) {
    snprintf(text, size, "%s", "");
  } else if (accuracy->differing == 0) {
    snprintf(text, size, "exact");
  } else {
    snprintf(text, size, "%.3g%% differ, by up to %.3g",
             100.0 * (double)accuracy->differing / (double)accuracy->outputs, accuracy->max_difference);
  }
}

void bench_print_rows(const bench_options *options, const bench_row *rows, size_t count) {
  printf("\n%s %s, %d thread%s%s\n", rows[0].work->program, rows[0].work->shape, rows[0].threads,
         rows[0].threads == 1 ? "" : "s", options->avx2 ? ", AVX2" : "");
  printf("  %-34s %12s %12s %14s %8s %8s %8s  %s\n", "", "median ms", "minimum ms", rows[0].work->unit, "time /",
         "% of", "scaling", "outputs");
  printf("  %-34s %12s %12s %14s %8s %8s %8s\n", "", "", "", "", "baseline", "limit", "");
  for (size_t i = 0; i < count; i++) {
    const bench_contestant *contestant = rows[i].contestant;
    if (contestant->absent != NULL) {
      printf("  %-34s absent: %s\n", contestant->name, contestant->absent);
      continue;
    }
    if (rows[i].rounds == 0) {
      continue;
    }
    char ratio[32] = "", of_limit[32] = "", scaling[32] = "", accuracy[96];
    if (rows[i].ratio != 0.0) {
      snprintf(ratio, sizeof ratio, "%.2f", rows[i].ratio);
    }
    if (rows[i].of_limit != 0.0) {
      snprintf(of_limit, sizeof of_limit, "%.0f", 100.0 * rows[i].of_limit);
    }
    if (rows[i].scaling != 0.0) {
      snprintf(scaling, sizeof scaling, "%.2f", rows[i].scaling);
    }
    describe_accuracy(contestant, accuracy, sizeof accuracy);
    printf("  %-34s %12.4f %12.4f %14.4g %8s %8s %8s  %s%s%s\n", contestant->name, 1e3 * rows[i].median,
           1e3 * rows[i].minimum, rows[i].value, ratio, of_limit, scaling, accuracy,
           accuracy[0] != '\0' && contestant->note != NULL ? "; " : "",
           contestant->note != NULL ? contestant->note : "");
  }
  fflush(stdout);
}

static void write_csv(const bench_row *row) {
  const bench_contestant *contestant = row->contestant;
  const bench_accuracy *accuracy = &contestant->accuracy;
  fprintf(csv_file, "%s,\"%s\",\"%s\",%s,%d,%d,%.9g,%.9g,%s,%.6g,%.4f,%s,%.4f,%.4f,%zu,%zu,%.9g,\"%s\",\"%s\"\n",
          row->work->program, row->work->shape, contestant->name, contestant->is_limit ? "limit" : "contestant",
          row->threads, row->rounds, row->median, row->minimum, row->work->unit, row->value, row->ratio,
          row->limit_name != NULL ? row->limit_name : "", row->of_limit, row->scaling, accuracy->outputs,
          accuracy->differing, accuracy->max_difference, contestant->note != NULL ? contestant->note : "",
          contestant->absent != NULL ? contestant->absent : "");
}

static void write_json(const bench_row *row) {
  const bench_contestant *contestant = row->contestant;
  const bench_accuracy *accuracy = &contestant->accuracy;
  fprintf(json_file,
          "%s  {\"bench\": \"%s\", \"shape\": \"%s\", \"contestant\": \"%s\", \"kind\": \"%s\", \"threads\": %d, "
          "\"rounds\": %d",
          json_has_rows ? ",\n" : "", row->work->program, row->work->shape, contestant->name,
          contestant->is_limit ? "limit" : "contestant", row->threads, row->rounds);
  if (contestant->absent != NULL) {
    fprintf(json_file, ", \"absent\": \"%s\"", contestant->absent);
  } else if (row->rounds != 0) {
    fprintf(json_file, ", \"median_s\": %.9g, \"minimum_s\": %.9g, \"unit\": \"%s\", \"value\": %.6g", row->median,
            row->minimum, row->work->unit, row->value);
  }
  if (row->ratio != 0.0) {
    fprintf(json_file, ", \"time_over_baseline\": %.4f", row->ratio);
  }
  if (row->limit_name != NULL) {
    fprintf(json_file, ", \"limit\": \"%s\", \"fraction_of_limit\": %.4f", row->limit_name, row->of_limit);
  }
  if (row->scaling != 0.0) {
    fprintf(json_file, ", \"scaling\": %.4f", row->scaling);
  }
  if (accuracy->outputs != 0) {
    fprintf(json_file, ", \"outputs\": %zu, \"differing\": %zu, \"max_difference\": %.9g", accuracy->outputs,
            accuracy->differing, accuracy->max_difference);
  }
  if (contestant->note != NULL) {
    fprintf(json_file, ", \"note\": \"%s\"", contestant->note);
  }
  fprintf(json_file, "}");
  json_has_rows = true;
}

void bench_write_rows(const bench_options *options, const bench_row *rows, size_t count) {
  if (options->csv != NULL && csv_file == NULL) {
    csv_file = open_file(options->csv);
    fprintf(csv_file,
            "bench,shape,contestant,kind,threads,rounds,median_s,minimum_s,unit,value,time_over_baseline,limit,"
            "fraction_of_limit,scaling,outputs,differing,max_difference,note,absent\n");
  }
  if (options->json != NULL && json_file == NULL) {
    json_file = open_file(options->json);
    fprintf(json_file, "[\n");
  }
  for (size_t i = 0; i < count; i++) {
    if (csv_file != NULL) {
      write_csv(&rows[i]);
      fflush(csv_file);
    }
    if (json_file != NULL) {
      write_json(&rows[i]);
    }
  }
}

void bench_finish(const bench_options *options) {
  bool failed = false;
  if (csv_file != NULL) {
    failed = fclose(csv_file) != 0;
    csv_file = NULL;
  }
  if (json_file != NULL) {
    fprintf(json_file, "\n]\n");
    failed = fclose(json_file) != 0 || failed;
    json_file = NULL;
  }
  if (failed) {
    bench_fail("cannot write %s", options->csv != NULL ? options->csv : options->json);
  }
}
