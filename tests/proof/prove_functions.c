/* Checks qref's exp, log1p and log on all 2^32 float32 arguments, or on an even sample of them.
 *
 * The judge is MPFR. To spare it the easy arguments, the C library's binary64 function y of the same name, taken to be
 * good to LIBM_ERROR, decides wherever both ends of y's error interval round to the same float32. That assumption is
 * itself checked: every CONFIRM_EVERY-th decision of the filter is put to MPFR as well.
 *
 * Exit status: 0 if nothing is wrong, 1 if something is, 2 for a wrong command line. */
#include "tests/proof/prove_functions.h"

#include <qref/numerics.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ref/base/error.h"
#include "ref/base/size.h"
#include "ref/cli/team.h"
#include "tests/proof/oracle.h"

#ifdef _OPENMP
#include <omp.h>
#endif

/* Relative. Four units in the last place of binary64; good C libraries stay below one. */
#define LIBM_ERROR 0x1p-50

enum { CONFIRM_EVERY = 65536, PIECE = 1 << 20, SHOWN_WRONG = 10, SELF_TEST_EVERY = 65521 };

typedef struct options {
  const char *function; /* a name, or "all" */
  uint64_t stride;
  uint64_t offset;
  uint32_t threads; /* 0: as many as OpenMP likes */
  uint32_t hardest; /* how many of the arguments nearest to a midpoint to print */
  bool self_test;
} options;

typedef struct counts {
  uint64_t checked;
  uint64_t by_filter;
  uint64_t by_mpfr;
  uint64_t confirmed; /* decisions of the filter that MPFR was asked about too */
  uint64_t filter_wrong;
  uint64_t wrong;
  uint64_t perturbed;
} counts;

typedef struct hard_case {
  uint32_t bits;
  double distance;
} hard_case;

/* Argument number i of a sample: one of each `stride` consecutive bit patterns. Multiplying by an odd number walks
 * through the residues, so that low bits vary; the samples of all offsets 0 .. stride-1 together are every pattern. */
static uint64_t sample_bits(uint64_t i, const options *chosen) {
  return i * chosen->stride + (i * UINT64_C(2654435761) + chosen->offset) % chosen->stride;
}

static bool same(float a, float b) {
  return qref_bits_from_f32(a) == qref_bits_from_f32(b);
}

/* The correctly rounded f(x) if binary64 can tell; false if not. */
static bool filter(const proof_function *function, float x, float *expected) {
  const double y = function->libm((double)x);
  if (y != y) {
    *expected = qref_f32_from_bits(0x7fc00000u);
    return true;
  }
  if (y == 0.0 || y - y != 0.0) { /* zero or infinite in binary64: the more so in float32 */
    *expected = (float)y;
    return true;
  }
  const float lower = (float)(y - y * LIBM_ERROR);
  *expected = (float)(y + y * LIBM_ERROR);
  return same(lower, *expected);
}

static void keep_hard_case(qref_text *kept, const proof_function *function, float x) {
  const hard_case item = {qref_bits_from_f32(x), oracle_distance_to_midpoint(function, x)};
  qref_text_append(kept, (const char *)&item, sizeof item);
}

static int nearer(const void *a, const void *b) {
  const double difference = ((const hard_case *)a)->distance - ((const hard_case *)b)->distance;
  return (difference > 0) - (difference < 0);
}

static void report_wrong(const proof_function *function, float x, float got, float expected) {
  printf("  wrong: %s(%a), bits 0x%08x: got %a 0x%08x, expected %a 0x%08x\n", function->name, (double)x,
         qref_bits_from_f32(x), (double)got, qref_bits_from_f32(got), (double)expected, qref_bits_from_f32(expected));
}

static void check_one(const proof_function *function, uint32_t bits, const options *chosen, counts *total,
                      qref_text *kept) {
  const float x = qref_f32_from_bits(bits);
  float got = function->qref(x);
  if (chosen->self_test && bits % SELF_TEST_EVERY == 0) {
    got = qref_f32_from_bits(qref_bits_from_f32(got) ^ 1u);
    total->perturbed++;
  }
  float expected;
  total->checked++;
  if (filter(function, x, &expected)) {
    total->by_filter++;
    if (total->by_filter % CONFIRM_EVERY == 1) {
      total->confirmed++;
      total->filter_wrong += !same(expected, oracle_f32(function, x));
    }
  } else {
    total->by_mpfr++;
    expected = oracle_f32(function, x);
    if (chosen->hardest != 0) {
      keep_hard_case(kept, function, x);
    }
  }
  if (!same(got, expected)) {
    if (total->wrong++ < SHOWN_WRONG && !chosen->self_test) {
      report_wrong(function, x, got, expected);
    }
  }
}

static void add(counts *total, const counts *part) {
  total->checked += part->checked;
  total->by_filter += part->by_filter;
  total->by_mpfr += part->by_mpfr;
  total->confirmed += part->confirmed;
  total->filter_wrong += part->filter_wrong;
  total->wrong += part->wrong;
  total->perturbed += part->perturbed;
}

static bool is_chosen(const options *chosen, size_t function) {
  return strcmp(chosen->function, "all") == 0 || strcmp(chosen->function, proof_functions[function].name) == 0;
}

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* ---- the work: piece f * pieces + p is piece p of function f ---- */

typedef struct proof_run {
  const options *chosen;
  uint64_t samples; /* of a function */
  size_t pieces;    /* likewise */
  counts totals[PROOF_FUNCTION_COUNT];
  qref_text kept[PROOF_FUNCTION_COUNT]; /* hard cases */
} proof_run;

static qref_status check_piece(void *context, size_t piece, qref_text *result, qref_error *error) {
  const proof_run *run = context;
  const uint64_t first = (uint64_t)(piece % run->pieces) * PIECE;
  counts part = {0};
  oracle_begin_thread();
  qref_text_append(result, (const char *)&part, sizeof part);
  for (uint64_t i = first; i < first + PIECE && i < run->samples; i++) {
    const uint64_t bits = sample_bits(i, run->chosen);
    if (bits >> 32 == 0) {
      check_one(&proof_functions[piece / run->pieces], (uint32_t)bits, run->chosen, &part, result);
    }
  }
  mpfr_free_cache();
  if (result->failed) {
    return qref_fail(error, QREF_ERROR_MEMORY, "out of memory");
  }
  memcpy(result->data, &part, sizeof part);
  return QREF_OK;
}

static qref_status add_piece(void *context, size_t piece, const qref_text *result, qref_error *error) {
  proof_run *run = context;
  qref_text *kept = &run->kept[piece / run->pieces];
  counts part;
  memcpy(&part, result->data, sizeof part);
  add(&run->totals[piece / run->pieces], &part);
  qref_text_append(kept, result->data + sizeof part, result->size - sizeof part);
  return kept->failed ? qref_fail(error, QREF_ERROR_MEMORY, "out of memory") : QREF_OK;
}

static qref_status check_all(proof_run *run, qref_error *error) {
  const options *chosen = run->chosen;
  run->samples = ((UINT64_C(1) << 32) + chosen->stride - 1) / chosen->stride;
  run->pieces = (size_t)((run->samples + PIECE - 1) / PIECE);
  size_t *pieces = qref_allocate(run->pieces * PROOF_FUNCTION_COUNT, sizeof *pieces);
  if (pieces == NULL) {
    return qref_fail(error, QREF_ERROR_MEMORY, "out of memory");
  }
  qref_work work = {
      .name = "proof",
      .pieces = pieces,
      .threads = (int)chosen->threads,
      .run = check_piece,
      .collect = add_piece,
      .context = run,
  };
  for (size_t i = 0; i < run->pieces * PROOF_FUNCTION_COUNT; i++) {
    if (is_chosen(chosen, i / run->pieces)) {
      pieces[work.count++] = i;
    }
  }
  const qref_status status = qref_program_team()->run(&work, error);
  free(pieces);
  return status;
}

/* ---- the report ---- */

static void print_hardest(const qref_text *kept, size_t most) {
  hard_case *items = (hard_case *)(void *)kept->data;
  const size_t count = kept->size / sizeof *items;
  if (count > 0) {
    qsort(items, count, sizeof *items, nearer);
  }
  for (size_t i = 0; i < count && i < most; i++) {
    printf("  0x%08x, /* %a: %.3g from a midpoint */\n", items[i].bits, (double)qref_f32_from_bits(items[i].bits),
           items[i].distance);
  }
}

static bool report(const proof_function *function, const options *chosen, const counts *total, const qref_text *kept) {
  printf(
      "%s: %llu inputs checked, %llu decided by the filter (%llu of them confirmed by MPFR, %llu refuted), %llu "
      "decided by MPFR, %llu wrong\n",
      function->name, (unsigned long long)total->checked, (unsigned long long)total->by_filter,
      (unsigned long long)total->confirmed, (unsigned long long)total->filter_wrong, (unsigned long long)total->by_mpfr,
      (unsigned long long)total->wrong);
  print_hardest(kept, chosen->hardest);
  fflush(stdout);
  if (chosen->self_test) {
    printf("%s: self-test: %llu results perturbed, %llu reported wrong\n", function->name,
           (unsigned long long)total->perturbed, (unsigned long long)total->wrong);
    return total->perturbed > 0 && total->wrong == total->perturbed && total->filter_wrong == 0;
  }
  return total->checked > 0 && total->wrong == 0 && total->filter_wrong == 0;
}

static bool parse_count(const char *text, uint64_t minimum, uint64_t maximum, uint64_t *value) {
  char *end;
  if (text == NULL || text[0] < '0' || text[0] > '9') {
    return false;
  }
  *value = strtoull(text, &end, 10);
  return *end == '\0' && *value >= minimum && *value <= maximum;
}

static bool parse(int argc, char **argv, options *chosen) {
  *chosen = (options){.function = "all", .stride = 1};
  for (int i = 1; i < argc; i++) {
    const char *next = i + 1 < argc ? argv[i + 1] : NULL;
    uint64_t value = 0;
    if (strcmp(argv[i], "--self-test") == 0) {
      chosen->self_test = true;
    } else if (strcmp(argv[i], "--stride") == 0 && parse_count(next, 1, UINT64_C(1) << 31, &value)) {
      chosen->stride = value;
      i++;
    } else if (strcmp(argv[i], "--offset") == 0 && parse_count(next, 0, UINT32_MAX, &value)) {
      chosen->offset = value;
      i++;
    } else if (strcmp(argv[i], "--threads") == 0 && parse_count(next, 1, 1024, &value)) {
      chosen->threads = (uint32_t)value;
      i++;
    } else if (strcmp(argv[i], "--hardest") == 0 && parse_count(next, 1, 1000000, &value)) {
      chosen->hardest = (uint32_t)value;
      i++;
    } else if (argv[i][0] != '-' && strcmp(chosen->function, "all") == 0) {
      chosen->function = argv[i];
    } else {
      return false;
    }
  }
  bool known = strcmp(chosen->function, "all") == 0;
  for (size_t i = 0; i < PROOF_FUNCTION_COUNT; i++) {
    known = known || strcmp(chosen->function, proof_functions[i].name) == 0;
  }
  return known;
}

int prove_functions(int argc, char **argv) {
  options chosen;
  qref_error error = {""};
  if (!parse(argc, argv, &chosen)) {
    fprintf(stderr,
            "usage: prove_functions [exp|log1p|log|all] [--stride N] [--offset K] [--threads N] [--hardest N] "
            "[--self-test]\n");
    return 2;
  }
#ifdef _OPENMP
  chosen.threads = chosen.threads == 0 ? (uint32_t)omp_get_max_threads() : chosen.threads;
#endif
  const double start = seconds();
  proof_run run = {.chosen = &chosen};
  const qref_status status = check_all(&run, &error);
  if (status != QREF_OK) {
    fprintf(stderr, "prove_functions: %s\n", error.message);
  }
  bool proved = true;
  for (size_t f = 0; f < PROOF_FUNCTION_COUNT; f++) {
    if (status == QREF_OK && qref_program_team()->leader && is_chosen(&chosen, f)) {
      proved = report(&proof_functions[f], &chosen, &run.totals[f], &run.kept[f]) && proved;
    }
    qref_text_free(&run.kept[f]);
  }
  if (qref_program_team()->leader) {
    printf("%.1f s\n", seconds() - start);
  }
  return status != QREF_OK ? 2 : proved ? 0 : 1;
}
