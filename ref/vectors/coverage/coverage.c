#include "ref/vectors/coverage/coverage.h"

#include <stdlib.h>

#include "ref/vectors/case/flags.h"
#include "ref/vectors/coverage/probe.h"

/* The points of one probe are consecutive in `counters`; those that the op cannot reach have a counter but no entry in
 * `points`. */
typedef struct listed_probe {
  qref_op op;
  const qref_probe *probe;
  size_t first_counter;
} listed_probe;

struct qref_coverage {
  size_t probe_count;
  listed_probe *probes;
  size_t counter_count;
  qref_counter *counters;
  size_t point_count;
  qref_coverage_point *points;
  size_t *point_counter;         /* of point i */
  qref_counter_kind *point_kind; /* of point i */
};

static bool wanted(qref_op op, qref_op only) {
  return only == QREF_OP_COUNT || op == only;
}

static bool allocate(qref_coverage *coverage, qref_op only) {
  for (qref_op op = 0; op < QREF_OP_COUNT; op++) {
    for (const qref_probe *probe = qref_probes_of(op); wanted(op, only) && probe->kind != NULL; probe++) {
      coverage->probe_count++;
      coverage->counter_count += probe->kind->count;
    }
  }
  coverage->probes = calloc(coverage->probe_count, sizeof *coverage->probes);
  coverage->counters = calloc(coverage->counter_count, sizeof *coverage->counters);
  coverage->points = calloc(coverage->counter_count, sizeof *coverage->points);
  coverage->point_counter = calloc(coverage->counter_count, sizeof *coverage->point_counter);
  coverage->point_kind = calloc(coverage->counter_count, sizeof *coverage->point_kind);
  return coverage->probes != NULL && coverage->counters != NULL && coverage->points != NULL &&
         coverage->point_counter != NULL && coverage->point_kind != NULL;
}

static void list_points(qref_coverage *coverage, qref_suite_size size, qref_op op, const qref_probe *probe,
                        size_t first_counter) {
  for (size_t i = 0; i < probe->kind->count; i++) {
    const qref_probe_point *point = &probe->kind->points[i];
    if ((probe->unlisted & QREF_POINT_BIT(i)) != 0) {
      continue;
    }
    const size_t at = coverage->point_count++;
    coverage->points[at] = (qref_coverage_point){
        .op = op,
        .tensor = probe->tensor,
        .name = point->name != NULL ? point->name : qref_flag_name((qref_flag)i),
        .needed = point->kind == QREF_COUNTER_WIDEST ? probe->needed[i] : point->needed,
        .required = size != QREF_SUITE_SMOKE || point->smoke,
    };
    coverage->point_counter[at] = first_counter + i;
    coverage->point_kind[at] = point->kind;
  }
}

qref_coverage *qref_coverage_create(qref_suite_size size, qref_op op) {
  qref_coverage *coverage = calloc(1, sizeof *coverage);
  if (coverage == NULL || !allocate(coverage, op)) {
    qref_coverage_destroy(coverage);
    return NULL;
  }
  size_t listed = 0;
  size_t first_counter = 0;
  for (qref_op each = 0; each < QREF_OP_COUNT; each++) {
    for (const qref_probe *probe = qref_probes_of(each); wanted(each, op) && probe->kind != NULL; probe++) {
      coverage->probes[listed++] = (listed_probe){each, probe, first_counter};
      list_points(coverage, size, each, probe, first_counter);
      first_counter += probe->kind->count;
    }
  }
  return coverage;
}

void qref_coverage_destroy(qref_coverage *coverage) {
  if (coverage != NULL) {
    free(coverage->probes);
    free(coverage->counters);
    free(coverage->points);
    free(coverage->point_counter);
    free(coverage->point_kind);
    free(coverage);
  }
}

void qref_coverage_add(qref_coverage *coverage, const qref_case *item) {
  for (size_t i = 0; i < coverage->probe_count; i++) {
    const listed_probe *listed = &coverage->probes[i];
    if (listed->op == item->schema->op) {
      listed->probe->kind->measure(listed->probe, item, coverage->counters + listed->first_counter);
    }
  }
}

void qref_coverage_merge(qref_coverage *coverage, const qref_coverage *other) {
  for (size_t i = 0; i < coverage->probe_count; i++) {
    const qref_probe_kind *kind = coverage->probes[i].probe->kind;
    for (size_t p = 0; p < kind->count; p++) {
      qref_counter *to = &coverage->counters[coverage->probes[i].first_counter + p];
      const qref_counter *from = &other->counters[coverage->probes[i].first_counter + p];
      if (kind->points[p].kind != QREF_COUNTER_WIDEST) {
        to->value += from->value;
      } else if (from->value > to->value) {
        to->value = from->value;
      }
      for (size_t w = 0; w < sizeof to->codes / sizeof to->codes[0]; w++) {
        to->codes[w] |= from->codes[w];
      }
    }
  }
}

size_t qref_coverage_count(const qref_coverage *coverage) {
  return coverage->point_count;
}

const qref_coverage_point *qref_coverage_point_at(const qref_coverage *coverage, size_t i) {
  return &coverage->points[i];
}

static uint64_t distinct_codes(const qref_counter *counter) {
  uint64_t count = 0;
  for (size_t w = 0; w < sizeof counter->codes / sizeof counter->codes[0]; w++) {
    for (uint64_t rest = counter->codes[w]; rest != 0; rest &= rest - 1) {
      count++;
    }
  }
  return count;
}

uint64_t qref_coverage_seen(const qref_coverage *coverage, size_t i) {
  const qref_counter *counter = &coverage->counters[coverage->point_counter[i]];
  return coverage->point_kind[i] == QREF_COUNTER_CODES ? distinct_codes(counter) : counter->value;
}

size_t qref_coverage_holes(const qref_coverage *coverage) {
  size_t holes = 0;
  for (size_t i = 0; i < coverage->point_count; i++) {
    const qref_coverage_point *point = &coverage->points[i];
    holes += point->required && qref_coverage_seen(coverage, i) < point->needed ? 1 : 0;
  }
  return holes;
}
