#include "ref/vectors/case/flags.h"

static const struct {
  const char *name, *note;
} flags[QREF_FLAG_COUNT] = {
    [QREF_FLAG_UNIFORM] = {"uniform",
                           "uniform over the full range: catches wrong operands, indices and sign extension"},
    [QREF_FLAG_BELL] = {"bell", "bell-shaped around zero, as activations are: catches errors of small values"},
    [QREF_FLAG_REAL] = {"real", "activations and weights of a trained model: catches what only real data lines up"},
    [QREF_FLAG_ALL_MINIMUM] = {"all_minimum", "every input is -128: catches products and negations of -128"},
    [QREF_FLAG_ALL_MAXIMUM] = {"all_maximum", "every input is 127: catches accumulators that are too narrow"},
    [QREF_FLAG_ZERO] = {"zero", "zero operands: catches reset values, signs of zero and garbage that is added"},
    [QREF_FLAG_ALTERNATING] = {"alternating", "extremes in turn: catches carries, and operands that are not updated"},
    [QREF_FLAG_ALL_CODES] = {"all_codes", "all 256 int8 codes in turn: catches holes in tables and sign extension"},
    [QREF_FLAG_LENGTH_1] = {"length_1", "one time step: catches loops that assume two"},
    [QREF_FLAG_LENGTH_BELOW_WIDTH] = {"length_below_width", "one step fewer than taps: catches padding"},
    [QREF_FLAG_LENGTH_WIDTH] = {"length_width", "as many steps as taps: catches the first full window"},
    [QREF_FLAG_LENGTH_ABOVE_WIDTH] = {"length_above_width", "one step more than taps: catches windows off by one"},
    [QREF_FLAG_ODD] = {"odd", "odd sizes: catches a last element that is left out or read twice"},
    [QREF_FLAG_PAST_8] = {"past_8", "a size one past a multiple of 8: catches the remainder of lanes"},
    [QREF_FLAG_PAST_16] = {"past_16", "a size one past a multiple of 16: catches the remainder of lanes"},
    [QREF_FLAG_PAST_32] = {"past_32", "a size one past a multiple of 32: catches the remainder of lanes"},
    [QREF_FLAG_PAST_2048] = {"past_2048", "a size one past a multiple of 2048: catches blocks, chunks and counters"},
    [QREF_FLAG_ONE_CHANNEL] = {"one_channel", "a single channel, row or column: catches strides that need two"},
    [QREF_FLAG_BATCH] = {"batch", "several sequences with different data: catches a wrong batch index or kept state"},
    [QREF_FLAG_TIE] = {"tie", "values exactly on a rounding boundary, both signs: catches every wrong rounding mode"},
    [QREF_FLAG_NEAR_TIE] = {"near_tie",
                            "values 1 and 2 ulp beside a rounding boundary: catches lost bits, fused or reordered "
                            "arithmetic, divisor for multiplier"},
    [QREF_FLAG_SATURATION] = {"saturation",
                              "values around and beyond both clamps: catches wrap, and clamps off by one"},
    [QREF_FLAG_WRAP] = {"wrap", "values beyond the range under a rule that wraps: catches saturation and lost turns"},
    [QREF_FLAG_ACCUMULATOR_EXTREME] = {"accumulator_extreme",
                                       "the largest and smallest sums: catches accumulators that are too narrow"},
    [QREF_FLAG_ACCUMULATOR_PAST_2_24] = {"accumulator_past_2_24",
                                         "sums beyond 2^24, where the conversion to float32 rounds: catches truncation "
                                         "and float accumulators"},
    [QREF_FLAG_F16_OVERFLOW] = {"f16_overflow",
                                "float16 results around 65504 and beyond: catches a clamp in place of infinity"},
    [QREF_FLAG_F16_SUBNORMAL] = {"f16_subnormal", "float16 results below 2^-14: catches flush to zero"},
    [QREF_FLAG_F16_TIE] = {"f16_tie", "float16 results halfway between two numbers: catches truncation"},
    [QREF_FLAG_SOFTPLUS_THRESHOLD] = {"softplus_threshold",
                                      "arguments at 20 and next to it: catches a missing or shifted threshold"},
    [QREF_FLAG_FUNCTION_RANGE] = {"function_range",
                                  "arguments where exp overflows, underflows, is subnormal or 1: catches tables and "
                                  "approximations that stop early"},
    [QREF_FLAG_NONPOSITIVE_ROW] = {"nonpositive_row",
                                   "rows whose dynamic scale is 0 or negative: catches an absolute value, which the "
                                   "original does not take"},
    [QREF_FLAG_DRIFT] = {"drift", "16,384 steps with slow decay: catches an error that grows with the state"},
    [QREF_FLAG_SNAPSHOT] = {"snapshot",
                            "one sequence whole and in parts that hand the state over: catches a state that is lost, "
                            "rounded or stored too early"},
    [QREF_FLAG_PREFILL_DECODE] = {"prefill_decode",
                                  "decode steps behind a prefill: catches a state that is handed over in another order "
                                  "or rounding"},
    [QREF_FLAG_ABSENT_INPUT] = {"absent_input", "an optional input is missing: catches stale or default operands"},
    [QREF_FLAG_STRIDE] = {"stride", "rows with a gap between them: catches dense addressing"},
    [QREF_FLAG_HARDWARE_PROFILE] = {"hardware_profile",
                                    "a rule other than the suite's profile has: catches a rule that is wired in"},
    [QREF_FLAG_INFINITY] = {"infinity", "infinities and NaN: catches comparisons that assume numbers"},
    [QREF_FLAG_CHAIN] = {"chain", "a step of a block or layer, fed by the step in front: catches the glue between ops"},
    [QREF_FLAG_CANCELLATION] = {"cancellation",
                                "bias and taps cancel, rounding errors are what is left: catches fused or reordered "
                                "arithmetic and lost bits"},
};

const char *qref_flag_name(qref_flag flag) {
  return (unsigned)flag < QREF_FLAG_COUNT ? flags[flag].name : NULL;
}

const char *qref_flag_note(qref_flag flag) {
  return (unsigned)flag < QREF_FLAG_COUNT ? flags[flag].note : NULL;
}
