/* Comparison of results with a verdict per case, layer logs, the float-simulation check, and replay of recorded
 * outputs. */
#ifndef QREF_VECTORS_H
#define QREF_VECTORS_H

#include <qref/model.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How a comparison ends. A difference is explained, not tolerated. Ordered from best to worst. */
typedef enum qref_verdict {
  QREF_VERDICT_EXACT,      /* the same bits */
  QREF_VERDICT_TIE,        /* one step apart, the value being next to a rounding boundary */
  QREF_VERDICT_SATURATION, /* one side clamps, the other does not */
  QREF_VERDICT_WRAP,       /* one side wraps, the other does not */
  QREF_VERDICT_APPROX,     /* a float output within a stated ulp count */
  QREF_VERDICT_BUG,        /* anything else */
} qref_verdict;
enum { QREF_VERDICT_COUNT = QREF_VERDICT_BUG + 1 };

/* "exact", "tie", ...; static storage. */
QREF_API const char *qref_verdict_name(qref_verdict verdict);

/* ---- replay ---- */

/* Result of one recorded output tensor.
 *
 * int8 outputs, float32 residuals and the float16 outputs of a linear op must be exact. A differing int8 element is a
 * `tie` if the two are one step apart and the value before rounding lies within 2 ulp of a rounding boundary (RMSNorm:
 * 4 ulp; scan state: its error bound, below), `saturation` or `wrap` if the recording holds what the other overflow
 * rule gives, else a `bug`.
 *
 * The float16 output y of a scan is a sum that cancels, and the original sums it as a tree with an approximate exp. So
 * for every element a first-order bound of the error of such an implementation is carried through the recurrence: 2^-22
 * for exp, 2^-21 for what is composed of a few float32 operations, 2^-24 for a sum. Beyond that bound one float16 ulp
 * of the reference is allowed, half for the rounding of each side, in at most 1 % of the elements (or one element); the
 * verdict is then `approx`.
 *
 * The dynamic row scale of RMSNorm comes from an approximate square root and division in the original: `approx` within
 * 4 float32 ulp (measured: 2). */
typedef struct qref_replay_output {
  char case_id[128];
  char op[64];
  char output[64];
  qref_dtype dtype;
  qref_verdict verdict; /* the worst of its elements */
  uint64_t elements;
  uint64_t different;                          /* elements whose bits differ */
  uint64_t verdict_counts[QREF_VERDICT_COUNT]; /* elements by verdict */
  uint64_t max_ulp;      /* largest distance of a float output: steps from one to the other, each a number */
  double max_scaled_ulp; /* the same as `approx` measures it; scan y: float16 ulp beyond the error bound */
  uint64_t allowed_ulp;  /* how much max_scaled_ulp may be for `approx`; 0 where the output must be exact */
  /* first divergence of the worst verdict; index is into the flattened tensor */
  uint64_t first_index;
  uint32_t expected_bits;   /* recorded */
  uint32_t actual_bits;     /* reference */
  float before_rounding;    /* reference value before rounding, NaN where there is none */
  double boundary_distance; /* int8: |before_rounding - nearest rounding boundary|; NaN otherwise */
} qref_replay_output;

typedef void (*qref_replay_callback)(void *context, const qref_replay_output *result);

/* Runs every case of DIR/manifest.json (layout of vectors/recorded/quamba-h100) through `execution`'s backend under
 * `profile` (NULL: quamba) and reports one result per recorded output tensor, in manifest order; the Hadamard matrices
 * of the manifest come first. Files are checked against their SHA-256, dtype and shape and must lie inside DIR. A
 * malformed manifest or file fails before the callback is called for that case; a manifest without cases, and an op or
 * output that is not known, fail too. */
QREF_API qref_status qref_replay(const char *directory, const qref_profile *profile, const qref_execution *execution,
                                 qref_replay_callback callback, void *context, qref_error *error);

/* ---- suites of golden vectors ---- */

/* The seed of the suites whose digests are committed. */
#define QREF_SUITE_DEFAULT_SEED UINT64_C(2025)

/* One line of a suite's coverage table. */
typedef struct qref_coverage_entry {
  const char *op;
  const char *tensor; /* "" for a point of the whole case */
  const char *point;
  uint64_t seen, needed;
  bool required; /* by this suite: seen < needed is a hole */
} qref_coverage_entry;

typedef struct qref_gen_options {
  const char *suite;   /* "smoke", "standard", "thorough", "block", "layer" */
  const char *op;      /* NULL: every op of the suite */
  const char *case_id; /* NULL: every case. Otherwise just that one, without a check of coverage. */
  uint64_t seed;
  const qref_profile *profile; /* NULL: quamba */
  size_t shard_index;          /* 1..shard_count; ignored if shard_count is 0 or 1 */
  size_t shard_count;          /* a shard has every shard_count-th case and no check of coverage; see qref_merge */
  bool npy, hex;               /* at least one */
  size_t hex_lanes;            /* words on a line of a .hex file, the first in the least significant bits; 0 means 1 */
  bool require_coverage; /* holes count under any profile, not under the built-in numerics only: a rule of one's own,
                            such as a narrow accumulator, can keep every case from a point */
  int threads;           /* cases made side by side; the bytes do not depend on it */
  /* suite layer: every op of one layer of a model, with its weights and real activations. One sequence: a prefill, then
   * decode steps. */
  const qref_quantized_model *model;
  size_t layer;
  const int32_t *tokens; /* (prefill_length + decode_length) */
  size_t prefill_length; /* at least 1 */
  size_t decode_length;
  void (*progress)(void *context, const char *what, size_t done, size_t total); /* optional */
  void *progress_context;
} qref_gen_options;

typedef struct qref_gen_report {
  size_t cases, tensors;
  uint64_t bytes;        /* of tensor data */
  uint64_t file_bytes;   /* of all files */
  char digest[65];       /* of the suite: SHA-256 over the ids, names and digests of all tensors, in order */
  size_t coverage_count; /* 0 where coverage is not checked: a shard, one case, block, layer */
  qref_coverage_entry *coverage;
  size_t holes; /* required points that were missed: nothing was written then */
} qref_gen_report;

/* Makes a suite with the backend `ref` in a new directory, which appears whole or not at all; it must not exist, or be
 * empty. With holes in the coverage the status is QREF_OK, report->holes is not 0 and no directory is made. Free the
 * report with qref_gen_report_free whatever the status. */
QREF_API qref_status qref_gen(const char *directory, const qref_gen_options *options, qref_gen_report *report,
                              qref_error *error);
QREF_API void qref_gen_report_free(qref_gen_report *report);

/* Puts the shards of one suite together: `directory` gets the bytes that one run would have written. All shards must be
 * there, of the same suite, seed, profile, formats and version. Coverage is checked as by qref_gen. */
QREF_API qref_status qref_merge(const char *directory, const char *const *shards, size_t count, qref_gen_report *report,
                                qref_error *error);

typedef enum qref_vector_problem {
  QREF_PROBLEM_NONE,
  QREF_PROBLEM_FILE,      /* missing, unreadable, malformed, of another dtype, shape or word count */
  QREF_PROBLEM_DIGEST,    /* content differs from the manifest's SHA-256 */
  QREF_PROBLEM_GENERATOR, /* an input or attribute is not what the suite's seed gives */
  QREF_PROBLEM_LINK,      /* an input is not the output that it is said to come from */
  QREF_PROBLEM_RESULT,    /* an intermediate, output or event count is not what the reference computes */
} qref_vector_problem;
/* "file", "digest", ...; static storage. */
QREF_API const char *qref_vector_problem_name(qref_vector_problem problem);

/* The result of one case: its first problem in the order of the enumeration, tensors in the order of the manifest. */
typedef struct qref_verify_case {
  const char *id, *op, *profile;
  size_t index, count; /* of all cases that are verified */
  qref_vector_problem problem;
  char message[512]; /* names the file, field or tensor; "" without a problem */
  /* where the problem is an element of a tensor */
  bool has_element;
  const char *tensor;
  size_t element, elements; /* flattened index, and how many there are */
  size_t rank, shape[4];
  qref_dtype dtype;
  size_t different; /* elements whose bits differ */
  uint32_t stored_bits, expected_bits;
  float before_rounding;    /* reference; NaN where there is none */
  double boundary_distance; /* NaN where there is none */
  qref_verdict verdict;
  /* how far a wrong result reaches: tensors of which any element differs, and the event counts */
  size_t different_intermediates, different_outputs;
  bool counts_differ;
} qref_verify_case;
typedef void (*qref_verify_callback)(void *context, const qref_verify_case *result);

/* The case in work: what a handler of signals can print when a backend crashes. */
typedef struct qref_case_position {
  const char *op;    /* NULL before the first case */
  const char *suite; /* "" for a random case; NULL where a case is of the only suite that there is */
  char case_id[96];  /* "" for a random case */
  uint64_t index;    /* of a random case */
} qref_case_position;

typedef struct qref_verify_options {
  const qref_backend *backend; /* NULL: ref */
  int threads;
  const char *op;          /* NULL: all; otherwise cases of this op only */
  const char *case_id;     /* NULL: all; otherwise this case only */
  bool stored_inputs_only; /* do not compare inputs with what the generator gives for the suite's seed */
  void (*progress)(void *context, const char *what, size_t done, size_t total); /* optional */
  void *progress_context;
  qref_case_position *position; /* optional: kept up to date, with one thread */
} qref_verify_options;

typedef struct qref_verify_report {
  size_t cases, failed;
  uint64_t tensors, bytes;
  char digest[65]; /* of the suite, from the manifest, when all cases were verified and passed; "" otherwise */
} qref_verify_report;

/* Recomputes a suite from its stored inputs and compares bit for bit; checks every file against its digest. Reports one
 * result per case, in the order of the manifest. The status is about the manifest: its format, version, fields, paths
 * that leave the directory. */
QREF_API qref_status qref_verify(const char *directory, const qref_verify_options *options,
                                 qref_verify_callback callback, void *context, qref_verify_report *report,
                                 qref_error *error);

/* Whether a directory has a manifest.json of the format qref-vectors. */
QREF_API bool qref_is_suite(const char *directory);

/* One tensor of two suites. */
typedef struct qref_suite_difference {
  const char *case_id, *tensor; /* tensor "" where the whole case is missing or has other attributes */
  bool only_in_a, only_in_b;
  bool attributes_differ; /* or shape or dtype */
  char message[256];      /* says what, in these three cases */
  uint64_t elements, different;
  double max_difference, mean_difference; /* of the values; NaN if a value is one */
  size_t first_index;
  uint32_t first_a, first_b; /* bit patterns */
} qref_suite_difference;
typedef void (*qref_suite_difference_callback)(void *context, const qref_suite_difference *difference);

/* Compares two suites: cases by id, tensors by name. The callback is called for what differs only. */
QREF_API qref_status qref_diff_suites(const char *a, const char *b, qref_suite_difference_callback callback,
                                      void *context, size_t *cases, uint64_t *elements, qref_error *error);

/* ---- cross-check of a backend ---- */

/* How a backend differs from the reference on a case. */
typedef enum qref_cross_problem {
  QREF_CROSS_EQUAL,
  QREF_CROSS_STATUS, /* one of the two fails, or both do, with different statuses */
  QREF_CROSS_INPUT,  /* an input, the packed weights or what stands behind them was written to */
  QREF_CROSS_RESULT, /* an element of an output or intermediate differs */
  QREF_CROSS_GAP,    /* an element between the rows of an output with a stride was written to */
  QREF_CROSS_BOUNDS, /* bytes in front of or behind a buffer were written to */
  QREF_CROSS_COUNTS, /* event counts differ */
} qref_cross_problem;
/* "equal", "status", ...; static storage. */
QREF_API const char *qref_cross_problem_name(qref_cross_problem problem);

enum { QREF_CROSS_RUN_SIZE = 96, QREF_CROSS_MESSAGE_SIZE = 640 };

/* The first divergence of a case. Strings are valid during the callback. */
typedef struct qref_cross_divergence {
  const char *op, *profile;
  const char *case_id; /* of a suite's case; "" for a random one */
  const char *suite;   /* "" for a random one */
  uint64_t index;      /* of a random case */
  qref_cross_problem problem;
  char run[QREF_CROSS_RUN_SIZE];         /* how the op was called: "outputs only, 2 threads" */
  char message[QREF_CROSS_MESSAGE_SIZE]; /* says the problem in one line */
  /* where the problem is an element of a tensor */
  bool has_element;
  const char *tensor;
  size_t element, elements; /* flattened index, and how many there are */
  size_t rank, shape[4];
  qref_dtype dtype;
  uint64_t different; /* elements of this tensor whose bits differ */
  uint32_t expected_bits, found_bits;
  float before_rounding;    /* reference; NaN where there is none */
  double boundary_distance; /* NaN where there is none */
  qref_verdict verdict;
} qref_cross_divergence;
typedef void (*qref_cross_callback)(void *context, const qref_cross_divergence *divergence);

/* What was compared of one op under one profile. */
typedef struct qref_cross_row {
  const char *op;
  char profile[64];
  uint64_t cases;          /* compared */
  uint64_t failed;         /* of them */
  uint64_t unsupported;    /* cases that the backend does not support: not compared */
  uint64_t runs;           /* calls of the backend's op */
  uint64_t tensors, bytes; /* outputs and intermediates compared, over all runs */
  /* of one run a case, with all intermediates and on one thread */
  double reference_seconds, backend_seconds;
} qref_cross_row;

typedef struct qref_cross_report {
  size_t row_count;
  qref_cross_row *rows; /* by op, in the order of qref_op; profiles in the order in which they first came */
  uint64_t cases, failed, unsupported, runs, tensors, bytes;
  bool stopped; /* by options->stop, or at the first divergence */
} qref_cross_report;

/* The profile of random cases whose every rule is drawn at random. */
#define QREF_CROSS_RANDOM_RULES "random"

typedef struct qref_cross_options {
  const qref_backend *backend;
  const qref_backend *against; /* NULL: ref. Another backend. It is called once for each case, on one thread. */
  const char *const *suites;   /* as in qref_gen_options */
  size_t suite_count;
  const qref_op *ops; /* only these; none: every op */
  size_t op_count;
  const char *case_id; /* NULL: every case of the suites; otherwise that one */
  /* The suites run under each of these, a random case draws one. None: quamba for the suites, and for random cases the
   * built-in ones and random rules. */
  const qref_profile *profiles;
  size_t profile_count;
  bool random_rules; /* among the profiles of random cases */
  uint64_t seed;
  uint64_t first_random, random_cases; /* of every op, indices first_random..first_random + random_cases - 1 */
  bool forever;                        /* random cases from first_random on until options->stop says so */
  int threads;                         /* above 1: every case with one thread and with so many */
  bool keep_going;                     /* behind a divergence */
  /* suite layer, as in qref_gen_options */
  const qref_quantized_model *model;
  size_t layer;
  const int32_t *tokens;
  size_t prefill_length, decode_length;
  qref_case_position *position; /* optional: kept up to date */
  bool (*stop)(void *context);  /* optional: asked in front of every case */
  void (*progress)(void *context, const char *what, size_t done, size_t total); /* optional; a total of 0: no end */
  void *context;                                                                /* of these two */
} qref_cross_options;

/* Runs every case on both backends from the same inputs and compares all tensors and event counts byte by byte: with
 * all intermediates, with some, with none; with and without counts; with packed weights where the backend packs; in
 * place where the op allows it; on one thread and on several. Buffers lie at any alignment between guard bytes, filled
 * with a pattern; inputs, guards and the gaps of strides must stay as they are. Where the reference refuses the
 * arguments, so must the backend, with the same status, and write nothing.
 * The status is about the options, memory, and a device that fails (QREF_ERROR_DEVICE); divergences go to the callback,
 * the first of every case. Free the report with qref_cross_report_free whatever the status. */
QREF_API qref_status qref_cross(const qref_cross_options *options, qref_cross_callback callback, void *context,
                                qref_cross_report *report, qref_error *error);
QREF_API void qref_cross_report_free(qref_cross_report *report);

/* ---- layer logs ---- */

enum { QREF_LAYER_LOG_VALUES = 10, QREF_LAYER_LOG_NAME_SIZE = 96 };

/* One layer's log: the beginning of its conv1d output in the order (batch, channel, time). SPEC section 3. */
typedef struct qref_layer_log {
  size_t layer_idx;
  bool float_sim_asic;
  bool float_sim_better_scale;
  float effective_scale;
  float output_scale;
  float factor;       /* of the better scale, part of the file name; 1 otherwise */
  size_t value_count; /* values kept: QREF_LAYER_LOG_VALUES or, if it has fewer, all of the layer's */
  float before_quant[QREF_LAYER_LOG_VALUES]; /* float simulation only */
  float after_quant[QREF_LAYER_LOG_VALUES];  /* INT8 path: q * output_scale */
  bool has_statistics;
  float mean, std, min, max; /* of after_quant over the whole layer; std is that of the population */
} qref_layer_log;

/* better_scale: whether a float simulation used the better scale; no meaning on the INT8 path. */
QREF_API void qref_layer_log_from_observation(const qref_conv1d_observation *observation, bool better_scale,
                                              bool statistics, qref_layer_log *log);
/* layer00_int8_baseline.json, layer00_floatsim_samescale.json, layer00_floatsim_betterscale_2025.json. */
QREF_API void qref_layer_log_file_name(const qref_layer_log *log, char name[QREF_LAYER_LOG_NAME_SIZE]);
/* Writes every log into `directory`, which is made if it is not there. All files appear or none. */
QREF_API qref_status qref_layer_logs_write(const char *directory, const qref_layer_log *logs, size_t count,
                                           qref_error *error);
/* Reads a log back; the factor, which is not in the file, is effective_scale's. */
QREF_API qref_status qref_layer_log_read(const char *path, qref_layer_log *log, qref_error *error);

/* One file of two log directories. */
typedef struct qref_log_difference {
  char file[256];
  bool only_in_a, only_in_b; /* then the rest is 0 */
  uint64_t values;           /* numbers compared */
  uint64_t different;
  double max_difference; /* largest |a - b| */
  double mean_difference;
  char first_field[32]; /* of the first difference; "" without one */
  size_t first_index;   /* into an array field */
  float first_a, first_b;
} qref_log_difference;
typedef void (*qref_log_difference_callback)(void *context, const qref_log_difference *difference);

/* Compares the layer logs (*.json) of two directories file by file, in the order of their names. Fails if one is not a
 * directory, holds no log at all, or holds a malformed one. */
QREF_API qref_status qref_diff_logs(const char *a, const char *b, qref_log_difference_callback callback, void *context,
                                    qref_error *error);

/* ---- the float-simulation check ---- */

/* The INT8 conv1d of a layer against the float-simulated one, every element. Write q for the int8 result,
 * y_sim = after_quant for the simulated one, v and f for the two values before rounding, in steps of the output scale.
 * v and f are one real number computed with different roundings; `bound` is the first-order bound of their distance,
 * from the magnitudes of the taps and partial sums. */
typedef struct qref_conv1d_comparison {
  uint64_t elements;
  uint64_t exact;               /* y_sim = q * output_scale, the same float32 */
  uint64_t saturated;           /* y_sim lies beyond the int8 range, q is clamped, |f - v| <= bound */
  uint64_t wrapped;             /* the same under a profile that wraps */
  uint64_t tie;                 /* same scale: one step apart, v and f within 2 ulp of the boundary between them */
  uint64_t tie_by_cancellation; /* one step apart, v and f within `bound` of each other and of the boundary, but
                                   not within 2 ulp of it: the taps cancel, the error is large beside the result */
  uint64_t finer;        /* better scale: |y_sim - q * output_scale| within half a step of each grid, plus the bound */
  uint64_t inherited;    /* whole-model run: the two inputs differ, which an earlier layer explains */
  uint64_t bug;          /* anything else */
  double max_difference; /* largest |y_sim - q * output_scale| */
  double max_tie_ulp;    /* largest distance of v or f from the boundary over all ties, in ulp of the boundary */
  double max_bound_fraction; /* largest |f - v| / bound over all ties */
  float output_scale;
  float effective_scale;
  /* the first bug, or else the first difference that is not inherited; valid if has_first */
  bool has_first;
  bool first_is_bug;
  size_t batch, channel, time;
  int8_t q;
  float int8_value;            /* q * output_scale */
  float float_value;           /* y_sim */
  float int8_before_rounding;  /* v */
  float float_before_rounding; /* f */
  double boundary_distance;    /* of f from the nearest rounding boundary, in steps */
} qref_conv1d_comparison;

/* Whether every difference is explained. */
QREF_API bool qref_conv1d_explained(const qref_conv1d_comparison *comparison);

typedef struct qref_check_options {
  const qref_profile *profile; /* NULL: quamba */
  qref_execution execution;
  size_t batch;      /* 0 means 1 */
  bool better_scale; /* run the float simulation with the better scale too */
  qref_scale_policy policy;
  bool statistics;
} qref_check_options;

typedef struct qref_check_layer {
  bool compared; /* false: the layer has no quantized conv1d */
  /* float simulation on the very inputs of the INT8 run */
  qref_conv1d_comparison lockstep_same, lockstep_better;
  /* float-simulated run of the whole model against the INT8 run */
  qref_conv1d_comparison run_same, run_better;
} qref_check_layer;

typedef struct qref_check_report {
  size_t layer_count;
  qref_check_layer *layers;
  size_t log_count; /* per layer: INT8, same scale, and the better scale if it was asked for */
  qref_layer_log *logs;
  size_t compared_layers;
  bool better_scale;
  bool explained; /* every layer was compared and every difference is explained */
} qref_check_report;

/* Runs the model over tokens (batch, length) on the INT8 path, then under float simulation with the same scale and, if
 * asked for, with the better one, and compares. Destroy the report with qref_check_report_free. */
QREF_API qref_status qref_check(const qref_quantized_model *model, const qref_check_options *options,
                                const int32_t *tokens, size_t length, qref_check_report *report, qref_error *error);
QREF_API void qref_check_report_free(qref_check_report *report);

#ifdef __cplusplus
}
#endif
#endif
