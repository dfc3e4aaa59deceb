/* qref_cross: a backend that is wrong in one way alone is found, and named as what it is. */
#include <qref/vectors.h>

#include "ref/vectors/cross/compare.h"
#include "ref/vectors/cross/random_case.h"
#include "tests/base/support.h"

/* ---- backends that are `ref` but for one op ---- */

/* What the broken op does, set by a test: cmocka runs one at a time. */
static qref_backend broken;
static const qref_backend *ref;

static void begin_broken(void) {
  assert_int_equal(qref_backend_find("ref", &ref, NULL), QREF_OK);
  broken = *ref;
  broken.name = "broken";
}

/* One bit of one element, where a row is long. */
static qref_status one_bit(const qref_rmsnorm_args *args, qref_error *error) {
  const qref_status status = ref->rmsnorm(args, error);
  if (status == QREF_OK && args->n == 33) {
    args->y[args->n - 1] = (int8_t)(args->y[args->n - 1] ^ 1);
  }
  return status;
}

static qref_status past_the_end(const qref_requantize_args *args, qref_error *error) {
  const qref_status status = ref->requantize(args, error);
  if (status == QREF_OK) {
    args->y[args->count] = 0;
  }
  return status;
}

static qref_status in_front(const qref_requantize_args *args, qref_error *error) {
  const qref_status status = ref->requantize(args, error);
  if (status == QREF_OK) {
    args->y[-3] = 0;
  }
  return status;
}

static qref_status modifies_input(const qref_hadamard_args *args, qref_error *error) {
  const qref_status status = ref->hadamard(args, error);
  if (status == QREF_OK) {
    ((qref_float16 *)(uintptr_t)args->x)[args->dim - 1] ^= 1;
  }
  return status;
}

static qref_status wrong_counts(const qref_requantize_args *args, qref_error *error) {
  const qref_status status = ref->requantize(args, error);
  if (status == QREF_OK && args->counts != NULL && args->counts->not_a_number > 17) {
    args->counts->not_a_number--;
  }
  return status;
}

/* As if the counts were set rather than added to. */
static qref_status sets_counts(const qref_requantize_args *args, qref_error *error) {
  if (args->counts != NULL) {
    *args->counts = (qref_counts){0};
  }
  return ref->requantize(args, error);
}

static qref_status wrong_when_bare(const qref_conv1d_silu_args *args, qref_error *error) {
  const qref_status status = ref->conv1d_silu(args, error);
  if (status == QREF_OK && args->accumulator == NULL && args->before_activation == NULL &&
      args->after_activation == NULL && args->before_rounding == NULL) {
    args->y[0] = (int8_t)(args->y[0] ^ 4);
  }
  return status;
}

static qref_status wrong_without_counts(const qref_conv1d_silu_args *args, qref_error *error) {
  const qref_status status = ref->conv1d_silu(args, error);
  if (status == QREF_OK && args->counts == NULL) {
    args->y[0] = (int8_t)(args->y[0] ^ 4);
  }
  return status;
}

static size_t packed_size(size_t columns, size_t depth) {
  return columns * depth;
}

static qref_status pack(const int8_t *w, size_t columns, size_t depth, void *packed, int threads, qref_error *error) {
  (void)threads;
  (void)error;
  memcpy(packed, w, columns * depth);
  return QREF_OK;
}

static qref_status pack_past_the_end(const int8_t *w, size_t columns, size_t depth, void *packed, int threads,
                                     qref_error *error) {
  ((int8_t *)packed)[columns * depth] = 1;
  return pack(w, columns, depth, packed, threads, error);
}

static qref_status reads_packed(const qref_linear_w8a8_args *args, qref_error *error) {
  qref_linear_w8a8_args plain = *args;
  plain.w = args->w_packed != NULL ? args->w_packed : args->w;
  return ref->linear_w8a8(&plain, error);
}

static qref_status ignores_packed(const qref_linear_w8a8_args *args, qref_error *error) {
  return ref->linear_w8a8(args, error);
}

static qref_status wrong_when_packed(const qref_linear_w8a8_args *args, qref_error *error) {
  const qref_status status = reads_packed(args, error);
  if (status == QREF_OK && args->w_packed != NULL && args->accumulator != NULL) {
    args->accumulator[args->rows * args->columns - 1]++;
  }
  return status;
}

static qref_status wrong_with_two_threads(const qref_linear_f32_args *args, qref_error *error) {
  const qref_status status = ref->linear_f32(args, error);
  if (status == QREF_OK && args->threads == 2) {
    args->y[0] += 1.0f;
  }
  return status;
}

/* Fills the rows of a strided output up to their stride. */
static qref_status writes_gaps(const qref_linear_f32_args *args, qref_error *error) {
  const qref_status status = ref->linear_f32(args, error);
  if (status == QREF_OK && args->y_row_stride > args->columns) {
    args->y[args->columns] = 0.0f;
  }
  return status;
}

/* Reads its input again behind the first row of its output: wrong in place alone. */
static qref_status wrong_in_place(const qref_hadamard_f32_args *args, qref_error *error) {
  const qref_status status = ref->hadamard_f32(args, error);
  if (status == QREF_OK && args->x == args->y) {
    args->y[args->dim - 1] = 0.5f;
  }
  return status;
}

static qref_status leaves_out_the_last(const qref_embedding_w8_args *args, qref_error *error) {
  qref_embedding_w8_args shorter = *args;
  shorter.count = args->count > 1 ? args->count - 1 : 1;
  return ref->embedding_w8(&shorter, error);
}

static qref_status fails(const qref_rmsnorm_f32_args *args, qref_error *error) {
  (void)args;
  if (error != NULL) {
    snprintf(error->message, sizeof error->message, "out of registers");
  }
  return QREF_ERROR_IO;
}

/* Takes what the reference refuses. */
static qref_status never_fails(const qref_hadamard_args *args, qref_error *error) {
  (void)ref->hadamard(args, error);
  return QREF_OK;
}

static bool supports_no_scan(qref_op op, const qref_profile *profile) {
  (void)profile;
  return op != QREF_OP_SELECTIVE_SCAN && op != QREF_OP_SELECTIVE_SCAN_UPDATE;
}

static bool supports_nothing(qref_op op, const qref_profile *profile) {
  (void)op;
  (void)profile;
  return false;
}

/* ---- running ---- */

typedef struct seen {
  size_t count;
  qref_cross_divergence first; /* its strings, below */
  char op[64], profile[64], tensor[64], case_id[96];
} seen;

static void see(void *context, const qref_cross_divergence *divergence) {
  seen *s = context;
  if (s->count++ == 0) {
    s->first = *divergence;
    snprintf(s->op, sizeof s->op, "%s", divergence->op);
    snprintf(s->profile, sizeof s->profile, "%s", divergence->profile);
    snprintf(s->tensor, sizeof s->tensor, "%s", divergence->tensor == NULL ? "" : divergence->tensor);
    snprintf(s->case_id, sizeof s->case_id, "%s", divergence->case_id);
  }
}

/* Random cases of one op, up to the first divergence. */
static seen cross_op(qref_op op, int threads, qref_cross_report *report) {
  const qref_cross_options options = {
      .backend = &broken, .ops = &op, .op_count = 1, .seed = 1, .random_cases = 600, .threads = threads};
  seen s = {.count = 0};
  qref_error error = {""};
  if (qref_cross(&options, see, &s, report, &error) != QREF_OK) {
    fail_msg("%s", error.message);
  }
  return s;
}

/* The divergence is found, in this op and nothing else, as this problem, and described by these texts. */
static void expect_found(qref_op op, int threads, qref_cross_problem problem, const char *tensor, const char *run,
                         const char *message) {
  qref_cross_report report;
  const seen s = cross_op(op, threads, &report);
  assert_int_equal(s.count, 1);
  assert_int_equal(report.failed, 1);
  assert_true(report.stopped);
  if (s.first.problem != problem || strcmp(s.tensor, tensor) != 0 || strstr(s.first.run, run) == NULL ||
      strstr(s.first.message, message) == NULL) {
    fail_msg("%s: tensor '%s', run '%s', %s", qref_cross_problem_name(s.first.problem), s.tensor, s.first.run,
             s.first.message);
  }
  assert_string_equal(s.op, qref_op_name(op));
  qref_cross_report_free(&report);
  /* the index repeats it alone */
  const qref_cross_options again = {.backend = &broken,
                                    .ops = &op,
                                    .op_count = 1,
                                    .seed = 1,
                                    .first_random = s.first.index,
                                    .random_cases = 1,
                                    .threads = threads};
  seen repeated = {.count = 0};
  assert_int_equal(qref_cross(&again, see, &repeated, &report, NULL), QREF_OK);
  assert_int_equal(repeated.count, 1);
  assert_int_equal(repeated.first.problem, problem);
  assert_int_equal(repeated.first.element, s.first.element);
  assert_int_equal(repeated.first.found_bits, s.first.found_bits);
  assert_string_equal(repeated.first.message, s.first.message);
  qref_cross_report_free(&report);
}

/* ---- tests ---- */

static void a_copy_of_the_reference_is_equal(void **state) {
  (void)state;
  begin_broken();
  static const char *const suites[] = {"smoke", "block"};
  const qref_cross_options options = {.backend = &broken,
                                      .suites = suites,
                                      .suite_count = 2,
                                      .seed = QREF_SUITE_DEFAULT_SEED,
                                      .random_cases = 100,
                                      .threads = 2,
                                      .keep_going = true};
  seen s = {.count = 0};
  qref_cross_report report;
  assert_int_equal(qref_cross(&options, see, &s, &report, NULL), QREF_OK);
  if (s.count != 0) {
    fail_msg("%s %s: %s", s.op, s.case_id, s.first.message);
  }
  assert_int_equal(report.unsupported, 0);
  assert_true(report.cases > 19 * 100 + 150);
  assert_true(report.runs > 3 * report.cases);
  assert_false(report.stopped);
  bool ops[QREF_OP_COUNT] = {false};
  for (size_t i = 0; i < report.row_count; i++) {
    for (int op = 0; op < QREF_OP_COUNT; op++) {
      ops[op] = ops[op] || strcmp(report.rows[i].op, qref_op_name((qref_op)op)) == 0;
    }
  }
  for (int op = 0; op < QREF_OP_COUNT; op++) {
    assert_true(ops[op]);
  }
  qref_cross_report_free(&report);
}

static void wrong_results_are_found(void **state) {
  (void)state;
  begin_broken();
  broken.rmsnorm = one_bit;
  expect_found(QREF_OP_RMSNORM, 1, QREF_CROSS_RESULT, "y", "all intermediates, 1 thread", "the result differs");
  begin_broken();
  broken.conv1d_silu = wrong_when_bare;
  expect_found(QREF_OP_CONV1D_SILU, 1, QREF_CROSS_RESULT, "y", "outputs only, 1 thread", "differs");
  begin_broken();
  broken.conv1d_silu = wrong_without_counts;
  expect_found(QREF_OP_CONV1D_SILU, 1, QREF_CROSS_RESULT, "y", "no counts", "differs");
  begin_broken();
  broken.linear_f32 = wrong_with_two_threads;
  expect_found(QREF_OP_LINEAR_F32, 2, QREF_CROSS_RESULT, "y", "2 threads", "differs");
  begin_broken();
  broken.hadamard_f32 = wrong_in_place;
  expect_found(QREF_OP_HADAMARD_F32, 1, QREF_CROSS_RESULT, "y", "in place", "differs");
  begin_broken();
  broken.embedding_w8 = leaves_out_the_last;
  expect_found(QREF_OP_EMBEDDING_W8, 1, QREF_CROSS_RESULT, "before_store", "", "differs");
}

static void packed_weights_are_tried(void **state) {
  (void)state;
  begin_broken();
  broken.linear_packed_size = packed_size;
  broken.linear_pack = pack;
  broken.linear_w8a8 = reads_packed;
  qref_cross_report report;
  assert_int_equal(cross_op(QREF_OP_LINEAR_W8A8, 1, &report).count, 0);
  qref_cross_report_free(&report);
  broken.linear_w8a8 = wrong_when_packed;
  expect_found(QREF_OP_LINEAR_W8A8, 1, QREF_CROSS_RESULT, "accumulator", "all intermediates, packed weights",
               "differs");
  broken.linear_w8a8 = ignores_packed;
  expect_found(QREF_OP_LINEAR_W8A8, 1, QREF_CROSS_RESULT, "accumulator", "packed weights", "differs");
  broken.linear_w8a8 = reads_packed;
  broken.linear_pack = pack_past_the_end;
  expect_found(QREF_OP_LINEAR_W8A8, 1, QREF_CROSS_BOUNDS, "", "packed weights", "linear_pack wrote behind");
}

static void stray_writes_are_found(void **state) {
  (void)state;
  begin_broken();
  broken.requantize = past_the_end;
  expect_found(QREF_OP_REQUANTIZE, 1, QREF_CROSS_BOUNDS, "", "1 thread", "byte 1 behind the end of y");
  broken.requantize = in_front;
  expect_found(QREF_OP_REQUANTIZE, 1, QREF_CROSS_BOUNDS, "", "1 thread", "byte 3 in front of y");
  begin_broken();
  broken.hadamard = modifies_input;
  expect_found(QREF_OP_HADAMARD, 1, QREF_CROSS_INPUT, "x", "1 thread", "the input was written to");
  begin_broken();
  broken.linear_f32 = writes_gaps;
  expect_found(QREF_OP_LINEAR_F32, 1, QREF_CROSS_GAP, "y", "1 thread", "between the rows");
}

static void wrong_counts_are_found(void **state) {
  (void)state;
  begin_broken();
  broken.requantize = wrong_counts;
  expect_found(QREF_OP_REQUANTIZE, 1, QREF_CROSS_COUNTS, "", "all intermediates", "not_a_number");
  broken.requantize = sets_counts;
  expect_found(QREF_OP_REQUANTIZE, 1, QREF_CROSS_COUNTS, "", "all intermediates", "wrapped -13 instead of 0");
}

static void failures_are_found(void **state) {
  (void)state;
  begin_broken();
  broken.rmsnorm_f32 = fails;
  expect_found(QREF_OP_RMSNORM_F32, 1, QREF_CROSS_STATUS, "", "1 thread", "status io instead of ok: out of registers");
  broken.rmsnorm_f32 = NULL; /* supported, says the backend */
  expect_found(QREF_OP_RMSNORM_F32, 1, QREF_CROSS_STATUS, "", "1 thread", "backend broken has no rmsnorm_f32");
  broken.hadamard = never_fails;
  expect_found(QREF_OP_HADAMARD, 1, QREF_CROSS_STATUS, "", "1 thread", "status ok instead of argument");
}

static void unsupported_is_counted(void **state) {
  (void)state;
  begin_broken();
  static const char *const smoke = "smoke";
  qref_cross_options options = {.backend = &broken, .suites = &smoke, .suite_count = 1, .random_cases = 10, .seed = 3};
  qref_cross_report report;
  broken.supports = supports_no_scan;
  broken.selective_scan = NULL; /* not called */
  broken.selective_scan_update = NULL;
  assert_int_equal(qref_cross(&options, see, NULL, &report, NULL), QREF_OK);
  assert_int_equal(report.failed, 0);
  assert_true(report.unsupported >= 20);
  for (size_t i = 0; i < report.row_count; i++) {
    const qref_cross_row *row = &report.rows[i];
    const bool scan = strncmp(row->op, "selective_scan", 14) == 0 && strcmp(row->op, "selective_scan_f32") != 0;
    assert_true(scan ? row->cases == 0 && row->unsupported != 0 : row->unsupported == 0 && row->cases != 0);
  }
  qref_cross_report_free(&report);
  broken.supports = supports_nothing;
  assert_int_equal(qref_cross(&options, see, NULL, &report, NULL), QREF_OK);
  assert_int_equal(report.cases, 0);
  assert_true(report.unsupported > 300);
  qref_cross_report_free(&report);
}

static void keep_going_counts_all(void **state) {
  (void)state;
  begin_broken();
  broken.requantize = past_the_end;
  const qref_op op = QREF_OP_REQUANTIZE;
  static const char *const smoke = "smoke";
  const qref_cross_options options = {
      .backend = &broken, .suites = &smoke, .suite_count = 1, .ops = &op, .op_count = 1, .keep_going = true};
  seen s = {.count = 0};
  qref_cross_report report;
  assert_int_equal(qref_cross(&options, see, &s, &report, NULL), QREF_OK);
  assert_int_equal(s.count, report.cases);
  assert_int_equal(report.failed, report.cases);
  assert_true(report.cases > 3);
  assert_true(strncmp(s.case_id, "requantize/", 11) == 0);
  qref_cross_report_free(&report);
}

static size_t asked;
static bool stop_after_100(void *context) {
  (void)context;
  return ++asked > 100;
}

static void forever_ends_when_it_is_told(void **state) {
  (void)state;
  begin_broken();
  asked = 0;
  const qref_cross_options options = {.backend = &broken, .forever = true, .stop = stop_after_100};
  qref_cross_report report;
  assert_int_equal(qref_cross(&options, NULL, NULL, &report, NULL), QREF_OK);
  assert_int_equal(report.cases, 100);
  assert_true(report.stopped);
  qref_cross_report_free(&report);
}

/* In the middle of an op the position says where. */
static qref_case_position position;
static size_t placed;

static qref_status looks_at_position(const qref_requantize_args *args, qref_error *error) {
  const bool random = position.suite[0] == '\0' && position.case_id[0] == '\0' && position.index == 41;
  const bool suite = strcmp(position.suite, "smoke") == 0 && strncmp(position.case_id, "requantize/", 11) == 0;
  placed += strcmp(position.op, "requantize") == 0 && (random || suite) ? 1 : 0;
  return ref->requantize(args, error);
}

static void the_position_is_kept(void **state) {
  (void)state;
  begin_broken();
  broken.requantize = looks_at_position;
  const qref_op op = QREF_OP_REQUANTIZE;
  static const char *const smoke = "smoke";
  const qref_cross_options options = {.backend = &broken,
                                      .suites = &smoke,
                                      .suite_count = 1,
                                      .ops = &op,
                                      .op_count = 1,
                                      .first_random = 41,
                                      .random_cases = 1,
                                      .position = &position};
  qref_cross_report report;
  assert_int_equal(qref_cross(&options, NULL, NULL, &report, NULL), QREF_OK);
  assert_int_equal(placed, report.runs);
  qref_cross_report_free(&report);
}

static void expect_refused(const qref_cross_options *options, const char *text) {
  qref_cross_report report;
  qref_error error = {""};
  assert_int_equal(qref_cross(options, NULL, NULL, &report, &error), QREF_ERROR_ARGUMENT);
  if (strstr(error.message, text) == NULL) {
    fail_msg("%s", error.message);
  }
  qref_cross_report_free(&report);
}

static void bad_options_are_refused(void **state) {
  (void)state;
  begin_broken();
  static const char *const suites[] = {"smoke", "smock"};
  const qref_op no_op = QREF_OP_COUNT;
  expect_refused(NULL, "expected a backend");
  expect_refused(&(qref_cross_options){.random_cases = 1}, "expected a backend");
  expect_refused(&(qref_cross_options){.backend = &broken}, "expected a suite or random cases");
  expect_refused(&(qref_cross_options){.backend = ref, .random_cases = 1}, "against itself");
  expect_refused(&(qref_cross_options){.backend = &broken, .suites = suites + 1, .suite_count = 1}, "smock");
  expect_refused(&(qref_cross_options){.backend = &broken, .random_cases = 1, .ops = &no_op, .op_count = 1}, "op 19");
  expect_refused(&(qref_cross_options){.backend = &broken, .suites = suites, .suite_count = 1, .random_rules = true},
                 "a profile besides random rules");
  expect_refused(
      &(qref_cross_options){.backend = &broken, .suites = suites, .suite_count = 1, .case_id = "rmsnorm/none"},
      "no case 'rmsnorm/none'");
  expect_refused(&(qref_cross_options){.backend = &broken, .suites = suites, .suite_count = 1, .case_id = "x"},
                 "no case");
}

/* ---- what the random cases are like ---- */

static bool has_optional(qref_op op) {
  for (const qref_tensor_schema *tensor = qref_op_schema_of(op)->tensors; tensor->name != NULL; tensor++) {
    if (tensor->optional) {
      return true;
    }
  }
  return false;
}

/* Most give results of more than one value; few are refused; all optional tensors are left out at times. */
static void random_cases_say_something(void **state) {
  (void)state;
  enum { CASES = 400 };
  const qref_cross_random_options options = {.seed = 5, .profile_count = qref_profile_count(), .random_rules = true};
  qref_cross_workspace workspace = {.size = 0};
  begin_broken();
  for (int op = 0; op < QREF_OP_COUNT; op++) {
    size_t varied = 0, refused = 0, absent = 0, large = 0;
    for (uint64_t index = 0; index < CASES; index++) {
      qref_case item;
      uint64_t variation = 0;
      assert_int_equal(qref_cross_random_case(&options, (qref_op)op, index, &workspace, &item, &variation, NULL),
                       QREF_OK);
      qref_cross_outcome outcome;
      assert_int_equal(qref_cross_compare(&workspace, &item, &broken, ref, 1, variation, &outcome, NULL), QREF_OK);
      assert_int_equal(outcome.problem, QREF_CROSS_EQUAL);
      refused += outcome.expected_status != QREF_OK ? 1 : 0;
      for (size_t i = 0; i < item.tensor_count; i++) {
        const qref_case_tensor *tensor = &item.tensors[i];
        absent += tensor->present ? 0 : 1;
        if (strcmp(tensor->schema->name, "y") != 0 && strcmp(tensor->schema->name, "y_f16") != 0 &&
            strcmp(tensor->schema->name, "after_quant") != 0) {
          continue;
        }
        bool differs = false;
        for (size_t k = 1; k < tensor->count && !differs; k++) {
          differs = qref_case_tensor_bits(tensor, k) != qref_case_tensor_bits(tensor, 0);
        }
        varied += outcome.expected_status == QREF_OK && differs ? 1 : 0;
        large += tensor->count > 300 ? 1 : 0;
      }
    }
    if (varied < CASES / 2 || refused > CASES / 8) {
      fail_msg("%s: %zu of %d cases vary, %zu are refused", qref_op_name((qref_op)op), varied, (int)CASES, refused);
    }
    assert_true(large > 0);
    assert_true(absent > 0 || !has_optional((qref_op)op));
  }
  qref_cross_workspace_free(&workspace);
}

/* A case with its shapes, scales and options alone. */
static qref_case drawn(qref_op op, uint64_t seed) {
  qref_case item;
  qref_cross_random random = {seed};
  qref_case_begin(&item, op, "random", qref_profile_at(0));
  qref_cross_random_attributes(&random, &item);
  return item;
}

/* The length that kernels are specialised for: of rows, or the channels. */
static size_t width_of(const qref_case *item) {
  switch (item->schema->op) {
    case QREF_OP_CONV1D_SILU:
      return item->args.conv1d_silu.channels;
    case QREF_OP_LINEAR_W8A8:
      return item->args.linear_w8a8.depth;
    case QREF_OP_SELECTIVE_SCAN:
      return item->args.selective_scan.channels;
    case QREF_OP_RMSNORM:
      return item->args.rmsnorm.n;
    case QREF_OP_HADAMARD:
      return item->args.hadamard.dim;
    default:
      return item->args.embedding_w8.d_model;
  }
}

static void some_random_cases_are_as_wide_as_a_model(void **state) {
  (void)state;
  static const qref_op ops[] = {QREF_OP_CONV1D_SILU, QREF_OP_LINEAR_W8A8, QREF_OP_SELECTIVE_SCAN,
                                QREF_OP_RMSNORM,     QREF_OP_HADAMARD,    QREF_OP_EMBEDDING_W8};
  static const size_t widths[] = {768, 1024, 1536, 2048, 2560, 3072, 4096, 5120};
  for (size_t i = 0; i < sizeof ops / sizeof ops[0]; i++) {
    size_t found[sizeof widths / sizeof widths[0]] = {0};
    for (uint64_t index = 0; index < 40000; index++) {
      const qref_case item = drawn(ops[i], index);
      for (size_t w = 0; w < sizeof widths / sizeof widths[0]; w++) {
        found[w] += width_of(&item) == widths[w] ? 1 : 0;
      }
    }
    for (size_t w = 0; w < sizeof widths / sizeof widths[0]; w++) {
      if (found[w] < 3 || found[w] > 1000) {
        fail_msg("%s: width %zu in %zu cases", qref_op_name(ops[i]), widths[w], found[w]);
      }
    }
  }
}

static size_t least(size_t a, size_t b, size_t c) {
  const size_t of_two = a < b ? a : b;
  return of_two < c ? of_two : c;
}

/* Of the dimensions that kernels share out, with 5 batches as 25. */
static size_t least_dimension(const qref_case *item) {
  const qref_conv1d_silu_args *conv1d = &item->args.conv1d_silu;
  const qref_linear_w8a8_args *linear = &item->args.linear_w8a8;
  const qref_selective_scan_args *scan = &item->args.selective_scan;
  switch (item->schema->op) {
    case QREF_OP_CONV1D_SILU:
      return least(5 * conv1d->batch, conv1d->channels, conv1d->length);
    case QREF_OP_LINEAR_W8A8:
      return least(linear->rows, linear->columns, linear->depth);
    default:
      return least(5 * scan->batch, scan->channels, scan->length);
  }
}

static void some_random_cases_have_several_of_each_dimension(void **state) {
  (void)state;
  static const qref_op ops[] = {QREF_OP_CONV1D_SILU, QREF_OP_LINEAR_W8A8, QREF_OP_SELECTIVE_SCAN};
  enum { CASES = 4000 };
  for (size_t i = 0; i < sizeof ops / sizeof ops[0]; i++) {
    size_t found = 0;
    for (uint64_t index = 0; index < CASES; index++) {
      const qref_case item = drawn(ops[i], index);
      found += least_dimension(&item) >= 20 ? 1 : 0;
    }
    if (found < CASES / 200 || found > CASES / 10) {
      fail_msg("%s: several of each dimension in %zu of %d cases", qref_op_name(ops[i]), found, (int)CASES);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_copy_of_the_reference_is_equal),
      cmocka_unit_test(wrong_results_are_found),
      cmocka_unit_test(packed_weights_are_tried),
      cmocka_unit_test(stray_writes_are_found),
      cmocka_unit_test(wrong_counts_are_found),
      cmocka_unit_test(failures_are_found),
      cmocka_unit_test(unsupported_is_counted),
      cmocka_unit_test(keep_going_counts_all),
      cmocka_unit_test(forever_ends_when_it_is_told),
      cmocka_unit_test(the_position_is_kept),
      cmocka_unit_test(bad_options_are_refused),
      cmocka_unit_test(random_cases_say_something),
      cmocka_unit_test(some_random_cases_are_as_wide_as_a_model),
      cmocka_unit_test(some_random_cases_have_several_of_each_dimension),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
