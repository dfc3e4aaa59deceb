/* The part of qref info about suites of golden vectors. */
#ifndef QREF_CLI_INFO_SUITES_H
#define QREF_CLI_INFO_SUITES_H

#include "ref/vectors/case/flags.h"
#include "ref/vectors/generate/plan.h"

enum { QREF_SUITE_SIZES = QREF_SUITE_THOROUGH + 1 };

/* How many cases the suites of ops have under a profile. */
typedef struct qref_suite_counts {
  size_t cases[QREF_SUITE_SIZES];
  size_t by_op[QREF_SUITE_SIZES][QREF_OP_COUNT];
  size_t by_flag[QREF_SUITE_SIZES][QREF_FLAG_COUNT];
} qref_suite_counts;

qref_status qref_suite_counts_make(const qref_profile *profile, qref_suite_counts *counts, qref_error *error);

/* A line for each suite. */
void qref_suites_print_short(const qref_suite_counts *counts);
/* The cases of every op. */
void qref_suites_print(const qref_suite_counts *counts);
/* What each flag means, and how many cases have it. */
void qref_flags_print(const qref_suite_counts *counts);

struct cJSON;
/* Add members "suites" and "flags" to an object; false when out of memory. */
bool qref_suites_add_json(struct cJSON *object, const qref_suite_counts *counts);
bool qref_flags_add_json(struct cJSON *object, const qref_suite_counts *counts);

#endif
