/* Shapes, scales and options of random cases, op by op. Scales are about those at which results are neither all zero
 * nor all saturated. A statement draws once: C leaves the order within an expression open. */
#include <string.h>

#include "ref/vectors/cross/random_case.h"

enum { ANY = 1 << 20, TYPICAL_WIDTH = 4, TYPICAL_STATES = 16 };

/* About 1 / sqrt(count). */
static float inverse_root(size_t count) {
  float root = 1.0f;
  for (; count >= 4; count /= 4) {
    root *= 0.5f;
  }
  return root;
}

static size_t usually(qref_cross_random *random, size_t typical, size_t most) {
  return qref_cross_one_in(random, 2) ? typical : qref_cross_dimension(random, most);
}

/* Mostly present. */
static bool often(qref_cross_random *random) {
  return !qref_cross_one_in(random, 4);
}

/* 0 for dense rows; otherwise at least `row`, but for a rare one that ops refuse. */
static size_t stride(qref_cross_random *random, size_t row) {
  switch (qref_cross_below(random, 4)) {
    case 0:
      return row + qref_cross_below(random, 20);
    case 1:
      return row > 1 && qref_cross_one_in(random, 64) ? row - 1 : row;
    default:
      return 0;
  }
}

static void leave_out(qref_cross_random *random, qref_case *item, const char *name) {
  if (!often(random)) {
    qref_case_without(item, name);
  }
}

/* Mostly 0; else d_model or d_inner of a model of 130 M to 2.8 B parameters: backends have kernels for these lengths of
 * rows alone, and dimensions of any magnitude seldom meet one. */
static size_t model_width(qref_cross_random *random) {
  static const size_t widths[] = {768, 1024, 1536, 2048, 2560, 3072, 4096, 5120};
  return qref_cross_one_in(random, 512) ? widths[qref_cross_below(random, 8)] : 0;
}

/* Whether a case has several of every dimension, each more than a thread or a block takes at a time: where one of them
 * is of any magnitude, the budget seldom leaves that for the others. */
static bool several_of_each(qref_cross_random *random) {
  return qref_cross_one_in(random, 24);
}

/* 1 to `most`, each equally likely. */
static size_t few(qref_cross_random *random, uint32_t most) {
  return 1 + qref_cross_below(random, most);
}

/* ---- conv1d ---- */

typedef struct conv1d_shape {
  size_t batch, channels, length, width;
} conv1d_shape;

static conv1d_shape draw_conv1d(qref_cross_random *random, bool has_length) {
  static const size_t most[] = {4, ANY, ANY};
  size_t sizes[3] = {1, 1, 1};
  qref_cross_dimensions(random, qref_cross_budget(random), has_length ? 3 : 2, most, sizes);
  const size_t channels = model_width(random);
  if (channels != 0) {
    sizes[0] = few(random, 2);
    sizes[1] = channels;
    sizes[2] = has_length ? few(random, 24) : 1;
  } else if (has_length && several_of_each(random)) {
    sizes[0] = few(random, 8);
    sizes[1] = few(random, 40);
    sizes[2] = few(random, 300);
  }
  return (conv1d_shape){sizes[0], sizes[1], sizes[2], usually(random, TYPICAL_WIDTH, 12)};
}

enum { CONV1D_X, CONV1D_W, CONV1D_BIAS, CONV1D_OUTPUT };

static float conv1d_scale(qref_cross_random *random, int which) {
  static const float typical[] = {0.02f, 0.014f, 0.02f, 0.05f};
  return qref_cross_scale(random, typical[which]);
}

static void conv1d_silu(qref_cross_random *random, qref_case *item) {
  const conv1d_shape shape = draw_conv1d(random, true);
  qref_conv1d_silu_args *args = &item->args.conv1d_silu;
  args->batch = shape.batch;
  args->channels = shape.channels;
  args->length = shape.length;
  args->width = shape.width;
  args->x_scale = conv1d_scale(random, CONV1D_X);
  args->w_scale = conv1d_scale(random, CONV1D_W);
  args->bias_scale = conv1d_scale(random, CONV1D_BIAS);
  args->out_scale = conv1d_scale(random, CONV1D_OUTPUT);
  args->silu = often(random);
  leave_out(random, item, "bias");
}

static void conv1d_silu_update(qref_cross_random *random, qref_case *item) {
  const conv1d_shape shape = draw_conv1d(random, false);
  qref_conv1d_silu_update_args *args = &item->args.conv1d_silu_update;
  args->batch = shape.batch;
  args->channels = shape.channels;
  args->width = shape.width;
  args->x_scale = conv1d_scale(random, CONV1D_X);
  args->w_scale = conv1d_scale(random, CONV1D_W);
  args->bias_scale = conv1d_scale(random, CONV1D_BIAS);
  args->out_scale = conv1d_scale(random, CONV1D_OUTPUT);
  args->silu = often(random);
  leave_out(random, item, "bias");
}

static void conv1d_silu_floatsim(qref_cross_random *random, qref_case *item) {
  const conv1d_shape shape = draw_conv1d(random, true);
  qref_conv1d_silu_floatsim_args *args = &item->args.conv1d_silu_floatsim;
  args->batch = shape.batch;
  args->channels = shape.channels;
  args->length = shape.length;
  args->width = shape.width;
  args->x_scale = conv1d_scale(random, CONV1D_X);
  args->w_scale = conv1d_scale(random, CONV1D_W);
  args->bias_scale = conv1d_scale(random, CONV1D_BIAS);
  args->effective_scale = conv1d_scale(random, CONV1D_OUTPUT);
  args->silu = often(random);
  leave_out(random, item, "bias");
}

static void conv1d_silu_f32(qref_cross_random *random, qref_case *item) {
  const conv1d_shape shape = draw_conv1d(random, true);
  item->args.conv1d_silu_f32 = (qref_conv1d_silu_f32_args){
      .batch = shape.batch, .channels = shape.channels, .length = shape.length, .width = shape.width};
  leave_out(random, item, "bias");
}

/* ---- linear ---- */

typedef struct linear_shape {
  size_t rows, columns, depth;
} linear_shape;

static linear_shape draw_linear(qref_cross_random *random, uint32_t one_row_in) {
  const size_t most[] = {qref_cross_one_in(random, one_row_in) ? 1 : ANY, ANY, 20000};
  size_t sizes[3] = {1, 1, 1};
  qref_cross_dimensions(random, 8 * qref_cross_budget(random), 3, most, sizes);
  const size_t depth = model_width(random);
  if (depth != 0) {
    sizes[0] = most[0] == 1 ? 1 : few(random, 40);
    sizes[1] = few(random, 400);
    sizes[2] = depth;
  } else if (most[0] != 1 && several_of_each(random)) {
    sizes[0] = few(random, 300);
    sizes[1] = few(random, 300);
    sizes[2] = few(random, 200);
  }
  return (linear_shape){sizes[0], sizes[1], sizes[2]};
}

/* A sum of K products is about 5000 * sqrt(K), the weight scale about 0.01 (one factor: 1). */
static void linear_w8a8(qref_cross_random *random, qref_case *item) {
  const bool one_row =
      item->schema->op == QREF_OP_LINEAR_W8A8_ROW || item->schema->op == QREF_OP_LINEAR_W8A8_PER_CHANNEL;
  const linear_shape shape = draw_linear(random, one_row ? 1 : 4);
  const float range = qref_cross_one_in(random, 8) ? 1000.0f : 1.0f; /* of float16 */
  qref_linear_w8a8_args *args = &item->args.linear_w8a8;
  args->rows = shape.rows;
  args->columns = shape.columns;
  args->depth = shape.depth;
  args->input_scale = qref_cross_scale(random, range * inverse_root(shape.depth));
}

static void linear_f32(qref_cross_random *random, qref_case *item) {
  const linear_shape shape = draw_linear(random, 4);
  qref_linear_f32_args *args = &item->args.linear_f32;
  args->rows = shape.rows;
  args->columns = shape.columns;
  args->depth = shape.depth;
  args->y_row_stride = stride(random, shape.columns);
}

/* ---- scans ---- */

typedef struct scan_shape {
  size_t batch, channels, length, states;
} scan_shape;

static scan_shape draw_scan(qref_cross_random *random, bool has_length) {
  static const size_t most[] = {4, ANY, ANY};
  const size_t states = usually(random, TYPICAL_STATES, 40);
  const size_t budget = 2 * qref_cross_budget(random) / states + 1;
  size_t sizes[3] = {1, 1, 1};
  qref_cross_dimensions(random, budget, has_length ? 3 : 2, most, sizes);
  const size_t channels = model_width(random);
  if (channels != 0) {
    sizes[0] = 1;
    sizes[1] = channels;
    sizes[2] = has_length ? few(random, 20) : 1;
  } else if (has_length && several_of_each(random)) {
    sizes[0] = few(random, 12);
    sizes[1] = few(random, 40);
    sizes[2] = 10 + few(random, 90);
  }
  return (scan_shape){sizes[0], sizes[1], sizes[2], states};
}

static qref_scan_scales scan_scales(qref_cross_random *random) {
  qref_scan_scales scales;
  scales.u = qref_cross_scale(random, 0.02f);
  scales.dt = qref_cross_scale(random, 0.03f);
  scales.dt_bias = qref_cross_scale(random, 0.03f);
  scales.A_log = qref_cross_scale(random, 0.02f);
  scales.B = qref_cross_scale(random, 0.02f);
  scales.C = qref_cross_scale(random, 0.02f);
  scales.D = qref_cross_scale(random, 0.02f);
  scales.z = qref_cross_scale(random, 0.04f);
  scales.state = qref_cross_scale(random, 0.02f);
  return scales;
}

static void leave_out_scan_inputs(qref_cross_random *random, qref_case *item) {
  leave_out(random, item, "D");
  leave_out(random, item, "z");
  leave_out(random, item, "dt_bias");
}

static void selective_scan(qref_cross_random *random, qref_case *item) {
  const scan_shape shape = draw_scan(random, true);
  qref_selective_scan_args *args = &item->args.selective_scan;
  args->batch = shape.batch;
  args->channels = shape.channels;
  args->length = shape.length;
  args->states = shape.states;
  args->scales = scan_scales(random);
  args->softplus = often(random);
  args->chunk_length = often(random) ? qref_cross_dimension(random, shape.length + 3) : 0;
  args->y_time_stride = stride(random, shape.channels);
  leave_out_scan_inputs(random, item);
  leave_out(random, item, "h_initial");
  leave_out(random, item, "state");
  leave_out(random, item, "h_final");
}

static void selective_scan_update(qref_cross_random *random, qref_case *item) {
  const scan_shape shape = draw_scan(random, false);
  qref_selective_scan_update_args *args = &item->args.selective_scan_update;
  args->batch = shape.batch;
  args->channels = shape.channels;
  args->states = shape.states;
  args->scales = scan_scales(random);
  args->softplus = often(random);
  leave_out_scan_inputs(random, item);
}

static void selective_scan_f32(qref_cross_random *random, qref_case *item) {
  const scan_shape shape = draw_scan(random, true);
  qref_selective_scan_f32_args *args = &item->args.selective_scan_f32;
  args->batch = shape.batch;
  args->channels = shape.channels;
  args->length = shape.length;
  args->states = shape.states;
  args->y_time_stride = stride(random, shape.channels);
  leave_out_scan_inputs(random, item);
}

/* ---- rows ---- */

static float draw_eps(qref_cross_random *random) {
  switch (qref_cross_below(random, 8)) {
    case 0:
      return 0.0f;
    case 1:
      return qref_cross_scale(random, 1e-5f);
    default:
      return 1e-5f;
  }
}

static void draw_rows(qref_cross_random *random, size_t *rows, size_t *n) {
  static const size_t most[] = {ANY, ANY};
  size_t sizes[2] = {1, 1};
  qref_cross_dimensions(random, 2 * qref_cross_budget(random), 2, most, sizes);
  const size_t width = model_width(random);
  *rows = width != 0 ? few(random, 8) : sizes[0];
  *n = width != 0 ? width : sizes[1];
}

static void rmsnorm(qref_cross_random *random, qref_case *item) {
  qref_rmsnorm_args *args = &item->args.rmsnorm;
  draw_rows(random, &args->rows, &args->n);
  args->eps = draw_eps(random);
  args->out_scale = qref_cross_scale(random, 0.02f);
  leave_out(random, item, "residual");
  if (qref_cross_one_in(random, 2)) {
    qref_case_without(item, "row_scale");
  }
}

static void rmsnorm_f32(qref_cross_random *random, qref_case *item) {
  qref_rmsnorm_f32_args *args = &item->args.rmsnorm_f32;
  draw_rows(random, &args->rows, &args->n);
  args->eps = draw_eps(random);
}

/* A dimension of the transform, but for a rare one that ops refuse; and rows. */
static void draw_hadamard(qref_cross_random *random, size_t *rows, size_t *dim) {
  static const size_t bases[] = {1, 1, 12, 40};
  const size_t budget = 2 * qref_cross_budget(random);
  const size_t base = bases[qref_cross_below(random, 4)];
  uint32_t doublings = 0; /* at most */
  while (base << (doublings + 1) <= budget && doublings < 13) {
    doublings++;
  }
  *dim = qref_cross_one_in(random, 128) ? qref_cross_dimension(random, budget)
                                        : base << qref_cross_below(random, doublings + 1);
  *rows = qref_cross_dimension(random, budget / *dim + 1);
  const size_t width = model_width(random);
  if (width != 0) {
    *rows = few(random, 8);
    *dim = width;
  }
}

static void hadamard(qref_cross_random *random, qref_case *item) {
  qref_hadamard_args *args = &item->args.hadamard;
  draw_hadamard(random, &args->rows, &args->dim);
  args->scale = qref_cross_scale(random, 40.0f * inverse_root(args->dim));
}

static void hadamard_f32(qref_cross_random *random, qref_case *item) {
  draw_hadamard(random, &item->args.hadamard_f32.rows, &item->args.hadamard_f32.dim);
}

static void embedding_w8(qref_cross_random *random, qref_case *item) {
  static const size_t most[] = {ANY, ANY};
  const size_t budget = 4 * qref_cross_budget(random);
  size_t sizes[2] = {1, 1};
  qref_cross_dimensions(random, budget, 2, most, sizes);
  const size_t width = model_width(random);
  if (width != 0) {
    sizes[0] = few(random, 8);
    sizes[1] = width;
  }
  qref_embedding_w8_args *args = &item->args.embedding_w8;
  args->count = sizes[0];
  args->vocab_size = qref_cross_dimension(random, 300);
  args->d_model = sizes[1];
}

static void requantize(qref_cross_random *random, qref_case *item) {
  qref_requantize_args *args = &item->args.requantize;
  args->count = qref_cross_dimension(random, 4 * qref_cross_budget(random));
  args->scale = qref_cross_scale(random, qref_cross_one_in(random, 4) ? 1.0f : 0.02f);
}

void qref_cross_random_attributes(qref_cross_random *random, qref_case *item) {
  static void (*const draw[QREF_OP_COUNT])(qref_cross_random *, qref_case *) = {
      [QREF_OP_CONV1D_SILU] = conv1d_silu,
      [QREF_OP_CONV1D_SILU_UPDATE] = conv1d_silu_update,
      [QREF_OP_CONV1D_SILU_FLOATSIM] = conv1d_silu_floatsim,
      [QREF_OP_REQUANTIZE] = requantize,
      [QREF_OP_LINEAR_W8A8] = linear_w8a8,
      [QREF_OP_LINEAR_W8A8_F16] = linear_w8a8,
      [QREF_OP_LINEAR_W8A8_PARALLEL] = linear_w8a8,
      [QREF_OP_LINEAR_W8A8_ROW] = linear_w8a8,
      [QREF_OP_LINEAR_W8A8_PER_CHANNEL] = linear_w8a8,
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
  draw[item->schema->op](random, item);
}
