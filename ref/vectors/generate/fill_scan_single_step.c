/* Data of selective_scan cases of one step with dt = 0: the decay is exp(0) = 1 and the input 0, so h = h_initial,
 * which can be any float32. */
#include "ref/base/error.h"
#include "ref/vectors/generate/fill_scan.h"
#include "ref/vectors/generate/sample.h"
#include "ref/vectors/generate/scan_sequence.h"

/* y = h with one state: C = 1, no D. */
static void pass_h_to_y(qref_case *item, uint64_t seed) {
  qref_scan_random_scales(item, seed);
  qref_scan_scales_of(item)->C = 1.0f;
  qref_fill(item, seed, "C", QREF_FILL_CONSTANT, 1, 1);
  qref_fill(item, seed, "A_log", QREF_FILL_UNIFORM, -128, 127);
}

qref_status qref_fill_scan_state_boundaries(qref_case *item, uint64_t seed, int64_t step, qref_error *error) {
  (void)error;
  qref_scan_random_scales(item, seed);
  qref_seek_stream stream = {.seed = seed, .case_id = item->id, .name = "targets"};
  const qref_scan_rule *rule = qref_scan_rule_of(item);
  const float scale = qref_scan_scales_of(item)->state;
  float *h = qref_case_f32(item, "h_initial");
  for (size_t i = 0; i < qref_case_tensor_of(item, "h_initial")->count; i++) {
    const bool edge = rule->state.round.rounding == QREF_ROUND_STOCHASTIC && i % 5 == 0;
    const float target = edge ? qref_sample_stochastic_edge(&rule->state.round, i, i % 2 != 0)
                              : qref_sample_rounding(&stream, i * (size_t)step % QREF_SAMPLE_ROUNDINGS);
    h[i] = qref_sample_dividend(target, scale, rule->state_prescale, rule->state.scale_form);
  }
  qref_fill(item, seed, "C", QREF_FILL_UNIFORM, -128, 127);
  return QREF_OK;
}

static bool int8_differs(float h, float scale, const qref_quantize_rule *rule, float prescale, qref_scale_form form) {
  const float a = qref_apply_scale(h, scale, rule->scale_form);
  const float b = qref_apply_scale(h * prescale, scale * prescale, form);
  return qref_seek_separates(a, b, &rule->round);
}

qref_status qref_fill_scan_state_forms(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  (void)parameter;
  (void)error;
  qref_scan_random_scales(item, seed);
  const qref_quantize_rule *rule = &qref_scan_rule_of(item)->state;
  const float scale = qref_scan_scales_of(item)->state;
  float *h = qref_case_f32(item, "h_initial");
  for (size_t i = 0; i < qref_case_tensor_of(item, "h_initial")->count; i++) {
    const float boundary = (float)(i / 2 % 127) + 0.5f;
    const float near = (i % 2 != 0 ? -boundary : boundary) * scale;
    h[i] = near;
    for (int32_t steps = -4; steps <= 4; steps++) {
      const float candidate = qref_seek_step(near, steps);
      const bool separates = i / 254 % 2 == 0 ? int8_differs(candidate, scale, rule, 1.0f, QREF_SCALE_MULTIPLIER)
                                              : int8_differs(candidate, scale, rule, 100.0f, rule->scale_form);
      if (separates) {
        h[i] = candidate;
        break;
      }
    }
  }
  return QREF_OK;
}

qref_status qref_fill_scan_f16_stores(qref_case *item, uint64_t seed, int64_t step, qref_error *error) {
  (void)error;
  pass_h_to_y(item, seed);
  float *h = qref_case_f32(item, "h_initial");
  for (size_t i = 0; i < qref_case_tensor_of(item, "h_initial")->count; i++) {
    h[i] = qref_sample_f16_store(i * (size_t)step % qref_sample_f16_store_count());
  }
  return QREF_OK;
}

enum { GATE_FORMS = 4, GATE_TRIES = 256 };

/* Orders of the operations of a gate that are not this op's. */
static float other_gate(float y, float z, float exponential, size_t form) {
  const float denominator = 1.0f + exponential;
  const float sigmoid = 1.0f / denominator;
  switch (form) {
    case 0:
      return y * (z * sigmoid);
    case 1:
      return (y * z) * sigmoid;
    case 2:
      return (y / denominator) * z;
    default:
      return y * (z / denominator);
  }
}

/* A y whose gated value is next to a float16 boundary, on one side by this op's order and on the other by `form`. */
static float separating_y(qref_seek_stream *stream, float z, size_t form) {
  const float exponential = qref_exp_f32(-z);
  float y = 1.0f;
  for (size_t i = 0; i < GATE_TRIES; i++) {
    const qref_float16 low = qref_sample_f16(stream, -8, 8);
    const float boundary = 0.5f * (qref_f32_from_f16(low) + qref_f32_from_f16((qref_float16)(low + 1)));
    const float estimate = (boundary * (1.0f + exponential)) / z;
    for (int32_t steps = -3; steps <= 3; steps++) {
      y = qref_seek_step(estimate, steps);
      const float gated = (y * z) / (1.0f + exponential);
      if (qref_f16_from_f32(gated) != qref_f16_from_f32(other_gate(y, z, exponential, form))) {
        return y;
      }
    }
  }
  return y;
}

qref_status qref_fill_scan_gate_forms(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  (void)parameter;
  (void)error;
  pass_h_to_y(item, seed);
  qref_seek_stream stream = {.seed = seed, .case_id = item->id, .name = "targets"};
  const float scale = qref_scan_scales_of(item)->z;
  float *h = qref_case_f32(item, "h_initial");
  int8_t *z = qref_case_i8(item, "z");
  for (size_t i = 0; i < qref_case_tensor_of(item, "z")->count; i++) {
    z[i] = (int8_t)((int32_t)(i / GATE_FORMS * 37 % 256) - 128);
    h[i] = z[i] != 0 ? separating_y(&stream, (float)z[i] * scale, i % GATE_FORMS) : 1.0f;
  }
  return QREF_OK;
}

qref_status qref_fill_scan_decay_range(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  static const float scales_of_dt[] = {0.91373f, 0.02113f, 0.00051f, 6.9111f};
  static const float scales_of_A_log[] = {0.03917f, 0.03119f, 0.01037f, 0.000113f};
  QREF_TRY(qref_fill_scan_uniform(item, seed, 0, error));
  qref_scan_scales *scales = qref_scan_scales_of(item);
  scales->dt = scales_of_dt[parameter];
  scales->A_log = scales_of_A_log[parameter];
  qref_fill(item, seed, "dt", QREF_FILL_CODES, 0, 0);
  qref_fill(item, seed, "u", QREF_FILL_CONSTANT, 0, 0);
  qref_fill(item, seed, "h_initial", QREF_FILL_CONSTANT, 1, 1);
  return QREF_OK;
}
