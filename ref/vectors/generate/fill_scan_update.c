/* Data of selective_scan_update that is searched for. Every case has one channel, so that all operands of a (batch,
 * state) are its own. exp(s_A * -100) with s_A = 1 is so small that the decay is exp(0) = 1; with q_dt, q_u = 1 and
 * scales of 1 the state becomes h = q_h*s_state + s_B*q_B. */
#include "ref/base/error.h"
#include "ref/vectors/generate/fill_scan.h"
#include "ref/vectors/generate/sample.h"
#include "ref/vectors/generate/scan_sequence.h"

static void make_sums(qref_case *item, uint64_t seed) {
  qref_scan_random_scales(item, seed);
  qref_scan_scales *scales = qref_scan_scales_of(item);
  scales->dt = 1.0f;
  scales->u = 1.0f;
  scales->A_log = 1.0f;
  qref_fill(item, seed, "dt", QREF_FILL_CONSTANT, 1, 1);
  qref_fill(item, seed, "u", QREF_FILL_CONSTANT, 1, 1);
  qref_fill(item, seed, "A_log", QREF_FILL_CONSTANT, -100, -100);
}

/* ---- subnormal states ---- */

qref_status qref_fill_scan_update_subnormal_states(qref_case *item, uint64_t seed, int64_t parameter,
                                                   qref_error *error) {
  (void)parameter;
  (void)error;
  make_sums(item, seed);
  qref_scan_scales *scales = qref_scan_scales_of(item);
  scales->state = 0x1.8p-136f;
  scales->B = 0x1.4p-137f;
  qref_fill(item, seed, "state", QREF_FILL_UNIFORM, -128, 127);
  qref_fill(item, seed, "B", QREF_FILL_UNIFORM, -128, 127);
  qref_fill(item, seed, "C", QREF_FILL_UNIFORM, -128, 127);
  return QREF_OK;
}

/* ---- ties of the state ---- */

static float scaled_state(const qref_scan_scales *scales, int8_t h, int8_t B, float prescale, qref_scale_form form) {
  const float value = (float)h * scales->state + scales->B * (float)B;
  return qref_apply_scale(value * prescale, scales->state * prescale, form);
}

/* Whether a candidate tells this rule from the prefill's factor of 1, or from the other form of the scale. */
static bool tells_forms(const qref_scan_scales *scales, int8_t h, int8_t B, const qref_scan_rule *rule) {
  const qref_quantize_rule *state = &rule->state;
  const float scaled = scaled_state(scales, h, B, rule->state_prescale, state->scale_form);
  return qref_seek_separates(scaled, scaled_state(scales, h, B, 1.0f, state->scale_form), &state->round) ||
         qref_seek_separates(scaled, scaled_state(scales, h, B, rule->state_prescale, QREF_SCALE_MULTIPLIER),
                             &state->round);
}

enum { TIE_TRIES = 4000, TIES_PER_CLASS = 2 };

qref_status qref_fill_scan_update_ties(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  (void)parameter;
  (void)error;
  make_sums(item, seed);
  qref_scan_scales *scales = qref_scan_scales_of(item);
  scales->B = 0.5f * scales->state;
  const qref_scan_rule *rule = qref_scan_rule_of(item);
  qref_seek_stream stream = {.seed = seed, .case_id = item->id, .name = "candidates"};
  qref_seek_quota quota = {0};
  int8_t *state = qref_case_i8(item, "state");
  int8_t *B = qref_case_i8(item, "B");
  for (size_t i = 0; i < qref_case_tensor_of(item, "state")->count; i++) {
    /* Ties and neighbours of all classes first, then what tells forms apart; every third element is left as it comes:
     * nearly always a tie, some beyond both ends. */
    for (size_t tries = 0; tries < TIE_TRIES; tries++) {
      state[i] = (int8_t)qref_seek_integer(&stream, -128, 127);
      B[i] = (int8_t)qref_seek_integer(&stream, -128, 127);
      const float scaled = scaled_state(scales, state[i], B[i], rule->state_prescale, rule->state.scale_form);
      if (i % 3 == 2 || (i % 3 == 1 && tells_forms(scales, state[i], B[i], rule)) ||
          (i % 3 == 0 && qref_seek_take(&quota, scaled, TIES_PER_CLASS))) {
        break;
      }
    }
  }
  qref_fill(item, seed, "C", QREF_FILL_UNIFORM, -128, 127);
  return QREF_OK;
}

/* ---- stores to float16 ---- */

/* y = (q_h*s_state) * (s_C*q_C) + q_u * (q_D*s_D), every scale a power of two: an exact sum of two products. */
qref_status qref_fill_scan_update_f16_stores(qref_case *item, uint64_t seed, int64_t range, qref_error *error) {
  /* Of every third y: where float16 changes from zero to a subnormal, to a normal, and to infinity. */
  static const float windows[][2] = {
      {0x1p-27f, 0x1.8p-24f}, {0x1.ffcp-15f, 0x1.004p-14f}, {0.0f, 0x1p-3f}, {65472.0f, 65568.0f}};
  static const float scales_of_C[] = {0x1p-29f, 0x1p-24f, 0x1p-7f, 0x1p5f};
  (void)error;
  make_sums(item, seed);
  qref_scan_scales *scales = qref_scan_scales_of(item);
  scales->state = 0.25f;
  scales->C = scales_of_C[range];
  /* u*D is a small part of a product's unit: a value just beside a boundary. */
  scales->D = 0x1p-14f * scales->C;
  qref_seek_stream stream = {.seed = seed, .case_id = item->id, .name = "candidates"};
  int8_t *state = qref_case_i8(item, "state");
  int8_t *C = qref_case_i8(item, "C");
  int8_t *u = qref_case_i8(item, "u");
  qref_fill(item, seed, "D", QREF_FILL_CONSTANT, 64, 64);
  for (size_t i = 0; i < qref_case_tensor_of(item, "y")->count; i++) {
    static const int8_t near[] = {0, 1, -1, 0, 127, -128};
    const bool smallest_tie = range == 0 && i % 6 == 0; /* 2^-25: to zero */
    u[i] = smallest_tie ? 0 : near[(size_t)qref_seek_integer(&stream, 0, 5)];
    for (size_t tries = 0; tries < TIE_TRIES; tries++) {
      state[i] = (int8_t)qref_seek_integer(&stream, -128, 127);
      C[i] = (int8_t)qref_seek_integer(&stream, -128, 127);
      const float y = ((float)state[i] * scales->state) * (scales->C * (float)C[i]);
      const float magnitude = y < 0.0f ? -y : y;
      const bool inside =
          smallest_tie ? magnitude == 0x1p-25f : magnitude > windows[range][0] && magnitude < windows[range][1];
      if (i % 3 == 0 ? inside : qref_seek_f16_tie_distance(y) == 0) {
        break;
      }
    }
  }
  return QREF_OK;
}

/* ---- order of the gate ---- */

enum { GATE_FORMS = 4, GATE_TRIES = 60000 };

static float other_gate(float y, float z, size_t form) {
  switch (form) {
    case 0:
      return (y * z) / (1.0f + qref_exp_f32(-z));
    case 1:
      return (y * z) * qref_sigmoid_f32(z);
    case 2:
      return (y * qref_sigmoid_f32(z)) * z;
    default:
      return y * (z / (1.0f + qref_exp_f32(-z)));
  }
}

qref_status qref_fill_scan_update_gate_forms(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  (void)parameter;
  (void)error;
  make_sums(item, seed);
  const qref_scan_scales *scales = qref_scan_scales_of(item);
  qref_seek_stream stream = {.seed = seed, .case_id = item->id, .name = "candidates"};
  int8_t *state = qref_case_i8(item, "state");
  int8_t *C = qref_case_i8(item, "C");
  int8_t *z = qref_case_i8(item, "z");
  for (size_t i = 0; i < qref_case_tensor_of(item, "y")->count; i++) {
    z[i] = (int8_t)((int32_t)(i / GATE_FORMS * 37 % 256) - 128);
    const float zf = (float)z[i] * scales->z;
    const float factor = zf * qref_sigmoid_f32(zf);
    const uint64_t key = qref_seek_bits(&stream);
    for (uint64_t tries = 0; z[i] != 0 && tries < GATE_TRIES; tries++) {
      const uint64_t bits = qref_random_bits(key, 0, tries);
      state[i] = (int8_t)((int32_t)(bits & 0xff) - 128);
      C[i] = (int8_t)((int32_t)(bits >> 8 & 0xff) - 128);
      const float y = ((float)state[i] * scales->state) * (scales->C * (float)C[i]);
      /* other_gate is dear: first whether a step or three matter, 13 bits of fraction being dropped. */
      const uint32_t beyond_tie = qref_bits_from_f32(y * factor) - 0x1000u + 3u;
      if ((beyond_tie & 0x1fffu) <= 6 &&
          qref_f16_from_f32(y * factor) != qref_f16_from_f32(other_gate(y, zf, i % GATE_FORMS))) {
        break;
      }
    }
  }
  return QREF_OK;
}
