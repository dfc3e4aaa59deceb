/* Cases of conv1d_silu. */
#include <stdio.h>

#include "ref/vectors/case/flag_tables.h"
#include "ref/vectors/generate/plan_conv1d.h"
#include "ref/vectors/generate/rounding_variant.h"

#define OP QREF_OP_CONV1D_SILU

enum { LARGEST_PRODUCT = 16384, LEAST_PRODUCT = 16256, TURNING_BACK = 2 };

/* ---- long sums ---- */

/* One output per channel has the whole sum: that at the end of the first `width` samples. */
static int8_t *samples_of(qref_case *item, size_t d) {
  return qref_case_i8(item, "x") + d * item->args.conv1d_silu.length;
}

static int8_t *taps_of(qref_case *item, size_t d) {
  return qref_case_i8(item, "w") + d * item->args.conv1d_silu.width;
}

/* Ends exactly at a sum without leaving the range on the way. */
static void end_at(qref_case *item, size_t d, int64_t sum) {
  const size_t width = item->args.conv1d_silu.width;
  int8_t *x = samples_of(item, d);
  int8_t *w = taps_of(item, d);
  for (size_t k = 0; k < width; k++) {
    x[k] = k + 1 == width ? 1 : -128;
    w[k] = 0;
  }
  (void)qref_seek_dot(x, w, width, 1, sum);
}

/* Climbs over a limit by steps of one sign and takes two steps back. */
static void climb_and_return(qref_case *item, size_t d, int8_t up, int8_t down, size_t up_steps) {
  int8_t *x = samples_of(item, d);
  int8_t *w = taps_of(item, d);
  for (size_t k = 0; k < item->args.conv1d_silu.width; k++) {
    x[k] = -128;
    w[k] = k < up_steps ? up : k < up_steps + TURNING_BACK ? down : 0;
  }
}

/* parameter: bits of the accumulator. Channels: over the upper limit and back; over the lower one and back; the upper
 * limit; one below the lower limit; one inside the upper limit; the lower limit. */
static qref_status fill_narrow(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  (void)seed, (void)error;
  const int64_t limit = INT64_C(1) << (parameter - 1);
  const size_t up = (size_t)(limit / LARGEST_PRODUCT) + 1;
  climb_and_return(item, 0, -128, 127, up);
  climb_and_return(item, 1, 127, -128, (size_t)(limit / LEAST_PRODUCT) + 2);
  end_at(item, 2, limit);
  end_at(item, 3, -limit - 1);
  end_at(item, 4, limit - 1);
  end_at(item, 5, -limit);
  const int64_t exact = (int64_t)up * LARGEST_PRODUCT - TURNING_BACK * LEAST_PRODUCT;
  const int64_t saturated = limit - 1 - TURNING_BACK * LEAST_PRODUCT;
  const int64_t middle = (exact + saturated) / 2;
  qref_conv1d_set_scales(item, 0.25f, 0.25f, 1.0f, 0.0625f * (float)middle / 100.5f);
  return QREF_OK;
}

/* parameter: bits. Beyond the upper limit and back to 5; beyond the lower one and back to -7. */
static qref_status fill_narrow_fine(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  (void)seed, (void)error;
  const int64_t limit = INT64_C(1) << (parameter - 1);
  const size_t beyond = (size_t)(limit / LEAST_PRODUCT) + 2;
  const size_t width = item->args.conv1d_silu.width;
  for (size_t d = 0; d < 2; d++) {
    climb_and_return(item, d, d == 0 ? -128 : 127, 0, beyond);
    int8_t *x = samples_of(item, d);
    x[width - 1] = 1;
    (void)qref_seek_dot(x + beyond, taps_of(item, d) + beyond, width - beyond, 1, d == 0 ? 5 - (limit - 1) : limit - 7);
  }
  qref_conv1d_set_scales(item, 0.25f, 0.25f, 1.0f, 0.0625f);
  return QREF_OK;
}

/* Sums around ties beyond 2^24, where the conversion to float32 rounds. */
static qref_status fill_past_2_24(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  static const int8_t offsets[] = {1, -1, 3};
  (void)error;
  qref_seek_stream stream = {.seed = seed, .case_id = item->id, .name = "seek"};
  qref_fill(item, seed, "x", QREF_FILL_UNIFORM, -128, 127);
  const size_t width = item->args.conv1d_silu.width;
  for (size_t d = 0; d < item->args.conv1d_silu.channels; d++) {
    int8_t *w = taps_of(item, d);
    for (size_t k = 0; k < width; k++) {
      const int64_t large = qref_seek_integer(&stream, 100, 127);
      w[k] = k + 1 == width ? 1 : (int8_t)(qref_seek_integer(&stream, 0, 1) == 0 ? large : -large);
    }
    samples_of(item, d)[width - 1] = 0;
    const int64_t twice = 129 + 2 * (int64_t)(d / 3);
    const int64_t sum = (twice << 17) + offsets[d % 3];
    (void)qref_seek_dot(w, samples_of(item, d), width, 1, d % 2 == 0 ? sum : -sum);
  }
  const float out_scale = parameter == 0 ? 0x1p13f : qref_seek_step(0x1p13f, 1);
  qref_conv1d_set_scales(item, 0x1p-2f, 0x1p-3f, 1.0f, out_scale); /* 2^18 steps of the sum are one of the output */
  return QREF_OK;
}

static void set_accumulator(qref_planned_case *planned, uint32_t bits, qref_overflow overflow) {
  planned->item.profile.conv1d_silu.accumulator = (qref_accumulator_rule){bits, overflow};
  char name[64];
  snprintf(name, sizeof name, "conv1d_silu-accumulator-%u-%s", bits,
           overflow == QREF_OVERFLOW_WRAP ? "wrap" : "saturate");
  qref_planned_variant(planned, name);
}

static void add_long_sums(qref_plan *plan) {
  qref_conv1d_add(plan, OP, "accumulator_largest_1030", FLAG(ACCUMULATOR_EXTREME) | FLAG(ACCUMULATOR_PAST_2_24),
                  (qref_conv1d_shape){1, 1, 1031, 1030, false, false}, qref_conv1d_fill_data, QREF_CONV1D_MINIMUM);
  qref_conv1d_add(plan, OP, "accumulator_least_1030", FLAG(ACCUMULATOR_EXTREME) | FLAG(ACCUMULATOR_PAST_2_24),
                  (qref_conv1d_shape){1, 1, 1040, 1040, false, false}, qref_conv1d_fill_data,
                  QREF_CONV1D_MINIMUM_BY_MAXIMUM);
  qref_conv1d_add(plan, OP, "accumulator_largest_4100", FLAG(ACCUMULATOR_EXTREME) | FLAG(ACCUMULATOR_PAST_2_24),
                  (qref_conv1d_shape){1, 1, 4100, 4100, false, false}, qref_conv1d_fill_data, QREF_CONV1D_MINIMUM);
  qref_conv1d_add(plan, OP, "accumulator_largest_8200", FLAG(ACCUMULATOR_EXTREME) | FLAG(ACCUMULATOR_PAST_2_24),
                  (qref_conv1d_shape){1, 1, 8200, 8200, false, false}, qref_conv1d_fill_data, QREF_CONV1D_MINIMUM);
  if (plan->size == QREF_SUITE_THOROUGH) {
    qref_conv1d_add(plan, OP, "accumulator_largest_16400", FLAG(ACCUMULATOR_EXTREME) | FLAG(ACCUMULATOR_PAST_2_24),
                    (qref_conv1d_shape){1, 1, 16400, 16400, false, false}, qref_conv1d_fill_data, QREF_CONV1D_MINIMUM);
  }
  for (size_t i = 0; i < 2; i++) {
    qref_conv1d_add_numbered(plan, OP, "accumulator_past_2_24", i, FLAG(ACCUMULATOR_PAST_2_24) | FLAG(NEAR_TIE),
                             (qref_conv1d_shape){1, 6, 1300, 1300, false, false}, fill_past_2_24, (int64_t)i);
  }
  for (uint32_t bits = 16; bits <= 22; bits++) {
    for (int wraps = 0; wraps < 2; wraps++) {
      const qref_overflow overflow = wraps != 0 ? QREF_OVERFLOW_WRAP : QREF_OVERFLOW_SATURATE;
      const size_t width = ((size_t)1 << (bits - 1)) / LEAST_PRODUCT + 2 + TURNING_BACK + 4;
      char name[64];
      snprintf(name, sizeof name, "accumulator_%u_%s", bits, wraps != 0 ? "wrap" : "saturate");
      set_accumulator(qref_conv1d_add(plan, OP, name, FLAG(HARDWARE_PROFILE) | FLAG(ACCUMULATOR_EXTREME),
                                      (qref_conv1d_shape){1, 6, width, width, false, false}, fill_narrow, bits),
                      bits, overflow);
      if (wraps == 0) {
        snprintf(name, sizeof name, "accumulator_%u_return", bits);
        set_accumulator(
            qref_conv1d_add(plan, OP, name, FLAG(HARDWARE_PROFILE) | FLAG(ACCUMULATOR_EXTREME),
                            (qref_conv1d_shape){1, 2, 2 * width, 2 * width, false, false}, fill_narrow_fine, bits),
            bits, overflow);
      }
    }
  }
}

/* ---- lengths ---- */

static void add_lengths(qref_plan *plan) {
  qref_conv1d_add_lengths(plan, OP, qref_conv1d_fill_data);
  static const struct {
    size_t length;
    uint64_t flags;
  } lengths[] = {{9, FLAG(PAST_8)}, {17, FLAG(PAST_16)}, {33, FLAG(PAST_32)}, {2049, FLAG(PAST_2048)}, {15, 0}};
  for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
    qref_conv1d_add_numbered(plan, OP, "length", lengths[i].length, lengths[i].flags | FLAG(ODD) | FLAG(UNIFORM),
                             (qref_conv1d_shape){2, i == 3 ? 1 : 3, lengths[i].length, 4, true, i % 2 == 0},
                             qref_conv1d_fill_data, QREF_CONV1D_UNIFORM);
  }
  qref_conv1d_add(plan, OP, "width_1", FLAG(UNIFORM), (qref_conv1d_shape){2, 4, 6, 1, true, false},
                  qref_conv1d_fill_data, QREF_CONV1D_UNIFORM);
  qref_conv1d_add(plan, OP, "width_8", FLAG(UNIFORM), (qref_conv1d_shape){2, 3, 19, 8, true, true},
                  qref_conv1d_fill_data, QREF_CONV1D_UNIFORM);
}

/* ---- hardware profiles ---- */

static qref_function_rule *silu_of(qref_case *item) {
  return &item->profile.conv1d_silu.silu;
}

static qref_multiply_add *multiply_add_of(qref_case *item) {
  return &item->profile.conv1d_silu.bias_add;
}

static qref_quantize_rule *output_of(qref_case *item) {
  return &item->profile.conv1d_silu.output;
}

void qref_plan_conv1d_silu(qref_plan *plan) {
  qref_plan_conv1d_common(plan, OP);
  qref_conv1d_add(plan, OP, "prefill_decode", FLAG(PREFILL_DECODE), (qref_conv1d_shape){1, 12, 9, 4, true, true},
                  qref_conv1d_fill_sequence, -1);
  if (plan->size == QREF_SUITE_SMOKE) {
    return;
  }
  add_lengths(plan);
  add_long_sums(plan);
  qref_plan_conv1d_functions(plan, OP, silu_of, multiply_add_of);
  qref_plan_conv1d_roundings(plan, OP, output_of);
}
