/* Which points each op has. Where an op has not all points of a kind, the reason stands beside it. */
#include "ref/vectors/case/flag_tables.h"
#include "ref/vectors/coverage/probe.h"

/* Points first .. last of a kind. */
#define POINTS(first, last) ((QREF_POINT_BIT((last) + 1) - 1) & ~(QREF_POINT_BIT(first) - 1))
#define RULE(field) offsetof(qref_profile, field)

#define CODES(tensor_name) \
  { .kind = &qref_probe_codes, .tensor = (tensor_name) }
#define ROUNDED_BUT(name, before, rule_field, unlisted_points)                                   \
  {                                                                                              \
    .kind = &qref_probe_rounded, .tensor = (name), .source = (before), .rule = RULE(rule_field), \
    .unlisted = (unlisted_points)                                                                \
  }
#define ROUNDED(name, before, rule_field) ROUNDED_BUT(name, before, rule_field, 0)
#define FLOAT16_BUT(name, before, unlisted_points) \
  { .kind = &qref_probe_float16, .tensor = (name), .source = (before), .unlisted = (unlisted_points) }
#define FLOAT16(name, before) FLOAT16_BUT(name, before, 0)
#define FLOAT32(name) \
  { .kind = &qref_probe_float32, .tensor = (name) }
#define SILU(name, before, rule_field)                                                                     \
  {.kind = &qref_probe_silu, .tensor = (name), .source = (before), .rule = RULE(rule_field)}, {            \
    .kind = &qref_probe_table, .tensor = "rule." #rule_field, .source = (before), .rule = RULE(rule_field) \
  }
#define FIELD(field_kind, rule_field) \
  { .kind = &(field_kind), .tensor = "rule." #rule_field, .rule = RULE(rule_field) }
#define SCALE_FORM(rule_field) FIELD(qref_probe_scale_form, rule_field)
#define MULTIPLY_ADD(rule_field) FIELD(qref_probe_multiply_add, rule_field)
#define OPTIONAL(name) \
  { .kind = &qref_probe_optional, .tensor = (name) }
#define BOOLEAN(name) \
  { .kind = &qref_probe_boolean, .tensor = (name) }
#define SIZE(name) \
  { .kind = &qref_probe_size, .tensor = (name) }
#define LENGTH \
  { .kind = &qref_probe_length, .tensor = "length", .source = "width" }
#define STRIDE(name, dense) \
  { .kind = &qref_probe_stride, .tensor = (name), .source = (dense) }
#define FLAGS(bits) \
  { .kind = &qref_probe_flags, .tensor = "", .unlisted = ~(uint64_t)(bits) }
#define END \
  { .kind = NULL }

/* The flags `real` and `chain` are those of the layer and block suites. */
#define DATA_FLAGS                                                                                       \
  (FLAG(UNIFORM) | FLAG(BELL) | FLAG(ALL_MINIMUM) | FLAG(ALL_MAXIMUM) | FLAG(ZERO) | FLAG(ALTERNATING) | \
   FLAG(ALL_CODES))
#define ROUNDING_FLAGS (FLAG(TIE) | FLAG(NEAR_TIE) | FLAG(SATURATION) | FLAG(HARDWARE_PROFILE))
#define LENGTH_FLAGS (FLAG(LENGTH_1) | FLAG(LENGTH_BELOW_WIDTH) | FLAG(LENGTH_WIDTH) | FLAG(LENGTH_ABOVE_WIDTH))
#define LANE_FLAGS (FLAG(ODD) | FLAG(PAST_8) | FLAG(PAST_16) | FLAG(PAST_32))
#define FLOAT16_FLAGS (FLAG(F16_OVERFLOW) | FLAG(F16_SUBNORMAL) | FLAG(F16_TIE))

/* Four taps: sums of 18 bits, 65536 being 4 * -128 * -128, and -65024 = 4 * -128 * 127 of 17. Beyond 2^24 come sums of
 * more than 1024 taps only, and a width of 18 bits never overflows. */
static const qref_probe conv1d_silu[] = {
    CODES("x"),
    CODES("w"),
    CODES("bias"),
    {.kind = &qref_probe_accumulator,
     .tensor = "accumulator",
     .unlisted = POINTS(QREF_ACCUMULATOR_FIRST_CONVERSION, QREF_ACCUMULATOR_LAST_CONVERSION),
     .needed = {18, 17}},
    {.kind = &qref_probe_accumulator_overflow,
     .tensor = "accumulator",
     .rule = RULE(conv1d_silu.accumulator),
     .unlisted = POINTS(QREF_OVERFLOW_FIRST_SATURATE + 2, QREF_OVERFLOW_FIRST_SATURATE + QREF_OVERFLOW_WIDTHS - 1) |
                 POINTS(QREF_OVERFLOW_FIRST_WRAP + 2, QREF_OVERFLOW_FIRST_WRAP + QREF_OVERFLOW_WIDTHS - 1)},
    SILU("after_activation", "before_activation", conv1d_silu.silu),
    ROUNDED("y", "before_rounding", conv1d_silu.output.round),
    SCALE_FORM(conv1d_silu.output.scale_form),
    MULTIPLY_ADD(conv1d_silu.bias_add),
    OPTIONAL("bias"),
    BOOLEAN("silu"),
    SIZE("batch"),
    SIZE("channels"),
    SIZE("length"),
    SIZE("width"),
    LENGTH,
    FLAGS(DATA_FLAGS | ROUNDING_FLAGS | LENGTH_FLAGS | LANE_FLAGS | FLAG(PAST_2048) | FLAG(ONE_CHANNEL) | FLAG(BATCH) |
          FLAG(ACCUMULATOR_EXTREME) | FLAG(FUNCTION_RANGE) | FLAG(ABSENT_INPUT)),
    END};

static const qref_probe conv1d_silu_update[] = {CODES("state"),
                                                CODES("x"),
                                                CODES("w"),
                                                CODES("bias"),
                                                SILU("after_activation", "before_activation", conv1d_silu_update.silu),
                                                ROUNDED("y", "before_rounding", conv1d_silu_update.output.round),
                                                SCALE_FORM(conv1d_silu_update.output.scale_form),
                                                MULTIPLY_ADD(conv1d_silu_update.tap_add),
                                                OPTIONAL("bias"),
                                                BOOLEAN("silu"),
                                                SIZE("batch"),
                                                SIZE("channels"),
                                                SIZE("width"),
                                                FLAGS(DATA_FLAGS | ROUNDING_FLAGS | FLAG(ODD) | FLAG(ONE_CHANNEL) |
                                                      FLAG(BATCH) | FLAG(FUNCTION_RANGE) | FLAG(ABSENT_INPUT)),
                                                END};

static const qref_probe conv1d_silu_floatsim[] = {
    CODES("x"),
    CODES("w"),
    CODES("bias"),
    SILU("before_quant", "before_activation", conv1d_floatsim.silu),
    {.kind = &qref_probe_grid,
     .tensor = "after_quant",
     .source = "before_rounding",
     .rule = RULE(conv1d_floatsim.grid_rounding)},
    SCALE_FORM(conv1d_floatsim.grid_scale_form),
    MULTIPLY_ADD(conv1d_floatsim.tap_add),
    OPTIONAL("bias"),
    BOOLEAN("silu"),
    SIZE("batch"),
    SIZE("channels"),
    SIZE("length"),
    SIZE("width"),
    LENGTH,
    FLAGS(DATA_FLAGS | FLAG(TIE) | FLAG(NEAR_TIE) | FLAG(HARDWARE_PROFILE) | LENGTH_FLAGS | FLAG(ODD) |
          FLAG(ONE_CHANNEL) | FLAG(BATCH) | FLAG(ABSENT_INPUT)),
    END};

static const qref_probe requantize[] = {
    ROUNDED("y", "before_rounding", requantize.round), SCALE_FORM(requantize.scale_form), SIZE("count"),
    FLAGS(FLAG(UNIFORM) | FLAG(BELL) | FLAG(ZERO) | ROUNDING_FLAGS | LANE_FLAGS | FLAG(INFINITY)), END};

/* 131071 products, the most that an op takes, need 32 bits: 131071 * 2^14 > 2^30, and so with the other sign. */
#define LINEAR_ACCUMULATOR(rule_field, unlisted_overflows)                                       \
  {.kind = &qref_probe_accumulator, .tensor = "accumulator", .needed = {32, 32}}, {              \
    .kind = &qref_probe_accumulator_overflow, .tensor = "accumulator", .rule = RULE(rule_field), \
    .unlisted = (unlisted_overflows)                                                             \
  }
/* Two forms share the rule of linear_w8a8, whose cases try every width; of theirs some do. */
#define WIDTHS_OF_LINEAR_W8A8                                                    \
  (POINTS(QREF_OVERFLOW_FIRST_SATURATE + 1, QREF_OVERFLOW_FIRST_SATURATE + 7) |  \
   POINTS(QREF_OVERFLOW_FIRST_SATURATE + 9, QREF_OVERFLOW_FIRST_SATURATE + 15) | \
   POINTS(QREF_OVERFLOW_FIRST_WRAP + 1, QREF_OVERFLOW_FIRST_WRAP + 7) |          \
   POINTS(QREF_OVERFLOW_FIRST_WRAP + 9, QREF_OVERFLOW_FIRST_WRAP + 15))
#define LINEAR_FLAGS \
  (DATA_FLAGS | LANE_FLAGS | FLAG(ONE_CHANNEL) | FLAG(ACCUMULATOR_EXTREME) | FLAG(ACCUMULATOR_PAST_2_24))
/* (acc * weight_scale) * input_scale and acc * alpha are products of finite numbers: no NaN. */
#define LINEAR_NOT_A_NUMBER QREF_POINT_BIT(QREF_ROUNDED_NOT_A_NUMBER)

static const qref_probe linear_w8a8[] = {CODES("x"),
                                         CODES("w"),
                                         LINEAR_ACCUMULATOR(linear.accumulator, 0),
                                         ROUNDED_BUT("y", "before_rounding", linear.output, LINEAR_NOT_A_NUMBER),
                                         SIZE("rows"),
                                         SIZE("columns"),
                                         SIZE("depth"),
                                         FLAGS(LINEAR_FLAGS | ROUNDING_FLAGS | FLAG(BATCH)),
                                         END};

static const qref_probe linear_w8a8_f16[] = {
    CODES("x"),
    CODES("w"),
    LINEAR_ACCUMULATOR(linear.accumulator, WIDTHS_OF_LINEAR_W8A8),
    FLOAT16_BUT("y_f16", "before_rounding", QREF_POINT_BIT(QREF_FLOAT16_NOT_A_NUMBER)), /* as LINEAR_NOT_A_NUMBER */
    SIZE("rows"),
    SIZE("columns"),
    SIZE("depth"),
    FLAGS(LINEAR_FLAGS | FLOAT16_FLAGS | FLAG(HARDWARE_PROFILE) | FLAG(BATCH)),
    END};

static const qref_probe linear_w8a8_parallel[] = {
    CODES("x"),
    CODES("w"),
    LINEAR_ACCUMULATOR(linear.accumulator, WIDTHS_OF_LINEAR_W8A8),
    ROUNDED_BUT("y", "before_rounding", linear.output, LINEAR_NOT_A_NUMBER),
    SIZE("rows"),
    SIZE("columns"),
    SIZE("depth"),
    FLAGS(LINEAR_FLAGS | ROUNDING_FLAGS | FLAG(BATCH)),
    END};

static const qref_probe linear_w8a8_row[] = {
    CODES("x"),
    CODES("w"),
    LINEAR_ACCUMULATOR(linear_row.accumulator, 0),
    ROUNDED_BUT("y", "before_rounding", linear_row.output, LINEAR_NOT_A_NUMBER),
    SIZE("columns"),
    SIZE("depth"),
    FLAGS(LINEAR_FLAGS | ROUNDING_FLAGS),
    END};

/* weight_scale * input_scale may be infinite, and times a sum of 0 is NaN. */
static const qref_probe linear_w8a8_per_channel[] = {CODES("x"),
                                                     CODES("w"),
                                                     LINEAR_ACCUMULATOR(linear_per_channel.accumulator, 0),
                                                     ROUNDED("y", "before_rounding", linear_per_channel.output),
                                                     SIZE("columns"),
                                                     SIZE("depth"),
                                                     FLAGS(LINEAR_FLAGS | ROUNDING_FLAGS),
                                                     END};

#define SCAN_INPUTS \
  CODES("u"), CODES("dt"), CODES("A_log"), CODES("B"), CODES("C"), CODES("D"), CODES("z"), CODES("dt_bias")
#define SCAN_OPTIONS                                                                                       \
  OPTIONAL("D"), OPTIONAL("z"), OPTIONAL("dt_bias"), BOOLEAN("softplus"), SIZE("batch"), SIZE("channels"), \
      SIZE("states")
/* exp(A_log) above and below 1 alike. */
#define SCAN_FUNCTIONS(rule_field, unlisted_softplus)                                                        \
  {.kind = &qref_probe_softplus,                                                                             \
   .tensor = "dt_after_softplus",                                                                            \
   .source = "dt_before_softplus",                                                                           \
   .rule = RULE(rule_field.softplus),                                                                        \
   .unlisted = (unlisted_softplus)},                                                                         \
      {.kind = &qref_probe_table,                                                                            \
       .tensor = "rule." #rule_field ".softplus",                                                            \
       .source = "dt_before_softplus",                                                                       \
       .rule = RULE(rule_field.softplus)},                                                                   \
      {.kind = &qref_probe_A, .tensor = "A_log"},                                                            \
      {.kind = &qref_probe_decay, .tensor = "decay", .rule = RULE(rule_field.decay)},                        \
      {.kind = &qref_probe_table, .tensor = "rule." #rule_field ".decay", .rule = RULE(rule_field.decay)}, { \
    .kind = &qref_probe_gate, .tensor = "z"                                                                  \
  }
#define SCAN_RULES(rule_field)                                                                                      \
  MULTIPLY_ADD(rule_field.dt_bias_add), MULTIPLY_ADD(rule_field.state_update), MULTIPLY_ADD(rule_field.output_sum), \
      FIELD(qref_probe_softplus_form, rule_field.softplus_form),                                                    \
      FIELD(qref_probe_prescale, rule_field.state_prescale), SCALE_FORM(rule_field.state.scale_form)
#define SCAN_FLAGS                                                                             \
  (DATA_FLAGS | FLAG(ODD) | FLAG(ONE_CHANNEL) | FLAG(BATCH) | ROUNDING_FLAGS | FLOAT16_FLAGS | \
   FLAG(SOFTPLUS_THRESHOLD) | FLAG(FUNCTION_RANGE) | FLAG(ABSENT_INPUT))

static const qref_probe selective_scan[] = {
    SCAN_INPUTS,
    SCAN_FUNCTIONS(selective_scan, 0),
    FLOAT16("y", "before_store"),
    ROUNDED("state", "state_before_rounding", selective_scan.state.round),
    SCAN_RULES(selective_scan),
    SCAN_OPTIONS,
    OPTIONAL("h_initial"),
    {.kind = &qref_probe_optional_output, .tensor = "h_final"},
    {.kind = &qref_probe_optional_output, .tensor = "state"},
    SIZE("length"),
    {.kind = &qref_probe_chunks, .tensor = "chunk_length"},
    STRIDE("y_time_stride", "channels"),
    FLAGS(SCAN_FLAGS | FLAG(LENGTH_1) | FLAG(PAST_2048) | FLAG(DRIFT) | FLAG(SNAPSHOT) | FLAG(STRIDE)),
    END};

/* log(exp(x) + 1) is 0 or at least 2^-23: a subnormal softplus is the other form's. */
static const qref_probe selective_scan_update[] = {
    CODES("state"),
    SCAN_INPUTS,
    SCAN_FUNCTIONS(selective_scan_update, QREF_POINT_BIT(QREF_SOFTPLUS_SUBNORMAL)),
    FLOAT16("y", "before_store"),
    ROUNDED("state_out", "state_before_rounding", selective_scan_update.state.round),
    SCAN_RULES(selective_scan_update),
    SCAN_OPTIONS,
    FLAGS(SCAN_FLAGS),
    END};

static const qref_probe rmsnorm[] = {ROUNDED("y", "before_rounding", rmsnorm.output.round),
                                     SCALE_FORM(rmsnorm.output.scale_form),
                                     FIELD(qref_probe_partial_sums, rmsnorm.partial_sums),
                                     OPTIONAL("residual"),
                                     OPTIONAL("row_scale"),
                                     {.kind = &qref_probe_row_scale, .tensor = "row_scale"},
                                     {.kind = &qref_probe_rstd, .tensor = "rstd"},
                                     {.kind = &qref_probe_eps, .tensor = "eps"},
                                     SIZE("rows"),
                                     SIZE("n"),
                                     {.kind = &qref_probe_row_length, .tensor = "n"},
                                     FLAGS(FLAG(UNIFORM) | FLAG(BELL) | FLAG(ZERO) | ROUNDING_FLAGS | FLAG(ODD) |
                                           FLAG(PAST_32) | FLAG(NONPOSITIVE_ROW) | FLAG(ABSENT_INPUT) | FLAG(INFINITY)),
                                     END};

static const qref_probe hadamard[] = {
    ROUNDED("y", "before_rounding", hadamard.output),
    SIZE("rows"),
    {.kind = &qref_probe_hadamard_dim, .tensor = "dim"},
    FLAGS(FLAG(UNIFORM) | FLAG(BELL) | FLAG(ZERO) | ROUNDING_FLAGS | FLAG(WRAP) | FLAG(INFINITY)),
    END};

/* scale * q is a multiple of the smallest subnormal float16, because scale is one: nothing rounds below 2^-14. */
static const qref_probe embedding_w8[] = {
    CODES("weight"),
    FLOAT16_BUT("y", "before_store", POINTS(QREF_FLOAT16_FIRST_BELOW_QUANTUM, QREF_FLOAT16_LAST_BELOW_QUANTUM)),
    {.kind = &qref_probe_tokens, .tensor = "tokens"},
    SIZE("count"),
    SIZE("vocab_size"),
    SIZE("d_model"),
    FLAGS(FLAG(UNIFORM) | FLAG(ZERO) | FLAG(ALL_CODES) | FLOAT16_FLAGS | FLAG(INFINITY)),
    END};

static const qref_probe linear_f32[] = {FLOAT32("y"),
                                        SIZE("rows"),
                                        SIZE("columns"),
                                        SIZE("depth"),
                                        STRIDE("y_row_stride", "columns"),
                                        FLAGS(FLAG(UNIFORM) | FLAG(ODD) | FLAG(STRIDE)),
                                        END};

static const qref_probe conv1d_silu_f32[] = {
    FLOAT32("y"),
    OPTIONAL("bias"),
    SIZE("batch"),
    SIZE("channels"),
    SIZE("length"),
    SIZE("width"),
    LENGTH,
    FLAGS(FLAG(UNIFORM) | LENGTH_FLAGS | FLAG(ODD) | FLAG(BATCH) | FLAG(ABSENT_INPUT)),
    END};

static const qref_probe selective_scan_f32[] = {
    FLOAT32("y"),
    {.kind = &qref_probe_softplus_f32, .tensor = "dt", .unlisted = QREF_POINT_BIT(QREF_SOFTPLUS_SUBNORMAL)},
    OPTIONAL("D"),
    OPTIONAL("z"),
    OPTIONAL("dt_bias"),
    SIZE("batch"),
    SIZE("channels"),
    SIZE("length"),
    SIZE("states"),
    STRIDE("y_time_stride", "channels"),
    FLAGS(FLAG(UNIFORM) | FLAG(LENGTH_1) | FLAG(ODD) | FLAG(BATCH) | FLAG(ABSENT_INPUT) | FLAG(STRIDE)),
    END};

static const qref_probe rmsnorm_f32[] = {FLOAT32("y"), {.kind = &qref_probe_eps, .tensor = "eps"}, SIZE("rows"),
                                         SIZE("n"),    FLAGS(FLAG(UNIFORM) | FLAG(ODD)),           END};

static const qref_probe hadamard_f32[] = {
    FLOAT32("y"), SIZE("rows"), {.kind = &qref_probe_hadamard_dim, .tensor = "dim"}, FLAGS(FLAG(UNIFORM)), END};

static const qref_probe *const probes[QREF_OP_COUNT] = {
    [QREF_OP_CONV1D_SILU] = conv1d_silu,
    [QREF_OP_CONV1D_SILU_UPDATE] = conv1d_silu_update,
    [QREF_OP_CONV1D_SILU_FLOATSIM] = conv1d_silu_floatsim,
    [QREF_OP_REQUANTIZE] = requantize,
    [QREF_OP_LINEAR_W8A8] = linear_w8a8,
    [QREF_OP_LINEAR_W8A8_F16] = linear_w8a8_f16,
    [QREF_OP_LINEAR_W8A8_PARALLEL] = linear_w8a8_parallel,
    [QREF_OP_LINEAR_W8A8_ROW] = linear_w8a8_row,
    [QREF_OP_LINEAR_W8A8_PER_CHANNEL] = linear_w8a8_per_channel,
    [QREF_OP_SELECTIVE_SCAN] = selective_scan,
    [QREF_OP_SELECTIVE_SCAN_UPDATE] = selective_scan_update,
    [QREF_OP_RMSNORM] = rmsnorm,
    [QREF_OP_HADAMARD] = hadamard,
    [QREF_OP_EMBEDDING_W8] = embedding_w8,
    [QREF_OP_LINEAR_F32] = linear_f32,
    [QREF_OP_CONV1D_SILU_F32] = conv1d_silu_f32,
    [QREF_OP_SELECTIVE_SCAN_F32] = selective_scan_f32,
    [QREF_OP_RMSNORM_F32] = rmsnorm_f32,
    [QREF_OP_HADAMARD_F32] = hadamard_f32,
};

const qref_probe *qref_probes_of(qref_op op) {
  return probes[op];
}
