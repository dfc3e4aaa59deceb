/* Digests of whole suites and of the numeric functions: the same lines on every processor, compiler and number of
 * threads. Needs libc and libm only, so that it can be built statically for any processor and run under an emulator.
 *
 *   digest_suites [--suite smoke|standard|thorough|block|layer:FILE]... [--op OP] [--stride K] [--seed N]
 *                 [--backend NAME] [--cpu-takes NAME] [--threads N] [--functions STEP]
 *
 * For every suite it prints "<sha256> <suite> <op> <cases>" per op, and with the op "all" the digest that
 * `qref gen --suite` prints for the same suite, if the stride is 1. --stride K takes every K-th case. --functions STEP
 * takes every STEP-th float32 as argument of the functions, beside their hardest ones. FILE is one of write_layer.
 * Without a suite and without --functions it prints the suite `standard`. A backend other than ref runs every case a
 * second time for its outputs alone, which must be the same. --cpu-takes fails unless that is the backend whose
 * instruction set `cpu` takes here. */
#include <inttypes.h>
#include <qref/vectors.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ref/backends/builtin.h"
#include "ref/base/bytes.h"
#include "ref/base/sha256.h"
#include "ref/vectors/chain/chain.h"
#include "ref/vectors/generate/plan.h"
#include "ref/vectors/suite/text.h"
#include "tests/portability/chain_file.h"
#include "tests/portability/outputs_alone.h"
#include "tests/proof/hard_cases.h"

enum { MAX_SUITES = 8 };

typedef struct options {
  const char *suites[MAX_SUITES];
  size_t suite_count;
  qref_op op; /* QREF_OP_COUNT: all */
  size_t stride;
  uint64_t seed;
  const qref_backend *backend;
  const char *cpu_takes; /* NULL: anything */
  int threads;
  uint64_t function_step; /* 0: no functions */
} options;

/* A case as the suite's digest sees it. */
typedef struct case_lines {
  qref_op op;
  qref_text text;
  qref_status status;
  qref_error error;
} case_lines;

/* The same case again, for its outputs alone. */
static void run_again(const qref_case *item, const options *chosen, case_lines *lines) {
  if (lines->status == QREF_OK && strcmp(chosen->backend->name, "ref") != 0) {
    lines->status = outputs_alone(item, chosen->backend, chosen->threads, &lines->error);
  }
}

/* ---- suites ---- */

/* The lines of a case in the digest of its suite: include/qref/vectors.h, qref_gen_report. Written a second time here,
 * so that the digests of `qref gen` are checked against another implementation. */
static void append_lines(const qref_case *item, qref_text *text) {
  for (size_t t = 0; t < item->tensor_count; t++) {
    const qref_case_tensor *tensor = &item->tensors[t];
    if (!tensor->present) {
      continue;
    }
    char digest[65];
    qref_case_tensor_digest(tensor, digest);
    qref_text_format(text, "%s %s %s ", item->id, tensor->schema->name, qref_dtype_name(tensor->schema->dtype));
    for (size_t i = 0; i < tensor->rank; i++) {
      qref_text_format(text, "%s%llu", i == 0 ? "" : "x", (unsigned long long)tensor->shape[i]);
    }
    qref_text_format(text, " %s\n", digest);
  }
  qref_text_format(text, "%s counts %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n", item->id,
                   item->counts.saturated, item->counts.wrapped, item->counts.not_a_number,
                   item->counts.nonpositive_rows, item->counts.accumulator_overflows);
}

static void finish_case(qref_case *item, case_lines *lines) {
  lines->op = item->schema->op;
  if (lines->status == QREF_OK) {
    append_lines(item, &lines->text);
    if (lines->text.failed) {
      lines->status = QREF_ERROR_MEMORY;
    }
  }
  qref_case_free(item);
}

static qref_status plan_lines(const options *chosen, qref_suite_size size, case_lines **lines, size_t *count,
                              qref_error *error) {
  qref_plan plan;
  qref_status status = qref_plan_create(size, chosen->op, qref_profile_builtin("quamba"), &plan, error);
  if (status != QREF_OK) {
    return status;
  }
  *count = (plan.count + chosen->stride - 1) / chosen->stride;
  *lines = calloc(*count > 0 ? *count : 1, sizeof **lines);
  if (*lines == NULL) {
    qref_plan_free(&plan);
    return QREF_ERROR_MEMORY;
  }
  /* A signed counter: older OpenMP knows no other. */
  const int64_t cases = (int64_t)*count;
#ifdef _OPENMP
#pragma omp parallel for schedule(dynamic) num_threads(chosen->threads)
#endif
  for (int64_t i = 0; i < cases; i++) {
    case_lines *entry = &(*lines)[i];
    qref_case item;
    entry->status = qref_plan_make_case(&plan, (size_t)i * chosen->stride, chosen->seed, chosen->backend,
                                        chosen->threads, &item, &entry->error);
    if (entry->status == QREF_OK) {
      run_again(&item, chosen, entry);
      finish_case(&item, entry);
    }
  }
  qref_plan_free(&plan);
  return QREF_OK;
}

/* Runs a chain, which is freed. */
static qref_status chain_lines(const options *chosen, qref_chain *chain, case_lines **lines, size_t *count) {
  *count = chain->count;
  *lines = calloc(*count > 0 ? *count : 1, sizeof **lines);
  for (size_t i = 0; *lines != NULL && i < chain->count; i++) {
    case_lines *entry = &(*lines)[i];
    entry->status = qref_case_run(&chain->cases[i], chosen->backend, chosen->threads, &entry->error);
    run_again(&chain->cases[i], chosen, entry);
    entry->op = chain->cases[i].schema->op;
    if (entry->status == QREF_OK) {
      append_lines(&chain->cases[i], &entry->text);
    }
  }
  qref_chain_free(chain);
  return *lines != NULL ? QREF_OK : QREF_ERROR_MEMORY;
}

static qref_status block_lines(const options *chosen, case_lines **lines, size_t *count, qref_error *error) {
  qref_chain chain;
  qref_status status = qref_chain_block(chosen->seed, qref_profile_builtin("quamba"), &chain, error);
  return status == QREF_OK ? chain_lines(chosen, &chain, lines, count) : status;
}

static qref_status layer_lines(const options *chosen, const char *path, case_lines **lines, size_t *count,
                               qref_error *error) {
  qref_chain chain;
  if (!chain_file_read(path, &chain)) {
    snprintf(error->message, sizeof error->message, "%s: not a file of write_layer", path);
    return QREF_ERROR_FORMAT;
  }
  return chain_lines(chosen, &chain, lines, count);
}

static void print_digest(const case_lines *lines, size_t count, const char *suite, qref_op op) {
  qref_sha256 hash;
  char hex[65];
  size_t cases = 0;
  qref_sha256_begin(&hash);
  for (size_t i = 0; i < count; i++) {
    if (op == QREF_OP_COUNT || lines[i].op == op) {
      qref_sha256_update(&hash, lines[i].text.data, lines[i].text.size);
      cases++;
    }
  }
  qref_sha256_end(&hash, hex);
  if (cases > 0) {
    printf("%s %s %s %llu cases\n", hex, suite, op == QREF_OP_COUNT ? "all" : qref_op_name(op),
           (unsigned long long)cases);
  }
}

static qref_status digest_suite(const options *chosen, const char *suite, qref_error *error) {
  static const char *const sizes[] = {"smoke", "standard", "thorough"};
  static const char layer_prefix[] = "layer:";
  case_lines *lines = NULL;
  size_t count = 0;
  qref_status status = QREF_ERROR_ARGUMENT;
  if (strcmp(suite, "block") == 0) {
    status = block_lines(chosen, &lines, &count, error);
  } else if (strncmp(suite, layer_prefix, strlen(layer_prefix)) == 0) {
    status = layer_lines(chosen, suite + strlen(layer_prefix), &lines, &count, error);
    suite = "layer";
  }
  for (size_t size = 0; lines == NULL && size < sizeof sizes / sizeof sizes[0]; size++) {
    if (strcmp(suite, sizes[size]) == 0) {
      status = plan_lines(chosen, (qref_suite_size)size, &lines, &count, error);
    }
  }
  for (size_t i = 0; i < count && status == QREF_OK; i++) {
    status = lines[i].status;
    *error = lines[i].error;
  }
  if (status == QREF_OK) {
    for (qref_op op = 0; op < QREF_OP_COUNT; op++) {
      print_digest(lines, count, suite, op);
    }
    print_digest(lines, count, suite, QREF_OP_COUNT);
    fflush(stdout);
  }
  for (size_t i = 0; i < count && lines != NULL; i++) {
    qref_text_free(&lines[i].text);
  }
  free(lines);
  return status;
}

/* ---- functions and primitives ---- */

static void hash_f32(qref_sha256 *hash, float value) {
  uint8_t little[4];
  qref_store_u32(little, qref_bits_from_f32(value));
  qref_sha256_update(hash, little, sizeof little);
}

static void hash_u16(qref_sha256 *hash, uint16_t value) {
  uint8_t little[2];
  qref_store_u16(little, value);
  qref_sha256_update(hash, little, sizeof little);
}

static void print_hash(qref_sha256 *hash, const char *name) {
  char hex[65];
  qref_sha256_end(hash, hex);
  printf("%s function %s\n", hex, name);
}

/* The hardest arguments of exp, log1p and log, for every function, with their neighbours. */
static void hash_hard_cases(qref_sha256 *hash, float (*function)(float)) {
  static const uint32_t *const lists[] = {hard_cases_exp, hard_cases_log1p, hard_cases_log};
  for (size_t list = 0; list < sizeof lists / sizeof lists[0]; list++) {
    for (size_t i = 0; i < HARD_CASES_PER_FUNCTION; i++) {
      for (uint32_t j = 0; j < 5; j++) {
        hash_f32(hash, function(qref_f32_from_bits(lists[list][i] + j - 2)));
      }
    }
  }
}

static void digest_functions(uint64_t step) {
  static const struct {
    const char *name;
    float (*function)(float);
  } functions[] = {{"exp", qref_exp_f32},
                   {"log1p", qref_log1p_f32},
                   {"log", qref_log_f32},
                   {"silu", qref_silu_f32},
                   {"sigmoid", qref_sigmoid_f32},
                   {"softplus", qref_softplus_f32},
                   {"softplus_log_exp_plus_1", qref_softplus_log_exp_plus_1_f32}};
  for (size_t f = 0; f < sizeof functions / sizeof functions[0]; f++) {
    qref_sha256 hash;
    qref_sha256_begin(&hash);
    for (uint64_t bits = 0; bits < UINT64_C(0x100000000); bits += step) {
      hash_f32(&hash, functions[f].function(qref_f32_from_bits((uint32_t)bits)));
    }
    hash_hard_cases(&hash, functions[f].function);
    print_hash(&hash, functions[f].name);
  }
}

static void digest_primitives(void) {
  qref_sha256 hash;
  qref_sha256_begin(&hash);
  for (uint64_t i = 0; i < 100000; i++) {
    float v[3];
    for (uint64_t j = 0; j < 3; j++) {
      v[j] = qref_f32_from_bits((uint32_t)(qref_random_bits(4, j, i) >> 32));
    }
    hash_f32(&hash, qref_fma_f32(v[0], v[1], v[2]));
    hash_f32(&hash, qref_multiply_add_f32(v[0], v[1], v[2], QREF_MULTIPLY_ADD_SEPARATE));
    hash_u16(&hash, qref_f16_from_f32(v[0]));
    hash_u16(&hash, qref_bf16_from_f32(v[0]));
    hash_f32(&hash, qref_f32_from_f16((qref_float16)(i & 0xffff)));
    for (int rounding = QREF_ROUND_HALF_AWAY; rounding <= QREF_ROUND_STOCHASTIC; rounding++) {
      const qref_rounding_rule rule = {(qref_rounding)rounding,
                                       i % 2 == 0 ? QREF_OVERFLOW_SATURATE : QREF_OVERFLOW_WRAP, 5};
      const float moderate = (float)(int32_t)(qref_random_bits(4, 9, i) >> 40) * 0x1p-14f - 512.0f;
      const uint8_t q = (uint8_t)qref_round_to_int8(moderate, &rule, i, NULL);
      qref_sha256_update(&hash, &q, 1);
    }
  }
  print_hash(&hash, "primitives");
}

/* ---- command line ---- */

static bool parse_count(const char *text, uint64_t *value) {
  char *end;
  if (text == NULL || text[0] < '0' || text[0] > '9') {
    return false;
  }
  *value = strtoull(text, &end, 10);
  return *end == '\0';
}

static bool parse_op(const char *name, qref_op *op) {
  const qref_op_schema *schema = name != NULL ? qref_op_schema_find(name) : NULL;
  *op = schema != NULL ? schema->op : QREF_OP_COUNT;
  return schema != NULL;
}

static bool parse(int argc, char **argv, options *chosen) {
  *chosen = (options){.op = QREF_OP_COUNT, .stride = 1, .seed = QREF_SUITE_DEFAULT_SEED, .threads = 1};
  bool valid = qref_backend_find("ref", &chosen->backend, NULL) == QREF_OK;
  for (int i = 1; valid && i < argc; i += 2) {
    const char *value = i + 1 < argc ? argv[i + 1] : NULL;
    uint64_t count = 0;
    if (strcmp(argv[i], "--suite") == 0) {
      valid = value != NULL && chosen->suite_count < MAX_SUITES;
      if (valid) {
        chosen->suites[chosen->suite_count++] = value;
      }
    } else if (strcmp(argv[i], "--op") == 0) {
      valid = parse_op(value, &chosen->op);
    } else if (strcmp(argv[i], "--backend") == 0) {
      valid = qref_backend_find(value, &chosen->backend, NULL) == QREF_OK;
    } else if (strcmp(argv[i], "--cpu-takes") == 0) {
      valid = value != NULL;
      chosen->cpu_takes = value;
    } else if (strcmp(argv[i], "--stride") == 0) {
      valid = parse_count(value, &count) && count > 0 && count <= INT32_MAX;
      chosen->stride = (size_t)count;
    } else if (strcmp(argv[i], "--seed") == 0) {
      valid = parse_count(value, &chosen->seed);
    } else if (strcmp(argv[i], "--threads") == 0) {
      valid = parse_count(value, &count) && count > 0 && count <= 256;
      chosen->threads = (int)count;
    } else {
      valid = strcmp(argv[i], "--functions") == 0 && parse_count(value, &chosen->function_step) &&
              chosen->function_step > 0;
    }
  }
  if (chosen->suite_count == 0 && chosen->function_step == 0) {
    chosen->suites[chosen->suite_count++] = "standard";
  }
  return valid;
}

int main(int argc, char **argv) {
  options chosen;
  if (!parse(argc, argv, &chosen)) {
    fprintf(
        stderr,
        "usage: digest_suites [--suite smoke|standard|thorough|block|layer:FILE]... [--op OP] [--stride K] [--seed N] "
        "[--backend NAME] [--cpu-takes NAME] [--threads N] [--functions STEP]\n");
    return 2;
  }
#ifndef _OPENMP
  if (chosen.threads != 1) {
    fprintf(stderr, "digest_suites: built without OpenMP: --threads must be 1\n");
    return 2;
  }
#endif
  if (qref_backend_unavailable(chosen.backend) != NULL) {
    fprintf(stderr, "digest_suites: backend %s: %s\n", chosen.backend->name, qref_backend_unavailable(chosen.backend));
    return 1;
  }
  if (chosen.cpu_takes != NULL && strcmp(chosen.cpu_takes, qref_backend_of_cpu()->name) != 0) {
    fprintf(stderr, "digest_suites: cpu takes %s, expected %s\n", qref_backend_of_cpu()->name, chosen.cpu_takes);
    return 1;
  }
  if (chosen.function_step != 0) {
    digest_functions(chosen.function_step);
    digest_primitives();
  }
  for (size_t i = 0; i < chosen.suite_count; i++) {
    qref_error error = {""};
    const qref_status status = digest_suite(&chosen, chosen.suites[i], &error);
    if (status != QREF_OK) {
      fprintf(stderr, "digest_suites: suite %s: %s: %s\n", chosen.suites[i], qref_status_name(status), error.message);
      return 1;
    }
  }
  return 0;
}
