#include "ref/cli/info_suites.h"

#include <qref/vectors.h>
#include <stdio.h>
#include <string.h>

#include "ref/base/error.h"
#include "ref/base/json.h"

static const char *const size_names[QREF_SUITE_SIZES] = {"smoke", "standard", "thorough"};

qref_status qref_suite_counts_make(const qref_profile *profile, qref_suite_counts *counts, qref_error *error) {
  memset(counts, 0, sizeof *counts);
  for (qref_suite_size size = QREF_SUITE_SMOKE; size <= QREF_SUITE_THOROUGH; size++) {
    qref_plan plan;
    QREF_TRY(qref_plan_create(size, QREF_OP_COUNT, profile, &plan, error));
    counts->cases[size] = plan.count;
    for (size_t i = 0; i < plan.count; i++) {
      const qref_case *item = &plan.cases[i].item;
      counts->by_op[size][item->schema->op]++;
      for (size_t flag = 0; flag < QREF_FLAG_COUNT; flag++) {
        counts->by_flag[size][flag] += (item->flags & QREF_FLAG_BIT(flag)) != 0 ? 1 : 0;
      }
    }
    qref_plan_free(&plan);
  }
  return QREF_OK;
}

/* ---- text ---- */

void qref_suites_print_short(const qref_suite_counts *counts) {
  printf("\nsuites (qref info --suites, --flags)\n");
  for (size_t size = 0; size < QREF_SUITE_SIZES; size++) {
    printf("  %-10s %zu cases\n", size_names[size], counts->cases[size]);
  }
  printf("  %-10s the ops of a block chained, on generated data\n", "block");
  printf("  %-10s one layer of a model on its own text\n", "layer");
}

void qref_suites_print(const qref_suite_counts *counts) {
  printf("cases of qref gen --suite NAME (default seed %llu)\n\n%-28s", (unsigned long long)QREF_SUITE_DEFAULT_SEED,
         "op");
  for (size_t size = 0; size < QREF_SUITE_SIZES; size++) {
    printf(" %9s", size_names[size]);
  }
  printf("\n");
  for (qref_op op = 0; op < QREF_OP_COUNT; op++) {
    printf("%-28s", qref_op_name(op));
    for (size_t size = 0; size < QREF_SUITE_SIZES; size++) {
      printf(" %9zu", counts->by_op[size][op]);
    }
    printf("\n");
  }
  printf("%-28s", "all");
  for (size_t size = 0; size < QREF_SUITE_SIZES; size++) {
    printf(" %9zu", counts->cases[size]);
  }
  printf(
      "\n\nblock: the ops of a block chained, on generated data\n"
      "layer: one layer of a model on its own text; as many cases as it has ops and tokens to decode\n");
}

void qref_flags_print(const qref_suite_counts *counts) {
  printf("%-24s %7s %9s %9s  %s\n", "flag, and cases in", size_names[0], size_names[1], size_names[2], "note");
  for (size_t i = 0; i < QREF_FLAG_COUNT; i++) {
    const qref_flag flag = (qref_flag)i;
    printf("%-24s %7zu %9zu %9zu  %s\n", qref_flag_name(flag), counts->by_flag[0][i], counts->by_flag[1][i],
           counts->by_flag[2][i], qref_flag_note(flag));
  }
}

/* ---- JSON ---- */

bool qref_suites_add_json(cJSON *object, const qref_suite_counts *counts) {
  cJSON *suites = cJSON_AddObjectToObject(object, "suites");
  bool made = suites != NULL;
  for (size_t size = 0; made && size < QREF_SUITE_SIZES; size++) {
    cJSON *suite = cJSON_AddObjectToObject(suites, size_names[size]);
    made = suite != NULL && qref_json_add_u64(suite, "cases", counts->cases[size]);
    cJSON *ops = made ? cJSON_AddObjectToObject(suite, "ops") : NULL;
    made = ops != NULL;
    for (qref_op op = 0; made && op < QREF_OP_COUNT; op++) {
      made = qref_json_add_u64(ops, qref_op_name(op), counts->by_op[size][op]);
    }
  }
  return made;
}

bool qref_flags_add_json(cJSON *object, const qref_suite_counts *counts) {
  cJSON *flags = cJSON_AddObjectToObject(object, "flags");
  bool made = flags != NULL;
  for (size_t i = 0; made && i < QREF_FLAG_COUNT; i++) {
    const qref_flag flag = (qref_flag)i;
    cJSON *item = cJSON_AddObjectToObject(flags, qref_flag_name(flag));
    made = item != NULL && cJSON_AddStringToObject(item, "note", qref_flag_note(flag)) != NULL;
    for (size_t size = 0; made && size < QREF_SUITE_SIZES; size++) {
      made = qref_json_add_u64(item, size_names[size], counts->by_flag[size][i]);
    }
  }
  return made;
}
