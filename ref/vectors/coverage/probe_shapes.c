/* Sizes, optional tensors, boolean attributes, flags. */
#include "ref/ops/scan_layout.h"
#include "ref/vectors/case/flags.h"
#include "ref/vectors/coverage/probe.h"

#define EVENT(point) \
  { (point), 1, QREF_COUNTER_EVENTS, false }
#define SMOKE_EVENT(point) \
  { (point), 1, QREF_COUNTER_EVENTS, true }

static void measure_optional(const qref_probe *probe, const qref_case *item, qref_counter *counters) {
  const qref_case_tensor *tensor = qref_case_tensor_const(item, probe->tensor);
  qref_counter_hit(counters, tensor != NULL && tensor->present ? 0 : 1);
}

static const qref_probe_point optional_points[] = {SMOKE_EVENT("present"), SMOKE_EVENT("absent")};
const qref_probe_kind qref_probe_optional = {2, optional_points, measure_optional};

static const qref_probe_point optional_output_points[] = {SMOKE_EVENT("present"), EVENT("absent")};
const qref_probe_kind qref_probe_optional_output = {2, optional_output_points, measure_optional};

static void measure_boolean(const qref_probe *probe, const qref_case *item, qref_counter *counters) {
  qref_counter_hit(counters, qref_probe_bool_of(item, probe->tensor) ? 0 : 1);
}

static const qref_probe_point boolean_points[] = {SMOKE_EVENT("true"), SMOKE_EVENT("false")};
const qref_probe_kind qref_probe_boolean = {2, boolean_points, measure_boolean};

static void measure_size(const qref_probe *probe, const qref_case *item, qref_counter *counters) {
  qref_counter_hit(counters, qref_probe_size_of(item, probe->tensor) == 1 ? 0 : 1);
}

static const qref_probe_point size_points[] = {EVENT("one"), SMOKE_EVENT("several")};
const qref_probe_kind qref_probe_size = {2, size_points, measure_size};

/* ---- length beside width ---- */

enum { BELOW_WIDTH, AT_WIDTH, ABOVE_WIDTH, FAR_ABOVE_WIDTH, LENGTH_POINTS };

static void measure_length(const qref_probe *probe, const qref_case *item, qref_counter *counters) {
  const size_t length = qref_probe_size_of(item, probe->tensor);
  const size_t width = qref_probe_size_of(item, probe->source);
  qref_counter_hit_if(counters, BELOW_WIDTH, length + 1 == width);
  qref_counter_hit_if(counters, AT_WIDTH, length == width);
  qref_counter_hit_if(counters, ABOVE_WIDTH, length == width + 1);
  qref_counter_hit_if(counters, FAR_ABOVE_WIDTH, length > width + 1);
}

static const qref_probe_point length_points[LENGTH_POINTS] = {EVENT("width_minus_1"), EVENT("width"),
                                                              EVENT("width_plus_1"), SMOKE_EVENT("longer")};
const qref_probe_kind qref_probe_length = {LENGTH_POINTS, length_points, measure_length};

/* ---- chunks of a scan ---- */

enum { ONE_CHUNK, SEVERAL_CHUNKS, PARTIAL_LAST_CHUNK, WHOLE_LAST_CHUNK, DEFAULT_CHUNKS, ONE_STEP_CHUNKS, CHUNK_POINTS };

static void measure_chunks(const qref_probe *probe, const qref_case *item, qref_counter *counters) {
  (void)probe;
  const qref_selective_scan_args *args = &item->args.selective_scan;
  const size_t chunk_length = qref_scan_chunk_length(args);
  const size_t chunks = qref_scan_chunk_count(args);
  size_t count = 0;
  if (qref_probe_data(item, "state", QREF_DTYPE_INT8, &count) == NULL) {
    return;
  }
  qref_counter_hit(counters, chunks == 1 ? ONE_CHUNK : SEVERAL_CHUNKS);
  if (chunks > 1) {
    qref_counter_hit(counters, args->length % chunk_length == 0 ? WHOLE_LAST_CHUNK : PARTIAL_LAST_CHUNK);
    qref_counter_hit_if(counters, DEFAULT_CHUNKS, args->chunk_length == 0);
    qref_counter_hit_if(counters, ONE_STEP_CHUNKS, chunk_length == 1);
  }
}

static const qref_probe_point chunk_points[CHUNK_POINTS] = {
    EVENT("one"),
    EVENT("several"),
    EVENT("partial_last"),
    EVENT("whole_last"),
    EVENT("several_of_default_length"),
    EVENT("of_one_step"),
};
const qref_probe_kind qref_probe_chunks = {CHUNK_POINTS, chunk_points, measure_chunks};

/* ---- strides ---- */

static void measure_stride(const qref_probe *probe, const qref_case *item, qref_counter *counters) {
  const size_t stride = qref_probe_size_of(item, probe->tensor);
  qref_counter_hit(counters, stride > qref_probe_size_of(item, probe->source) ? 1 : 0);
}

static const qref_probe_point stride_points[] = {EVENT("dense"), EVENT("padded")};
const qref_probe_kind qref_probe_stride = {2, stride_points, measure_stride};

/* ---- dimensions ---- */

enum { BASE_1, BASE_12, BASE_40, ONLY_BASE_1, ONLY_BASE_12, ONLY_BASE_40, HADAMARD_POINTS };

static void measure_hadamard_dim(const qref_probe *probe, const qref_case *item, qref_counter *counters) {
  static const size_t bases[] = {1, 12, 40};
  const size_t dim = qref_probe_size_of(item, probe->tensor);
  const size_t base = dim % 3 == 0 ? 1 : dim % 5 == 0 ? 2 : 0; /* index into bases */
  qref_counter_hit(counters, BASE_1 + base);
  qref_counter_hit_if(counters, ONLY_BASE_1 + base, dim == bases[base]);
}

/* Without butterflies: just the base matrix, or nothing at all. */
static const qref_probe_point hadamard_points[HADAMARD_POINTS] = {
    SMOKE_EVENT("base_1"), SMOKE_EVENT("base_12"), SMOKE_EVENT("base_40"),
    EVENT("only_base_1"),  EVENT("only_base_12"),  EVENT("only_base_40"),
};
const qref_probe_kind qref_probe_hadamard_dim = {HADAMARD_POINTS, hadamard_points, measure_hadamard_dim};

enum { ROW_SHORTER, ROW_EQUAL, ROW_MULTIPLE, ROW_WITH_REST, ROW_LENGTH_POINTS };

static void measure_row_length(const qref_probe *probe, const qref_case *item, qref_counter *counters) {
  const size_t n = qref_probe_size_of(item, probe->tensor);
  const uint32_t sums = item->profile.rmsnorm.partial_sums;
  if (n <= sums) {
    qref_counter_hit(counters, n < sums ? ROW_SHORTER : ROW_EQUAL);
  } else {
    qref_counter_hit(counters, n % sums == 0 ? ROW_MULTIPLE : ROW_WITH_REST);
  }
}

static const qref_probe_point row_length_points[ROW_LENGTH_POINTS] = {
    EVENT("below_partial_sums"),
    EVENT("equal_to_partial_sums"),
    EVENT("multiple_of_partial_sums"),
    EVENT("not_multiple_of_partial_sums"),
};
const qref_probe_kind qref_probe_row_length = {ROW_LENGTH_POINTS, row_length_points, measure_row_length};

enum { TOKEN_FIRST, TOKEN_LAST, TOKEN_REPEATED, TOKEN_POINTS };

static void measure_tokens(const qref_probe *probe, const qref_case *item, qref_counter *counters) {
  size_t count = 0;
  const int32_t *tokens = qref_probe_data(item, probe->tensor, QREF_DTYPE_INT32, &count);
  const size_t vocab_size = qref_probe_size_of(item, "vocab_size");
  for (size_t i = 0; i < count; i++) {
    qref_counter_hit_if(counters, TOKEN_FIRST, tokens[i] == 0);
    qref_counter_hit_if(counters, TOKEN_LAST, (size_t)tokens[i] + 1 == vocab_size && vocab_size > 1);
    qref_counter_hit_if(counters, TOKEN_REPEATED, i > 0 && tokens[i] == tokens[i - 1]);
  }
}

static const qref_probe_point token_points[TOKEN_POINTS] = {EVENT("first_row"), EVENT("last_row"), EVENT("repeated")};
const qref_probe_kind qref_probe_tokens = {TOKEN_POINTS, token_points, measure_tokens};

/* ---- flags ---- */

static void measure_flags(const qref_probe *probe, const qref_case *item, qref_counter *counters) {
  (void)probe;
  for (size_t flag = 0; flag < QREF_FLAG_COUNT; flag++) {
    qref_counter_hit_if(counters, flag, (item->flags & QREF_FLAG_BIT(flag)) != 0);
  }
}

/* Named by qref_flag_name. */
#define FLAG EVENT(NULL)
static const qref_probe_point flag_points[QREF_FLAG_COUNT] = {
    FLAG, FLAG, FLAG, FLAG, FLAG, FLAG, FLAG, FLAG, FLAG, FLAG, FLAG, FLAG, FLAG,
    FLAG, FLAG, FLAG, FLAG, FLAG, FLAG, FLAG, FLAG, FLAG, FLAG, FLAG, FLAG, FLAG,
    FLAG, FLAG, FLAG, FLAG, FLAG, FLAG, FLAG, FLAG, FLAG, FLAG, FLAG, FLAG, FLAG,
};
const qref_probe_kind qref_probe_flags = {QREF_FLAG_COUNT, flag_points, measure_flags};
