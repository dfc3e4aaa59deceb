/* RMSNorm data that is solved or searched for. */
#include "ref/base/error.h"
#include "ref/ops/root_mean_square.h"
#include "ref/vectors/generate/fill_rmsnorm.h"
#include "ref/vectors/generate/sample.h"

/* ---- one row, weights solved for ---- */

/* r*rstd of the case's only row. */
static float unit(const float *r, float rstd, size_t i) {
  return r[i] * rstd;
}

static float scaled(qref_case *item, float product, float weight, float scale) {
  return qref_apply_scale(product * weight, scale, item->profile.rmsnorm.output.scale_form);
}

/* The weight for which the value before rounding comes nearest to the target. */
static float solve_weight(qref_case *item, float product, float target, float scale) {
  const float estimate = (target * scale) / product;
  if (!(estimate > -0x1p120f && estimate < 0x1p120f)) {
    return target;
  }
  float best = estimate;
  int64_t best_distance = INT64_MAX;
  for (int32_t i = 0; i <= 16; i++) {
    const float weight = qref_seek_step(estimate, i % 2 != 0 ? (i + 1) / 2 : -(i / 2));
    const int64_t difference =
        (int64_t)qref_bits_from_f32(scaled(item, product, weight, scale)) - (int64_t)qref_bits_from_f32(target);
    const int64_t distance = difference < 0 ? -difference : difference;
    if (distance < best_distance) {
      best = weight;
      best_distance = distance;
    }
  }
  return best;
}

/* Fills x and residual, none of the sums near 0; returns rstd. */
static float fill_row(qref_case *item, uint64_t seed) {
  qref_seek_stream stream = {.seed = seed, .case_id = item->id, .name = "row"};
  const size_t n = item->args.rmsnorm.n;
  qref_float16 *x = qref_case_f16(item, "x");
  float *r = qref_case_f32(item, "residual"); /* x is 0: what is added to it is r itself */
  item->args.rmsnorm.out_scale = qref_seek_scale(&stream, 0.01f, 0.04f);
  for (size_t i = 0; i < n; i++) {
    r[i] = qref_sample_f32(&stream, -1, 1);
    x[i] = 0;
  }
  const float mean_square = qref_mean_square(r, n, item->profile.rmsnorm.partial_sums);
  return qref_reciprocal_rms(mean_square, item->args.rmsnorm.eps);
}

/* Makes element 0 the largest of the row, 127 steps of a scale near out_scale; returns the row's scale. In the static
 * mode that is out_scale. */
static float fix_scale(qref_case *item, float *weight, const float *r, float rstd) {
  const float out_scale = item->args.rmsnorm.out_scale;
  weight[0] = (127.0f * out_scale) / unit(r, rstd, 0);
  const bool dynamic = qref_case_tensor_of(item, "row_scale")->present;
  return dynamic ? (unit(r, rstd, 0) * weight[0]) / 127.0f : out_scale;
}

qref_status qref_fill_rmsnorm_boundaries(qref_case *item, uint64_t seed, int64_t step, qref_error *error) {
  (void)error;
  qref_seek_stream stream = {.seed = seed, .case_id = item->id, .name = "targets"};
  const float rstd = fill_row(item, seed);
  const float *r = qref_case_f32(item, "residual");
  float *weight = qref_case_f32(item, "weight");
  const bool dynamic = qref_case_tensor_of(item, "row_scale")->present;
  const float scale = fix_scale(item, weight, r, rstd);
  for (size_t i = 1; i < item->args.rmsnorm.n; i++) {
    const qref_rounding_rule *round = &item->profile.rmsnorm.output.round;
    const bool edge = round->rounding == QREF_ROUND_STOCHASTIC && i % 5 == 0;
    float target = edge ? qref_sample_stochastic_edge(round, i, i % 2 != 0)
                        : qref_sample_rounding(&stream, (i - 1) * (size_t)step % QREF_SAMPLE_ROUNDINGS);
    if (dynamic && !(target > -0x1p60f && target < 127.0f)) {
      target = target > 0.0f && target < 0x1p60f ? -target : -300.0f; /* below the row's largest, whatever the sign */
    }
    weight[i] = solve_weight(item, unit(r, rstd, i), target, scale);
  }
  return QREF_OK;
}

enum { FORM_STEPS = 40 };

qref_status qref_fill_rmsnorm_forms(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  (void)parameter;
  (void)error;
  const float rstd = fill_row(item, seed);
  const float *r = qref_case_f32(item, "residual");
  float *weight = qref_case_f32(item, "weight");
  const float scale = fix_scale(item, weight, r, rstd);
  const qref_quantize_rule *rule = &item->profile.rmsnorm.output;
  const qref_scale_form other = rule->scale_form == QREF_SCALE_DIVISOR ? QREF_SCALE_MULTIPLIER : QREF_SCALE_DIVISOR;
  for (size_t i = 1; i < item->args.rmsnorm.n; i++) {
    const float boundary = (float)(i / 2 % 126) + 0.5f;
    const float product = unit(r, rstd, i);
    const float near = solve_weight(item, product, i % 2 != 0 ? -boundary : boundary, scale);
    weight[i] = near;
    for (int32_t steps = 0; steps < FORM_STEPS; steps++) {
      const float candidate = qref_seek_step(near, steps % 2 != 0 ? steps / 2 : -steps / 2);
      const float value = scaled(item, product, candidate, scale);
      const float alternative = i % 4 < 2 ? qref_apply_scale(product * candidate, scale, other)
                                          : qref_apply_scale(r[i] * (rstd * candidate), scale, rule->scale_form);
      if (qref_seek_separates(value, alternative, &rule->round)) {
        weight[i] = candidate;
        break;
      }
    }
  }
  return QREF_OK;
}

/* ---- rows whose sum depends on its order ---- */

/* Other ways to sum squares than `partials` partial sums in ascending order. */
static float other_mean_square(const float *r, size_t n, size_t form) {
  static const uint32_t partial_sums[] = {1, 2, 8, 16, 31, 32, 33, 64, 1024};
  enum { PARTIALS = sizeof partial_sums / sizeof partial_sums[0], LANES = 32 };
  if (form < PARTIALS) {
    return qref_mean_square(r, n, partial_sums[form]);
  }
  double lanes[LANES] = {0};
  for (size_t i = 0; i < n; i++) {
    const size_t at = form == PARTIALS ? n - 1 - i : i; /* elements descending, or ascending */
    lanes[at % LANES] += (double)r[at] * (double)r[at];
  }
  double sum = 0.0;
  switch (form) {
    case PARTIALS:
      for (size_t lane = 0; lane < LANES; lane++) {
        sum += lanes[lane];
      }
      break;
    case PARTIALS + 1: /* partials descending */
      for (size_t lane = LANES; lane-- > 0;) {
        sum += lanes[lane];
      }
      break;
    default: /* partials as a tree */
      for (size_t stride = LANES / 2; stride > 0; stride /= 2) {
        for (size_t lane = 0; lane < stride; lane++) {
          lanes[lane] += lanes[lane + stride];
        }
      }
      sum = lanes[0];
      break;
  }
  return (float)(sum / (double)n);
}
enum { SUM_FORMS = 12, SUM_TRIES = 1000 };

/* The float32 rows that are normed, of either op, weights being 1. */
typedef struct norm_rows {
  float *r;
  size_t rows, n;
  float eps;
  uint32_t partial_sums;
} norm_rows;

static norm_rows rows_of(qref_case *item, uint64_t seed) {
  const bool quantized = item->schema->op == QREF_OP_RMSNORM;
  const char *name = quantized ? "residual" : "x";
  const qref_case_tensor *tensor = qref_case_tensor_of(item, name);
  qref_fill(item, seed, "weight", QREF_FILL_CONSTANT, 1, 1);
  return (norm_rows){.r = qref_case_f32(item, name),
                     .rows = tensor->shape[0],
                     .n = tensor->shape[1],
                     .eps = quantized ? item->args.rmsnorm.eps : item->args.rmsnorm_f32.eps,
                     .partial_sums = quantized ? item->profile.rmsnorm.partial_sums : 32};
}

/* Whether two mean squares give different scales of a row, and different elements. */
static bool shows(const norm_rows *rows, float largest, float here, float there) {
  return here != there && (largest * qref_reciprocal_rms(here, rows->eps)) / 127.0f !=
                              (largest * qref_reciprocal_rms(there, rows->eps)) / 127.0f;
}

/* m^2 + 1, m even and in 4096..5792, is the middle of two float32; the other squares are about half a unit of binary64
 * there. Which of them are lost depends on what they are added to first. */
static void draw_row(qref_seek_stream *stream, float *r, size_t n, float *largest) {
  const size_t at = (size_t)qref_seek_integer(stream, 0, (int64_t)n - 1);
  size_t one = (size_t)qref_seek_integer(stream, 0, (int64_t)n - 1);
  one = one == at ? (at + 1) % n : one;
  const int64_t dense = qref_seek_integer(stream, 1, 4);
  const float top = qref_seek_scale(stream, 0x1p-16f, 0x1p-14f);
  for (size_t i = 0; i < n; i++) {
    const bool drop = qref_seek_integer(stream, 1, 4) > dense;
    r[i] = drop ? 0.0f : qref_seek_scale(stream, 0.7f * top, top);
  }
  *largest = (float)(2 * qref_seek_integer(stream, 2048, 2896));
  r[at] = *largest;
  r[one] = 1.0f;
}

qref_status qref_fill_rmsnorm_sum_order(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  (void)parameter;
  (void)error;
  qref_seek_stream stream = {.seed = seed, .case_id = item->id, .name = "rows"};
  const norm_rows rows = rows_of(item, seed);
  for (size_t row = 0; row < rows.rows; row++) {
    float *r = rows.r + row * rows.n;
    for (size_t tries = 0; tries < SUM_TRIES; tries++) {
      float largest;
      draw_row(&stream, r, rows.n, &largest);
      if (shows(&rows, largest, qref_mean_square(r, rows.n, rows.partial_sums),
                other_mean_square(r, rows.n, row % SUM_FORMS))) {
        break;
      }
    }
  }
  return QREF_OK;
}

qref_status qref_fill_rmsnorm_division(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  (void)parameter;
  (void)error;
  qref_seek_stream stream = {.seed = seed, .case_id = item->id, .name = "rows"};
  const norm_rows rows = rows_of(item, seed);
  for (size_t row = 0; row < rows.rows; row++) {
    float *r = rows.r + row * rows.n;
    for (size_t tries = 0; tries < SUM_TRIES; tries++) {
      float largest = 0.0f;
      double sum = 0.0; /* of squares of integers: exact */
      for (size_t i = 0; i < rows.n; i++) {
        r[i] = (float)qref_seek_integer(&stream, 3000, 6500);
        largest = r[i] > largest ? r[i] : largest;
        sum += (double)r[i] * (double)r[i];
      }
      if (shows(&rows, largest, (float)(sum / (double)rows.n), (float)(sum * (1.0 / (double)rows.n)))) {
        break;
      }
    }
  }
  return QREF_OK;
}
