/* Fills of the conv1d ops that search: candidates of bias and samples whose sum the taps can be made to reach. */
#include "ref/vectors/generate/plan_attributes.h"
#include "ref/vectors/generate/plan_conv1d.h"

enum { BOUNDARIES_TRIED = 14, CANDIDATES_TRIED = 50, STEPS_OF_RANGE = 344000, GROUPS = 4 };

/* Up to where the groups' values before rounding go. */
static const int group_end[GROUPS] = {2, 8, 32, 130};

/* Where on silu: from 0 to 3, from its minimum to 0, or around 16.6, from where on 1 + exp(-v) is 1. */
typedef enum side { ABOVE_ZERO, BELOW_ZERO, IDENTITY } side;

typedef struct search {
  qref_case *item;
  qref_seek_stream stream;
  bool silu;
  bool negative; /* on the side of silu below 0 */
  bool identity; /* where silu is nearly or exactly its argument */
  bool integers; /* the boundaries are integers */
  int group;
  float range; /* of the value before the activation */
  float step;  /* of the sum */
  float bias_scale;
  float out_scale;
} search;

static bool has_silu(const qref_case *item) {
  return qref_conv1d_is_update(item)     ? item->args.conv1d_silu_update.silu
         : qref_conv1d_is_floatsim(item) ? item->args.conv1d_silu_floatsim.silu
                                         : item->args.conv1d_silu.silu;
}

static qref_rounding_rule rounding_of(const qref_case *item) {
  return qref_conv1d_is_update(item)     ? item->profile.conv1d_silu_update.output.round
         : qref_conv1d_is_floatsim(item) ? (qref_rounding_rule){item->profile.conv1d_floatsim.grid_rounding, 0, 0}
                                         : item->profile.conv1d_silu.output.round;
}

/* Scales for which bias and sum together reach the group's values in steps far finer than the output's. */
static search begin(qref_case *item, uint64_t seed, const char *stream, int group, side where) {
  const qref_rounding rounding = rounding_of(item).rounding;
  search s = {.item = item,
              .stream = {.seed = seed, .case_id = item->id, .name = stream},
              .silu = has_silu(item),
              .negative = where == BELOW_ZERO && has_silu(item),
              .identity = where == IDENTITY,
              .integers = rounding == QREF_ROUND_TOWARD_ZERO || rounding == QREF_ROUND_FLOOR,
              .group = group};
  s.range = s.identity ? 16.9f : s.negative ? 1.2f : 3.0f * qref_seek_scale(&s.stream, 0.75f, 1.25f);
  /* Of a range of 3, silu leaves 2.857 to 3.05; below 0 it leaves 0.2784. */
  const float reached = s.identity ? s.range : s.negative ? 0.277f : s.silu ? 0.9f * s.range : s.range;
  s.out_scale = reached / ((float)group_end[group] * qref_seek_scale(&s.stream, 1.0f, 1.03f));
  s.bias_scale = s.range / 120.0f * qref_seek_scale(&s.stream, 0.97f, 1.03f);
  const float x_scale = qref_seek_scale(&s.stream, 0.01f, 0.05f);
  s.step = s.range / (float)STEPS_OF_RANGE;
  qref_conv1d_set_scales(item, x_scale, s.step / x_scale, s.bias_scale, s.out_scale);
  return s;
}

/* v with silu(v) = y: above the minimum of silu, which is at -1.278. y beyond -0.278 gives the minimum. */
static float inverse_silu(float y) {
  double low = -1.278, high = 20.0;
  for (int i = 0; i < 40; i++) {
    const double middle = 0.5 * (low + high);
    if (qref_silu_f32((float)middle) < y) {
      low = middle;
    } else {
      high = middle;
    }
  }
  return (float)low;
}

static double nearest_integer(double value) {
  return (double)(int64_t)(value < 0.0 ? value - 0.5 : value + 0.5);
}

static int64_t bias_code(search *s, float v) {
  if (!qref_case_tensor_const(s->item, "bias")->present) {
    return 0;
  }
  const int64_t reach = 12; /* codes beside the nearest that the sum makes up for */
  const int64_t code =
      (int64_t)nearest_integer((double)v / (double)s->bias_scale) + qref_seek_integer(&s->stream, -reach, reach);
  return code < -128 ? -128 : code > 127 ? 127 : code;
}

void qref_conv1d_draw_samples(qref_conv1d_window *window, qref_seek_stream *stream) {
  for (size_t k = 0; k < window->width && k < QREF_CONV1D_MOST_WIDTH; k++) {
    window->samples[k] = (int8_t)(k + 1 == window->width ? 0 : qref_seek_integer(stream, -128, 127));
  }
}

/* Fills the window with a bias and samples for which the value before the activation is near v. */
static bool aim(search *s, qref_conv1d_window *window, float v) {
  window->bias = (int8_t)bias_code(s, v);
  const double rest = (double)v - (double)window->bias * (double)s->bias_scale;
  const int64_t sum = (int64_t)nearest_integer(rest / (double)s->step) + qref_seek_integer(&s->stream, -1, 1);
  qref_conv1d_draw_samples(window, &s->stream);
  return qref_seek_dot(window->w, window->samples, window->width, 1, sum);
}

/* A boundary of the group: k + 1/2, or k + 1 for the roundings that decide there. */
static float draw_boundary(search *s) {
  const int end = group_end[s->group];
  const int lowest = s->identity ? end * 9 / 10 : s->group == 0 ? 0 : end / 4;
  const int64_t k = qref_seek_integer(&s->stream, lowest, end - 1);
  const float at = (float)k + (s->integers ? 1.0f : 0.5f);
  if (s->silu) {
    return s->negative ? -at : at;
  }
  return qref_seek_integer(&s->stream, 0, 1) == 0 ? at : -at;
}

typedef bool (*accepts)(const qref_conv1d_window *window, int32_t wanted);

static bool at_distance(const qref_conv1d_window *window, int32_t wanted) {
  return qref_seek_tie_distance(qref_conv1d_before_rounding(window, QREF_CONV1D_OWN)) == wanted;
}

static bool separates(const qref_conv1d_window *window, int32_t alternative) {
  const qref_rounding_rule rule = rounding_of(window->item);
  const float own = qref_conv1d_before_rounding(window, QREF_CONV1D_OWN);
  const float other = qref_conv1d_before_rounding(window, (qref_conv1d_alternative)alternative);
  return qref_round_f32(own, rule.rounding, 0, 0) != qref_round_f32(other, rule.rounding, 0, 0);
}

/* Searches a window for channel d; the last candidate stays where none is accepted. */
static bool seek_window(search *s, size_t d, accepts accept, int32_t wanted, qref_conv1d_window *window) {
  window->item = s->item;
  window->width = qref_plan_size(s->item, "width");
  window->w = qref_case_i8(s->item, "w") + d * window->width;
  for (int boundary = 0; boundary < BOUNDARIES_TRIED; boundary++) {
    const float y = draw_boundary(s) * s->out_scale;
    const float v = s->silu ? inverse_silu(y) : y;
    for (int candidate = 0; candidate < CANDIDATES_TRIED; candidate++) {
      if (aim(s, window, v) && accept(window, wanted)) {
        return true;
      }
    }
  }
  return false;
}

static void fill_other_samples(qref_case *item, uint64_t seed) {
  qref_fill(item, seed, "x", QREF_FILL_UNIFORM, -128, 127);
  if (qref_conv1d_is_update(item)) {
    qref_fill(item, seed, "state", QREF_FILL_UNIFORM, -128, 127);
  }
}

/* Fills all channels; returns in how many the search succeeded. `wanted` of channel d is first + d mod count. */
static size_t fill_channels(search *s, accepts accept, int32_t first, int32_t count) {
  size_t accepted = 0;
  for (size_t d = 0; d < qref_plan_size(s->item, "channels"); d++) {
    qref_conv1d_set_taps(s->item, &s->stream, d);
    qref_conv1d_window window;
    accepted += seek_window(s, d, accept, first + (int32_t)(d % (size_t)count), &window);
    qref_conv1d_put(s->item, &s->stream, d, &window);
  }
  return accepted;
}

/* Not every draw of scales allows every distance: the first with `enough` successes, or the best of a few. */
static void fill_best(qref_case *item, uint64_t seed, int group, side where, accepts accept, int32_t first,
                      int32_t count, size_t enough) {
  static const char *const streams[] = {"seek", "seek_1", "seek_2", "seek_3"};
  size_t best = 0, best_accepted = 0;
  const size_t draws = sizeof streams / sizeof streams[0];
  for (size_t i = 0; i < draws; i++) {
    search s = begin(item, seed, streams[i], group, where);
    const size_t accepted = fill_channels(&s, accept, first, count);
    if (accepted > best_accepted) {
      best = i;
      best_accepted = accepted;
    }
    if (accepted >= enough) {
      return;
    }
  }
  search s = begin(item, seed, streams[best], group, where);
  (void)fill_channels(&s, accept, first, count);
}

qref_status qref_conv1d_fill_near(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  (void)error;
  fill_other_samples(item, seed);
  fill_best(item, seed, (int)(parameter % GROUPS), parameter >= GROUPS ? BELOW_ZERO : ABOVE_ZERO, at_distance, -2, 5,
            qref_plan_size(item, "channels") * 17 / 20);
  return QREF_OK;
}

qref_status qref_conv1d_fill_separating(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  (void)error;
  fill_other_samples(item, seed);
  const side where = parameter == QREF_CONV1D_IDENTITY ? IDENTITY : parameter >= 16 ? BELOW_ZERO : ABOVE_ZERO;
  fill_best(item, seed, GROUPS - 1, where, separates, (int32_t)(parameter % 16), 1, 5);
  return QREF_OK;
}

/* Whether the index of a table is another where the position is multiplied by the reciprocal of the step. */
static bool indices_differ(const qref_conv1d_window *window) {
  const qref_function_rule rule = qref_conv1d_silu_rule_of(window->item);
  const float step = (rule.maximum - rule.minimum) / (float)(rule.entries - 1);
  const float distance = qref_conv1d_sum(window, QREF_CONV1D_OWN) - rule.minimum;
  return qref_round_f32(distance / step, QREF_ROUND_HALF_EVEN, 0, 0) !=
         qref_round_f32(distance * (1.0f / step), QREF_ROUND_HALF_EVEN, 0, 0);
}

qref_status qref_conv1d_fill_table_index(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  (void)parameter, (void)error;
  fill_other_samples(item, seed);
  search s = begin(item, seed, "seek", GROUPS - 1, ABOVE_ZERO);
  const qref_function_rule rule = qref_conv1d_silu_rule_of(item);
  const double step = ((double)rule.maximum - (double)rule.minimum) / (double)(rule.entries - 1);
  const size_t width = qref_plan_size(item, "width");
  for (size_t d = 0; d < qref_plan_size(item, "channels"); d++) {
    qref_conv1d_set_taps(item, &s.stream, d);
    qref_conv1d_window window = {.item = item, .width = width, .w = qref_case_i8(item, "w") + d * width};
    for (int candidate = 0; candidate < BOUNDARIES_TRIED * CANDIDATES_TRIED; candidate++) {
      /* The scales reach values of up to 3. */
      const int64_t middle = (int64_t)(-(double)rule.minimum / step) + qref_seek_integer(&s.stream, -12, 12);
      if (aim(&s, &window, (float)((double)rule.minimum + ((double)middle + 0.5) * step)) && indices_differ(&window)) {
        break;
      }
    }
    qref_conv1d_put(item, &s.stream, d, &window);
  }
  return QREF_OK;
}
