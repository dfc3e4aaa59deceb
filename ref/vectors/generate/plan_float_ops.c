/* Cases of the five float32 ops. Every output is float32, so the last bit of each step shows; what has to be provoked
 * are the order of sums, the edges of the functions, and every index. */
#include <stdio.h>

#include "ref/vectors/case/flag_tables.h"
#include "ref/vectors/generate/fill_rmsnorm.h"
#include "ref/vectors/generate/hard_arguments.h"
#include "ref/vectors/generate/plan.h"
#include "ref/vectors/generate/sample.h"

/* ---- fills of any op ---- */

/* Every float32 input: any sign, exponents low..high. */
static void draw(qref_case *item, uint64_t seed, const char *tensor, int low, int high) {
  qref_seek_stream stream = {.seed = seed, .case_id = item->id, .name = tensor};
  float *data = qref_case_f32(item, tensor);
  for (size_t i = 0; data != NULL && i < qref_case_tensor_of(item, tensor)->count; i++) {
    data[i] = qref_sample_f32(&stream, low, high);
  }
}

static void draw_all(qref_case *item, uint64_t seed, int low, int high) {
  for (size_t i = 0; i < item->tensor_count; i++) {
    if (item->tensors[i].schema->role == QREF_ROLE_INPUT) {
      draw(item, seed, item->tensors[i].schema->name, low, high);
    }
  }
}

/* Exponents -parameter .. parameter/2. */
static qref_status fill_uniform(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  (void)error;
  draw_all(item, seed, -(int)parameter, (int)parameter / 2);
  return QREF_OK;
}

/* x so small that its squares vanish. */
static qref_status fill_tiny(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  (void)parameter;
  (void)error;
  draw_all(item, seed, -4, 1);
  draw(item, seed, "x", -126, -80);
  return QREF_OK;
}

static qref_status fill_zero(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  (void)item;
  (void)seed;
  (void)parameter;
  (void)error;
  return QREF_OK;
}

/* Numbers with infinities, NaNs of several payloads, zeros, subnormals and the largest among them: one in `parameter`
 * elements. */
static qref_status fill_special(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  /* Quiet NaNs only: some machines cannot pass on a signalling one as it is. */
  static const uint32_t special[] = {0x7f800000u, 0xff800000u, 0x7fc00000u, 0xffc12345u, 0x00000000u, 0x80000000u,
                                     0x00000001u, 0x807fffffu, 0x7f7fffffu, 0xff7fffffu, 0x00800000u, 0x7fd12345u};
  enum { SPECIAL = sizeof special / sizeof special[0] };
  (void)error;
  draw_all(item, seed, -3, 2);
  for (size_t t = 0; t < item->tensor_count; t++) {
    float *data = item->tensors[t].data;
    if (item->tensors[t].schema->role != QREF_ROLE_INPUT || data == NULL) {
      continue;
    }
    qref_seek_stream stream = {.seed = seed, .case_id = item->id, .name = "special"};
    stream.next = (uint64_t)t << 32;
    for (size_t i = 0; i < item->tensors[t].count; i++) {
      if (qref_seek_integer(&stream, 1, parameter) == 1) {
        data[i] = qref_f32_from_bits(special[(size_t)qref_seek_integer(&stream, 0, SPECIAL - 1)]);
      }
    }
  }
  return QREF_OK;
}

/* ---- linear ---- */

/* Neighbours in k are equal but for the sign of w: the sum is what the roundings leave. */
static qref_status fill_cancelling(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  (void)parameter;
  (void)error;
  draw_all(item, seed, -5, 5);
  const size_t depth = item->args.linear_f32.depth;
  float *x = qref_case_f32(item, "x");
  float *w = qref_case_f32(item, "w");
  for (size_t k = 1; k < depth; k += 2) {
    for (size_t m = 0; m < item->args.linear_f32.rows; m++) {
      x[m * depth + k] = x[m * depth + k - 1];
    }
    for (size_t n = 0; n < item->args.linear_f32.columns; n++) {
      w[n * depth + k] = -w[n * depth + k - 1];
    }
  }
  return QREF_OK;
}

/* Two factors and what their product is added to: 1 + 2^-23 or 1, then a product a*b = 2^-24 * (1 + d) with
 * |d| < 2^-29. An fma by way of binary64, whose sum loses d, ends on a tie that is none. */
typedef struct near_tie_sum {
  float a, b, start;
} near_tie_sum;

static near_tie_sum seek_near_tie_sum(qref_seek_stream *stream) {
  float a = 1.0f, b = 1.0f;
  double off = 0.0;
  for (size_t tries = 0; tries < 4000; tries++) {
    a = qref_seek_scale(stream, 1.0f, 2.0f);
    b = 1.0f / a;
    off = (double)a * (double)b - 1.0; /* exact */
    if (off != 0.0 && off < 0x1p-30 && off > -0x1p-30) {
      break;
    }
  }
  return (near_tie_sum){a, b * 0x1p-24f, off > 0.0 ? 1.0f : 1.0f + 0x1p-23f};
}

/* Such a sum where row and column have one index. */
static qref_status fill_double_rounding(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  (void)parameter;
  (void)error;
  qref_seek_stream stream = {.seed = seed, .case_id = item->id, .name = "factors"};
  float *x = qref_case_f32(item, "x");
  float *w = qref_case_f32(item, "w");
  for (size_t i = 0; i < item->args.linear_f32.rows; i++) {
    const near_tie_sum sum = seek_near_tie_sum(&stream);
    x[2 * i] = sum.start;
    x[2 * i + 1] = sum.a;
    w[2 * i] = 1.0f;
    w[2 * i + 1] = sum.b;
  }
  return QREF_OK;
}

static void add_linear(qref_plan *plan, const char *name, size_t rows, size_t columns, size_t depth, size_t stride,
                       uint64_t flags, qref_case_fill fill, int64_t parameter) {
  qref_linear_f32_args *args =
      &qref_plan_add(plan, QREF_OP_LINEAR_F32, name, flags, fill, parameter)->item.args.linear_f32;
  args->rows = rows;
  args->columns = columns;
  args->depth = depth;
  args->y_row_stride = stride;
}

static void plan_linear(qref_plan *plan) {
  add_linear(plan, "uniform_00", 3, 5, 7, 0, FLAG(UNIFORM) | FLAG(ODD), fill_uniform, 4);
  add_linear(plan, "stride_00", 3, 5, 9, 8, FLAG(UNIFORM) | FLAG(STRIDE), fill_uniform, 4);
  add_linear(plan, "cancelling_00", 4, 9, 16, 0, FLAG(UNIFORM), fill_cancelling, 0);
  if (plan->size < QREF_SUITE_STANDARD) {
    return;
  }
  static const size_t sizes[] = {1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 129, 257};
  enum { SIZES = sizeof sizes / sizeof sizes[0] };
  for (size_t i = 0; i < SIZES; i++) {
    char name[48];
    snprintf(name, sizeof name, "depth_%zu", sizes[i]);
    add_linear(plan, name, 3, 9, sizes[i], 0, FLAG(UNIFORM), fill_uniform, 6);
    snprintf(name, sizeof name, "columns_%zu", sizes[i]);
    add_linear(plan, name, 2, sizes[i], 21, i % 2 == 0 ? 0 : sizes[i] + i, FLAG(UNIFORM), fill_uniform, 12);
    snprintf(name, sizeof name, "rows_%zu", sizes[i]);
    add_linear(plan, name, sizes[i], 5, 13, 0, FLAG(UNIFORM), fill_uniform, 12);
  }
  add_linear(plan, "cancelling_01", 9, 33, 130, 40, FLAG(UNIFORM) | FLAG(STRIDE), fill_cancelling, 0);
  add_linear(plan, "cancelling_02", 1, 65, 258, 0, FLAG(UNIFORM), fill_cancelling, 0);
  add_linear(plan, "double_rounding", 16, 16, 2, 0, FLAG(NEAR_TIE), fill_double_rounding, 0);
  add_linear(plan, "wide", 7, 17, 50, 0, FLAG(UNIFORM), fill_uniform, 60);
  add_linear(plan, "underflow", 5, 9, 3, 0, FLAG(FUNCTION_RANGE), fill_uniform, 126);
  add_linear(plan, "zero", 2, 3, 4, 0, FLAG(ZERO), fill_zero, 0);
  add_linear(plan, "special", 16, 16, 5, 0, FLAG(INFINITY), fill_special, 6);
  add_linear(plan, "special_depth_1", 24, 24, 1, 0, FLAG(INFINITY), fill_special, 2);
  add_linear(plan, "special_rare", 9, 9, 33, 0, FLAG(INFINITY), fill_special, 60);
}

/* ---- conv1d + SiLU ---- */

/* width 1, w = 1, no bias: y = silu(x), x in -128..128 in no order. */
static qref_status fill_silu_range(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  (void)parameter;
  (void)error;
  qref_fill(item, seed, "w", QREF_FILL_CONSTANT, 1, 1);
  qref_fill(item, seed, "x", QREF_FILL_UNIFORM, -128, 128);
  return QREF_OK;
}

/* The same: arguments whose exp is hardest to round, of both signs. */
static qref_status fill_silu_hard(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  (void)parameter;
  (void)error;
  qref_fill(item, seed, "w", QREF_FILL_CONSTANT, 1, 1);
  float *x = qref_case_f32(item, "x");
  for (size_t i = 0; i < qref_case_tensor_of(item, "x")->count; i++) {
    const float hard = qref_hard_exp_arguments[i / 2 % QREF_HARD_EXP_ARGUMENTS];
    x[i] = i % 2 == 0 ? -hard : hard;
  }
  return QREF_OK;
}

/* The same: the edges of exp(-x). */
static qref_status fill_silu_edges(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  static const float edges[] = {-0x1.62e42ep+6f, -0x1.62e43p+6f, -0x1.62e432p+6f, 0x1.9fe368p+6f, 0x1.9fe36ap+6f,
                                0x1.9fe36cp+6f,  0x1.5d58ap+6f,  0x1.5d589ep+6f,  0x1p-25f,       0x1p-24f,
                                0x1p-149f,       0x1p-126f,      0x1p127f,        17.0f,          16.635532f,
                                0x1.0a2b24p+4f,  88.0f,          -88.0f,          89.0f,          -89.0f};
  (void)parameter;
  (void)error;
  qref_fill(item, seed, "w", QREF_FILL_CONSTANT, 1, 1);
  float *x = qref_case_f32(item, "x");
  for (size_t i = 0; i < qref_case_tensor_of(item, "x")->count; i++) {
    const float edge = edges[i / 2 % (sizeof edges / sizeof edges[0])];
    x[i] = i % 2 == 0 ? edge : -edge;
  }
  return QREF_OK;
}

/* width 1: a sum of seek_near_tie_sum in every channel. */
static qref_status fill_conv1d_double_rounding(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  (void)parameter;
  (void)error;
  qref_seek_stream stream = {.seed = seed, .case_id = item->id, .name = "factors"};
  for (size_t d = 0; d < item->args.conv1d_silu_f32.channels; d++) {
    const near_tie_sum sum = seek_near_tie_sum(&stream);
    qref_case_f32(item, "x")[d] = sum.a;
    qref_case_f32(item, "w")[d] = sum.b;
    qref_case_f32(item, "bias")[d] = sum.start;
  }
  return QREF_OK;
}

static void add_conv1d(qref_plan *plan, const char *name, size_t batch, size_t channels, size_t length, size_t width,
                       bool bias, uint64_t flags, qref_case_fill fill, int64_t parameter) {
  qref_case *item =
      &qref_plan_add(plan, QREF_OP_CONV1D_SILU_F32, name, flags | (bias ? 0 : FLAG(ABSENT_INPUT)), fill, parameter)
           ->item;
  item->args.conv1d_silu_f32.batch = batch;
  item->args.conv1d_silu_f32.channels = channels;
  item->args.conv1d_silu_f32.length = length;
  item->args.conv1d_silu_f32.width = width;
  if (!bias) {
    qref_case_without(item, "bias");
  }
}

static void plan_conv1d(qref_plan *plan) {
  add_conv1d(plan, "uniform_00", 2, 3, 11, 4, true, FLAG(UNIFORM) | FLAG(BATCH) | FLAG(ODD), fill_uniform, 3);
  add_conv1d(plan, "without_bias", 2, 3, 7, 4, false, 0, fill_uniform, 3);
  add_conv1d(plan, "length_below_width", 2, 3, 3, 4, true, FLAG(LENGTH_BELOW_WIDTH), fill_uniform, 3);
  if (plan->size < QREF_SUITE_STANDARD) {
    return;
  }
  for (size_t width = 1; width <= 9; width++) {
    const size_t lengths[] = {1, width > 1 ? width - 1 : 2, width, width + 1, 33};
    const uint64_t flags[] = {FLAG(LENGTH_1), width > 1 ? FLAG(LENGTH_BELOW_WIDTH) : 0, FLAG(LENGTH_WIDTH),
                              FLAG(LENGTH_ABOVE_WIDTH), FLAG(PAST_32)};
    for (size_t i = 0; i < 5; i++) {
      char name[48];
      snprintf(name, sizeof name, "width_%zu_length_%zu_%zu", width, lengths[i], i);
      add_conv1d(plan, name, 1 + i % 3, 2 + i, lengths[i], width, i % 2 == 0,
                 flags[i] | FLAG(UNIFORM) | (i % 3 != 0 ? FLAG(BATCH) : 0), fill_uniform, 4);
    }
  }
  add_conv1d(plan, "wide", 2, 5, 40, 4, true, FLAG(UNIFORM), fill_uniform, 20);
  add_conv1d(plan, "zero", 1, 2, 5, 4, true, FLAG(ZERO), fill_zero, 0);
  add_conv1d(plan, "double_rounding", 1, 24, 1, 1, true, FLAG(NEAR_TIE), fill_conv1d_double_rounding, 0);
  add_conv1d(plan, "silu_range", 1, 8, 512, 1, false, FLAG(FUNCTION_RANGE), fill_silu_range, 0);
  add_conv1d(plan, "silu_hard", 1, 1, 2 * QREF_HARD_EXP_ARGUMENTS, 1, false, FLAG(FUNCTION_RANGE), fill_silu_hard, 0);
  add_conv1d(plan, "silu_edges", 1, 1, 40, 1, false, FLAG(FUNCTION_RANGE), fill_silu_edges, 0);
  add_conv1d(plan, "special", 2, 8, 40, 2, true, FLAG(INFINITY), fill_special, 8);
  add_conv1d(plan, "special_rare", 2, 4, 40, 4, true, FLAG(INFINITY), fill_special, 20);
}

/* ---- selective scan ---- */

static qref_status fill_scan(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  (void)parameter;
  (void)error;
  draw_all(item, seed, -4, 1);
  draw(item, seed, "A_log", -3, 0);
  return QREF_OK;
}

/* One step from h = 0 with u = B = 1: h becomes softplus(dt), of arguments that are hardest to round and of others from
 * -110 to 100, the threshold among them. */
static qref_status fill_scan_softplus(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  static const float edges[] = {20.0f,           0x1.400002p+4f, 0x1.3ffffep+4f, 0.0f,      -0.0f,    88.5f,     89.0f,
                                -0x1.9fe368p+6f, -103.0f,        -17.5f,         -0x1p-30f, 0x1p-30f, 0x1p-149f, 14.5f,
                                -0x1.5d58ap+6f,  -87.5f,         -16.0f,         -18.0f,    -25.0f,   15.9f};
  enum { EDGES = sizeof edges / sizeof edges[0] };
  (void)parameter;
  draw_all(item, seed, -4, 1);
  qref_fill(item, seed, "u", QREF_FILL_CONSTANT, 1, 1);
  qref_fill(item, seed, "B", QREF_FILL_CONSTANT, 1, 1);
  qref_fill(item, seed, "h", QREF_FILL_CONSTANT, 0, 0);
  qref_fill(item, seed, "dt", QREF_FILL_UNIFORM, -110, 100);
  (void)error;
  float *dt = qref_case_f32(item, "dt");
  for (size_t i = 0; i < qref_case_tensor_of(item, "dt")->count; i += 2) {
    const size_t at = i / 2;
    if (at < EDGES) {
      dt[i] = edges[at];
    } else if (at - EDGES < QREF_HARD_SOFTPLUS_ARGUMENTS) {
      dt[i] = qref_hard_softplus_arguments[at - EDGES];
    } else if (at - EDGES - QREF_HARD_SOFTPLUS_ARGUMENTS < QREF_NEAR_SOFTPLUS_ARGUMENTS) {
      dt[i] = qref_near_softplus_arguments[at - EDGES - QREF_HARD_SOFTPLUS_ARGUMENTS];
    } else {
      dt[i] *= 0x1p-5f; /* around 0, where 1 + exp(dt) is of the size of 1 */
    }
  }
  return QREF_OK;
}

/* One step with u = 0 and h = 1: h becomes exp(dt * -exp(A_log)). dt * A is about -50, so that the last bit of A shows:
 * dt is 50 / exp(A_log), or, where that is small, its logarithm, softplus(x) being near exp(x) there. */
static qref_status fill_scan_decay(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  (void)parameter;
  (void)error;
  draw_all(item, seed, -4, 1);
  qref_fill(item, seed, "u", QREF_FILL_CONSTANT, 0, 0);
  qref_fill(item, seed, "h", QREF_FILL_CONSTANT, 1, 1);
  float *dt = qref_case_f32(item, "dt");
  float *A_log = qref_case_f32(item, "A_log");
  for (size_t d = 0; d < qref_case_tensor_of(item, "A_log")->count; d++) {
    if (d < QREF_HARD_EXP_ARGUMENTS) {
      A_log[d] = qref_hard_exp_arguments[d];
    } else if (d - QREF_HARD_EXP_ARGUMENTS < QREF_NEAR_EXP_ARGUMENTS) {
      A_log[d] = qref_near_exp_arguments[d - QREF_HARD_EXP_ARGUMENTS];
    } else {
      A_log[d] *= 8.0f;
    }
    dt[d] = A_log[d] < 0.9f ? 51.7f / qref_exp_f32(A_log[d]) : 3.9f - A_log[d];
  }
  return QREF_OK;
}

/* z from -120 to 120 and y of all magnitudes. */
static qref_status fill_scan_gate(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  fill_scan(item, seed, parameter, error);
  qref_fill(item, seed, "z", QREF_FILL_UNIFORM, -120, 120);
  draw(item, seed, "C", -20, 100);
  return QREF_OK;
}

/* z is infinite, NaN or another extreme in every other element. */
static qref_status fill_scan_special_z(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  const qref_status status = fill_special(item, seed, 2, error);
  static const char *const others[] = {"u", "dt", "B", "C", "D", "dt_bias", "h"};
  for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
    draw(item, seed, others[i], -4, 1);
  }
  draw(item, seed, "A_log", -3, 0);
  (void)parameter;
  return status;
}

enum { NO_D = 1, NO_Z = 2, NO_DT_BIAS = 4 };

static void add_scan(qref_plan *plan, const char *name, const size_t shape[4], size_t stride, unsigned int absent,
                     uint64_t flags, qref_case_fill fill, int64_t parameter) {
  static const char *const optional[] = {"D", "z", "dt_bias"};
  qref_case *item = &qref_plan_add(plan, QREF_OP_SELECTIVE_SCAN_F32, name,
                                   flags | (absent != 0 ? FLAG(ABSENT_INPUT) : 0), fill, parameter)
                         ->item;
  item->args.selective_scan_f32.batch = shape[0];
  item->args.selective_scan_f32.channels = shape[1];
  item->args.selective_scan_f32.length = shape[2];
  item->args.selective_scan_f32.states = shape[3];
  item->args.selective_scan_f32.y_time_stride = stride;
  for (size_t i = 0; i < 3; i++) {
    if ((absent >> i & 1) != 0) {
      qref_case_without(item, optional[i]);
    }
  }
}
#define SHAPE(b, d, t, n) ((const size_t[]){(b), (d), (t), (n)})

static void plan_scan(qref_plan *plan) {
  add_scan(plan, "uniform_00", SHAPE(2, 3, 7, 4), 0, 0, FLAG(UNIFORM) | FLAG(BATCH) | FLAG(ODD), fill_scan, 0);
  add_scan(plan, "without_options", SHAPE(2, 3, 5, 2), 5, NO_D | NO_Z | NO_DT_BIAS, FLAG(STRIDE), fill_scan, 0);
  add_scan(plan, "length_1", SHAPE(2, 3, 1, 3), 0, 0, FLAG(LENGTH_1), fill_scan, 0);
  if (plan->size < QREF_SUITE_STANDARD) {
    return;
  }
  add_scan(plan, "uniform_01", SHAPE(3, 5, 40, 16), 0, 0, FLAG(UNIFORM) | FLAG(BATCH), fill_scan, 0);
  add_scan(plan, "uniform_02", SHAPE(1, 9, 33, 1), 11, 0, FLAG(UNIFORM) | FLAG(STRIDE), fill_scan, 0);
  add_scan(plan, "uniform_03", SHAPE(2, 17, 20, 3), 0, 0, FLAG(UNIFORM), fill_scan, 0);
  add_scan(plan, "uniform_04", SHAPE(2, 33, 10, 5), 33, 0, FLAG(UNIFORM), fill_scan, 0);
  add_scan(plan, "without_D", SHAPE(2, 3, 9, 4), 0, NO_D, 0, fill_scan, 0);
  add_scan(plan, "without_z", SHAPE(2, 3, 9, 4), 0, NO_Z, 0, fill_scan, 0);
  add_scan(plan, "without_dt_bias", SHAPE(2, 3, 9, 4), 0, NO_DT_BIAS, 0, fill_scan, 0);
  add_scan(plan, "one_channel", SHAPE(2, 1, 9, 3), 0, 0, FLAG(ONE_CHANNEL), fill_scan, 0);
  add_scan(plan, "long", SHAPE(1, 2, 2049, 2), 0, 0, FLAG(UNIFORM) | FLAG(PAST_2048), fill_scan, 0);
  add_scan(plan, "zero", SHAPE(1, 2, 3, 2), 0, 0, FLAG(ZERO), fill_zero, 0);
  add_scan(plan, "softplus", SHAPE(1, 640, 1, 1), 0, NO_DT_BIAS, FLAG(SOFTPLUS_THRESHOLD) | FLAG(FUNCTION_RANGE),
           fill_scan_softplus, 0);
  add_scan(plan, "decay", SHAPE(1, 256, 1, 1), 0, NO_DT_BIAS, FLAG(FUNCTION_RANGE), fill_scan_decay, 0);
  add_scan(plan, "gate", SHAPE(1, 32, 16, 2), 0, 0, FLAG(FUNCTION_RANGE), fill_scan_gate, 0);
  add_scan(plan, "special_z", SHAPE(1, 16, 8, 2), 0, 0, FLAG(INFINITY), fill_scan_special_z, 0);
  add_scan(plan, "special", SHAPE(2, 16, 6, 3), 0, 0, FLAG(INFINITY), fill_special, 30);
  add_scan(plan, "special_dense", SHAPE(2, 16, 2, 2), 0, 0, FLAG(INFINITY), fill_special, 6);
}

/* ---- RMSNorm ---- */

static void add_norm(qref_plan *plan, const char *name, size_t rows, size_t n, float eps, uint64_t flags,
                     qref_case_fill fill, int64_t parameter) {
  qref_rmsnorm_f32_args *args =
      &qref_plan_add(plan, QREF_OP_RMSNORM_F32, name, flags, fill, parameter)->item.args.rmsnorm_f32;
  args->rows = rows;
  args->n = n;
  args->eps = eps;
}

static void plan_norm(qref_plan *plan) {
  add_norm(plan, "uniform_00", 4, 21, 1e-5f, FLAG(UNIFORM) | FLAG(ODD), fill_uniform, 4);
  add_norm(plan, "uniform_01", 2, 64, 1e-5f, FLAG(UNIFORM), fill_uniform, 20);
  if (plan->size < QREF_SUITE_STANDARD) {
    return;
  }
  static const size_t lengths[] = {1, 2, 3, 31, 32, 33, 63, 65, 97, 384, 1001};
  for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
    char name[48];
    snprintf(name, sizeof name, "length_%zu", lengths[i]);
    add_norm(plan, name, lengths[i] < 100 ? 20 : 3, lengths[i], 1e-5f, FLAG(UNIFORM), fill_uniform, 6);
  }
  add_norm(plan, "eps_0", 9, 40, 0.0f, FLAG(UNIFORM), fill_uniform, 6);
  add_norm(plan, "eps_near_mean", 40, 9, 1.7f, FLAG(UNIFORM), fill_uniform, 2);
  add_norm(plan, "eps_large", 3, 9, 1e30f, FLAG(UNIFORM), fill_uniform, 4);
  add_norm(plan, "tiny_eps_0", 3, 9, 0.0f, FLAG(INFINITY), fill_tiny, 0);
  add_norm(plan, "tiny", 3, 9, 1e-30f, FLAG(FUNCTION_RANGE), fill_tiny, 0);
  add_norm(plan, "one_row", 1, 70, 1e-5f, FLAG(UNIFORM), fill_uniform, 6);
  add_norm(plan, "zero", 2, 5, 1e-5f, FLAG(ZERO), fill_zero, 0);
  add_norm(plan, "zero_with_eps_0", 2, 5, 0.0f, FLAG(ZERO) | FLAG(INFINITY), fill_zero, 0);
  add_norm(plan, "sum_order", 50, 128, 0.0f, FLAG(NEAR_TIE), qref_fill_rmsnorm_sum_order, 0);
  add_norm(plan, "division_by_5", 4, 5, 0.0f, FLAG(NEAR_TIE), qref_fill_rmsnorm_division, 0);
  add_norm(plan, "large", 9, 9, 1e-5f, FLAG(FUNCTION_RANGE), fill_uniform, 120);
  add_norm(plan, "special", 24, 5, 1e-5f, FLAG(INFINITY), fill_special, 10);
}

/* ---- Hadamard ---- */

/* Row i is i+1 at element i and 0 elsewhere. */
static qref_status fill_one_hot(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  (void)seed;
  (void)parameter;
  (void)error;
  const size_t dim = item->args.hadamard_f32.dim;
  float *x = qref_case_f32(item, "x");
  for (size_t row = 0; row < item->args.hadamard_f32.rows; row++) {
    x[row * dim + row % dim] = (float)(row % dim + 1);
  }
  return QREF_OK;
}

static void add_hadamard(qref_plan *plan, const char *name, size_t rows, size_t dim, uint64_t flags,
                         qref_case_fill fill, int64_t parameter) {
  qref_hadamard_f32_args *args =
      &qref_plan_add(plan, QREF_OP_HADAMARD_F32, name, flags, fill, parameter)->item.args.hadamard_f32;
  args->rows = rows;
  args->dim = dim;
}

static void plan_hadamard_f32(qref_plan *plan) {
  static const size_t small[] = {1, 2, 4, 12, 40};
  static const size_t dims[] = {8, 16, 32, 64, 128, 256, 1024, 24, 48, 96, 384, 80, 160, 320};
  char name[48];
  for (size_t i = 0; i < sizeof small / sizeof small[0]; i++) {
    snprintf(name, sizeof name, "uniform_dim_%zu", small[i]);
    add_hadamard(plan, name, 3, small[i], FLAG(UNIFORM), fill_uniform, 6);
  }
  if (plan->size < QREF_SUITE_STANDARD) {
    return;
  }
  for (size_t i = 0; i < sizeof dims / sizeof dims[0]; i++) {
    snprintf(name, sizeof name, "uniform_dim_%zu", dims[i]);
    add_hadamard(plan, name, dims[i] < 100 ? 5 : 2, dims[i], FLAG(UNIFORM), fill_uniform, 12);
  }
  add_hadamard(plan, "one_hot_dim_12", 12, 12, FLAG(UNIFORM), fill_one_hot, 0);
  add_hadamard(plan, "one_hot_dim_40", 40, 40, FLAG(UNIFORM), fill_one_hot, 0);
  add_hadamard(plan, "one_hot_dim_48", 48, 48, FLAG(UNIFORM), fill_one_hot, 0);
  add_hadamard(plan, "one_row", 1, 192, FLAG(UNIFORM), fill_uniform, 12);
  add_hadamard(plan, "zero", 2, 12, FLAG(ZERO), fill_zero, 0);
  add_hadamard(plan, "large", 3, 24, FLAG(FUNCTION_RANGE), fill_uniform, 126);
  add_hadamard(plan, "special_dim_1", 60, 1, FLAG(INFINITY), fill_special, 2);
  add_hadamard(plan, "special_dim_4", 40, 4, FLAG(INFINITY), fill_special, 6);
  add_hadamard(plan, "special_dim_12", 40, 12, FLAG(INFINITY), fill_special, 24);
}

void qref_plan_float_ops(qref_plan *plan) {
  plan_linear(plan);
  plan_conv1d(plan);
  plan_scan(plan);
  plan_norm(plan);
  plan_hadamard_f32(plan);
  for (size_t i = 0; plan->size >= QREF_SUITE_THOROUGH && i < 12; i++) {
    char name[48];
    snprintf(name, sizeof name, "more_%02zu", i);
    add_linear(plan, name, 1 + i * 7 % 40, 1 + i * 31 % 150, 1 + i * 53 % 400, 0, FLAG(UNIFORM), fill_uniform, 10);
    add_conv1d(plan, name, 1 + i % 3, 1 + i * 7 % 30, 1 + i * 29 % 200, 1 + i % 6, i % 2 == 0, FLAG(UNIFORM),
               fill_uniform, 5);
    add_scan(plan, name, SHAPE(1 + i % 3, 1 + i * 5 % 20, 1 + i * 17 % 90, 1 + i * 3 % 17), 0, (unsigned int)(i % 8),
             FLAG(UNIFORM), fill_scan, 0);
    add_norm(plan, name, 5, 1 + i * 97 % 700, 1e-5f, FLAG(UNIFORM), fill_uniform, 10);
  }
}
