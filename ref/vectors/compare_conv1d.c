#include "ref/vectors/compare_conv1d.h"

#include <math.h>
#include <string.h>

#include "ref/vectors/verdict.h"

/* One element of both sides. */
typedef struct element {
  size_t batch, channel, time, index;
  int8_t q;
  float int8_value; /* q * output_scale */
  float y_sim;
  double v, f; /* before rounding, in steps of the output scale */
} element;

/* ---- how far apart two evaluations of the same real number may be ---- */

/* First-order bound of |f - v|, in steps of the output scale. With u = 2^-24, every rounding errs by at most u times
 * what it rounds:
 *   float simulation: u for each of w, x and bias dequantized (2u for a tap), u for each partial sum
 *   INT8: u for s_w * s_x, u for (float)acc, u for bias, u for the fma
 * silu has a slope of at most 1.1, and its own three roundings and the division by the scale err by u each, on both
 * sides. */
static double error_bound(const qref_conv1d_pair *pair, const element *item) {
  const double u = 0x1p-24;
  const size_t W = pair->width;
  const int8_t *x = pair->int8_x + (item->batch * pair->channels + item->channel) * pair->length;
  const int8_t *w = pair->w + item->channel * W;
  const double tap_scale = (double)pair->x_scale * (double)pair->w_scale;
  const double bias = pair->bias == NULL ? 0.0 : fabs((double)pair->bias[item->channel] * (double)pair->bias_scale);
  double magnitude = bias; /* bounds the partial sum so far */
  double partial_sums = 0.0;
  for (size_t k = 0; k < W; k++) {
    if (item->time + k + 1 < W) {
      continue; /* before time 0 */
    }
    magnitude += fabs((double)w[k] * (double)x[item->time + k + 1 - W]) * tap_scale;
    partial_sums += magnitude;
  }
  const double taps = magnitude - bias;
  const double float_error = u * (2.0 * taps + bias + partial_sums);
  const double int8_error = u * (2.0 * taps + bias + magnitude);
  const double y = fabs(item->f) * (double)pair->output_scale;
  const double slope = 1.1;
  /* 1.001 covers what is of second order. */
  return 1.001 * (slope * (float_error + int8_error) + 2.0 * 4.0 * u * y) / (double)pair->output_scale;
}

/* ---- the kinds of difference ---- */

typedef enum kind { EXACT, SATURATED, WRAPPED, TIE, TIE_BY_CANCELLATION, FINER, INHERITED, BUG } kind;

/* q is clamped or wrapped although the simulated value is the same number: the number lies outside int8. */
static kind out_of_range(const qref_conv1d_pair *pair, const element *item) {
  const qref_rounding_rule *rule = &pair->profile->conv1d_silu.output.round;
  const float rounded = qref_round_f32((float)item->v, rule->rounding, rule->seed, item->index);
  const double beyond = item->y_sim >= 0.0f ? 127.0 : 128.0;
  if (fabs((double)item->y_sim) <= beyond * (double)pair->output_scale ||
      fabs(item->f - item->v) > error_bound(pair, item)) {
    return BUG;
  }
  if (rule->overflow == QREF_OVERFLOW_WRAP) {
    return rounded < -128.0f || rounded > 127.0f ? WRAPPED : BUG;
  }
  return item->q == (item->y_sim >= 0.0f ? 127 : -128) ? SATURATED : BUG;
}

static kind classify_same_scale(const qref_conv1d_pair *pair, const element *item, qref_conv1d_comparison *comparison) {
  const double steps = rint((double)item->y_sim / (double)pair->output_scale);
  if (steps < -128.0 || steps > 127.0) {
    return out_of_range(pair, item);
  }
  if (fabs(steps - (double)item->q) != 1.0) {
    return BUG;
  }
  /* One step apart: the value must lie at the boundary between the two. */
  const double boundary = (steps + (double)item->q) / 2.0;
  const double distance = fmax(fabs(item->f - boundary), fabs(item->v - boundary));
  const double apart = fabs(item->f - item->v);
  const double ulp = qref_ulp_f32(boundary);
  const double bound = error_bound(pair, item);
  /* Both must lie there: under a rule that rounds down, a distance of half a step would hide behind an `apart` of 0. */
  if (distance > 2.0 * ulp && (distance > bound || apart > bound)) {
    return BUG;
  }
  comparison->max_tie_ulp = fmax(comparison->max_tie_ulp, distance / ulp);
  comparison->max_bound_fraction = fmax(comparison->max_bound_fraction, apart / bound);
  return distance <= 2.0 * ulp ? TIE : TIE_BY_CANCELLATION;
}

static kind classify_better_scale(const qref_conv1d_pair *pair, const element *item) {
  const double step = (double)pair->output_scale;
  const double fine_step = (double)pair->effective_scale;
  /* Beside the two grids: the two values before rounding, and the roundings of y / fine_step and of k * fine_step. */
  const double slack = error_bound(pair, item) * step + 0x1p-22 * fabs((double)item->y_sim);
  if (fabs((double)item->y_sim - (double)item->int8_value) <= step / 2.0 + fine_step / 2.0 + slack) {
    return FINER;
  }
  return out_of_range(pair, item);
}

/* The earliest time of the element's window at which the two inputs differ; SIZE_MAX if they are the same. */
static size_t first_input_difference(const qref_conv1d_pair *pair, const element *item) {
  if (pair->float_x == pair->int8_x) {
    return SIZE_MAX;
  }
  const size_t row = (item->batch * pair->channels + item->channel) * pair->length;
  const size_t begin = item->time + 1 >= pair->width ? item->time + 1 - pair->width : 0;
  for (size_t t = begin; t <= item->time; t++) {
    if (pair->int8_x[row + t] != pair->float_x[row + t]) {
      return t;
    }
  }
  return SIZE_MAX;
}

static kind classify(const qref_conv1d_pair *pair, const element *item, qref_conv1d_comparison *comparison) {
  if (item->y_sim == item->int8_value) {
    return EXACT;
  }
  if (!isfinite(item->y_sim)) { /* an effective scale too small for float32: no grid is finer than that */
    return BUG;
  }
  const size_t input = first_input_difference(pair, item);
  if (input != SIZE_MAX) {
    /* Everything is causal: an earlier layer must differ no later than the input does. */
    return pair->upstream != NULL && pair->upstream[item->batch] <= input ? INHERITED : BUG;
  }
  /* The simulated grid: after_quant is what its rule makes of before_quant. */
  const qref_conv1d_floatsim_rule *rule = &pair->profile->conv1d_floatsim;
  const float grid =
      qref_round_f32(qref_apply_scale(pair->before_quant[item->index], pair->effective_scale, rule->grid_scale_form),
                     rule->grid_rounding, 0, 0) *
      pair->effective_scale;
  if (grid != item->y_sim) {
    return BUG;
  }
  return pair->better_scale ? classify_better_scale(pair, item) : classify_same_scale(pair, item, comparison);
}

/* ---- counting ---- */

static void count(qref_conv1d_comparison *comparison, kind kind_of_element) {
  switch (kind_of_element) {
    case EXACT:
      comparison->exact++;
      break;
    case SATURATED:
      comparison->saturated++;
      break;
    case WRAPPED:
      comparison->wrapped++;
      break;
    case TIE:
      comparison->tie++;
      break;
    case TIE_BY_CANCELLATION:
      comparison->tie_by_cancellation++;
      break;
    case FINER:
      comparison->finer++;
      break;
    case INHERITED:
      comparison->inherited++;
      break;
    case BUG:
    default:
      comparison->bug++;
      break;
  }
}

static void describe(const element *item, bool is_bug, qref_conv1d_comparison *comparison) {
  comparison->has_first = true;
  comparison->first_is_bug = is_bug;
  comparison->batch = item->batch;
  comparison->channel = item->channel;
  comparison->time = item->time;
  comparison->q = item->q;
  comparison->int8_value = item->int8_value;
  comparison->float_value = item->y_sim;
  comparison->int8_before_rounding = (float)item->v;
  comparison->float_before_rounding = (float)item->f;
}

void qref_compare_conv1d(const qref_conv1d_pair *pair, qref_conv1d_comparison *comparison) {
  const size_t T = pair->length;
  const size_t elements = pair->batch * pair->channels * T;
  const qref_conv1d_floatsim_rule *rule = &pair->profile->conv1d_floatsim;
  memset(comparison, 0, sizeof *comparison);
  comparison->elements = elements;
  comparison->output_scale = pair->output_scale;
  comparison->effective_scale = pair->effective_scale;
  for (size_t i = 0; i < elements; i++) {
    const float f = qref_apply_scale(pair->before_quant[i], pair->output_scale, rule->grid_scale_form);
    const element item = {
        .batch = i / (pair->channels * T),
        .channel = i / T % pair->channels,
        .time = i % T,
        .index = i,
        .q = pair->int8_y[i],
        .int8_value = (float)pair->int8_y[i] * pair->output_scale,
        .y_sim = pair->after_quant[i],
        .v = (double)pair->int8_before_rounding[i],
        .f = (double)f,
    };
    const kind found = classify(pair, &item, comparison);
    count(comparison, found);
    if (found == EXACT) {
      continue;
    }
    comparison->max_difference = fmax(comparison->max_difference, fabs((double)item.y_sim - (double)item.int8_value));
    if (pair->first_difference != NULL && item.time < pair->first_difference[item.batch]) {
      pair->first_difference[item.batch] = item.time;
    }
    if ((found != INHERITED && !comparison->has_first) || (found == BUG && !comparison->first_is_bug)) {
      describe(&item, found == BUG, comparison);
      comparison->boundary_distance = qref_boundary_distance(item.f, rule->grid_rounding);
    }
  }
}

bool qref_conv1d_explained(const qref_conv1d_comparison *comparison) {
  return comparison->elements != 0 && comparison->bug == 0;
}
