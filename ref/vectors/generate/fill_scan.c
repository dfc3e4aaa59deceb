/* Data of both selective scans. */
#include "ref/vectors/generate/fill_scan.h"

#include "ref/base/error.h"
#include "ref/vectors/generate/hard_arguments.h"
#include "ref/vectors/generate/sample.h"
#include "ref/vectors/generate/scan_sequence.h"

static const char *const int8_inputs[] = {"u", "dt", "A_log", "B", "C", "D", "z", "dt_bias", "state"};
enum { INT8_INPUTS = sizeof int8_inputs / sizeof int8_inputs[0] };

static void fill_int8(qref_case *item, uint64_t seed, qref_fill_kind kind, double low, double high) {
  for (size_t i = 0; i < INT8_INPUTS; i++) {
    qref_fill(item, seed, int8_inputs[i], kind, low, high);
  }
}

/* Any exponent from 2^-12 to 2^3. */
static void fill_h_initial(qref_case *item, uint64_t seed) {
  qref_seek_stream stream = {.seed = seed, .case_id = item->id, .name = "h_initial"};
  float *h = qref_case_f32(item, "h_initial");
  for (size_t i = 0; h != NULL && i < qref_case_tensor_of(item, "h_initial")->count; i++) {
    h[i] = qref_sample_f32(&stream, -12, 3);
  }
}

static qref_status fill_random(qref_case *item, uint64_t seed, qref_fill_kind kind) {
  qref_scan_random_scales(item, seed);
  fill_int8(item, seed, kind, -128, 127);
  fill_h_initial(item, seed);
  return QREF_OK;
}

qref_status qref_fill_scan_uniform(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  (void)parameter;
  (void)error;
  return fill_random(item, seed, QREF_FILL_UNIFORM);
}

qref_status qref_fill_scan_bell(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  (void)parameter;
  (void)error;
  return fill_random(item, seed, QREF_FILL_BELL);
}

qref_status qref_fill_scan_constant(qref_case *item, uint64_t seed, int64_t code, qref_error *error) {
  (void)error;
  *qref_scan_scales_of(item) = qref_scan_typical_scales();
  fill_int8(item, seed, QREF_FILL_CONSTANT, (double)code, (double)code);
  return QREF_OK;
}

qref_status qref_fill_scan_alternating(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  (void)parameter;
  (void)error;
  *qref_scan_scales_of(item) = qref_scan_typical_scales();
  for (size_t i = 0; i < INT8_INPUTS; i++) {
    const bool minimum_first = i % 2 == 0;
    qref_fill(item, seed, int8_inputs[i], QREF_FILL_ALTERNATING, minimum_first ? -128 : 127,
              minimum_first ? 127 : -128);
  }
  return QREF_OK;
}

qref_status qref_fill_scan_codes(qref_case *item, uint64_t seed, int64_t offset, qref_error *error) {
  (void)error;
  qref_scan_random_scales(item, seed);
  for (size_t input = 0; input < INT8_INPUTS; input++) {
    int8_t *q = qref_case_i8(item, int8_inputs[input]);
    const qref_case_tensor *tensor = qref_case_tensor_of(item, int8_inputs[input]);
    for (size_t i = 0; q != NULL && i < tensor->count; i++) {
      /* An odd stride of its own reaches every code and lines no two tensors up. */
      q[i] = (int8_t)((int64_t)((i * (2 * input + 3) + (size_t)offset * (input + 1)) % 256) - 128);
    }
  }
  return QREF_OK;
}

/* q[2i+1] = q[2i], or its negative, over states that are `inner` elements apart. */
static void pair_states(qref_case *item, const char *name, size_t states, size_t inner, bool negate) {
  int8_t *q = qref_case_i8(item, name);
  if (q == NULL) {
    return;
  }
  const size_t outer = qref_case_tensor_of(item, name)->count / (states * inner);
  for (size_t i = 0; i < outer; i++) {
    for (size_t n = 1; n < states; n += 2) {
      for (size_t j = 0; j < inner; j++) {
        int8_t *even = &q[(i * states + n - 1) * inner + j];
        *even = negate && *even == -128 ? -127 : *even;
        even[inner] = (int8_t)(negate ? -*even : *even);
      }
    }
  }
}

qref_status qref_fill_scan_cancelling_states(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  (void)parameter;
  QREF_TRY(qref_fill_scan_uniform(item, seed, 0, error));
  const bool sequence = item->schema->op == QREF_OP_SELECTIVE_SCAN;
  const size_t states = sequence ? item->args.selective_scan.states : item->args.selective_scan_update.states;
  const size_t length = sequence ? item->args.selective_scan.length : 1;
  pair_states(item, "A_log", states, 1, false);
  pair_states(item, "B", states, length, false);
  pair_states(item, "C", states, length, true);
  pair_states(item, "state", states, 1, false);
  float *h = qref_case_f32(item, "h_initial");
  for (size_t i = 1; h != NULL && i < qref_case_tensor_of(item, "h_initial")->count; i += 2) {
    h[i] = h[i - 1];
  }
  qref_scan_scales *scales = qref_scan_scales_of(item);
  scales->C *= 60000.0f; /* what cancels is about 2^24 times what is left: 2^-2 to 2^2 */
  return QREF_OK;
}

qref_status qref_fill_scan_cancelling_softplus(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  QREF_TRY(qref_fill_scan_cancelling_states(item, seed, 0, error));
  qref_scan_scales *scales = qref_scan_scales_of(item);
  if (parameter < 0) {
    scales->dt = 0.11713f;
    scales->dt_bias = 0.0101f;
    scales->C *= 0.1f;
    qref_fill(item, seed, "dt", QREF_FILL_UNIFORM, 100, 127);
    return QREF_OK;
  }
  const float hard = qref_hard_log_arguments[parameter];
  scales->dt = hard < 0.0f ? -hard : hard;
  qref_fill(item, seed, "dt", QREF_FILL_CONSTANT, hard < 0.0f ? -1 : 1, 0);
  qref_fill(item, seed, "dt_bias", QREF_FILL_CONSTANT, 0, 0);
  return QREF_OK;
}

qref_status qref_fill_scan_zero_states(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  (void)parameter;
  QREF_TRY(qref_fill_scan_uniform(item, seed, 0, error));
  qref_fill(item, seed, "B", QREF_FILL_CONSTANT, 0, 0);
  qref_fill(item, seed, "state", QREF_FILL_CONSTANT, 0, 0);
  float *h = qref_case_f32(item, "h_initial");
  for (size_t i = 0; h != NULL && i < qref_case_tensor_of(item, "h_initial")->count; i++) {
    h[i] = i % 3 == 0 ? 0.0f : -0.0f;
  }
  return QREF_OK;
}

qref_status qref_fill_scan_cancelling_D(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  (void)parameter;
  /* dt * A is -10^4 or less, so the decay is 0 and h = (s_B*q_B) * (dt*u). q_B * q_C is -60 and dt is proportional to
   * q_D, so h*C / (D*u) is the same everywhere. */
  static const int8_t factors[] = {1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30, 60};
  enum { FACTORS = sizeof factors / sizeof factors[0] };
  QREF_TRY(qref_fill_scan_uniform(item, seed, 0, error));
  qref_scan_scales *scales = qref_scan_scales_of(item);
  scales->A_log = 1.0f;
  scales->B *= 1000.0f;
  scales->C *= 1000.0f;
  qref_fill(item, seed, "A_log", QREF_FILL_CONSTANT, 20, 20);
  const size_t channels = qref_case_tensor_of(item, "D")->count;
  const size_t steps = qref_case_tensor_of(item, "dt")->count;
  const size_t length = item->schema->op == QREF_OP_SELECTIVE_SCAN ? item->args.selective_scan.length : 1;
  int8_t *D = qref_case_i8(item, "D");
  int8_t *dt = qref_case_i8(item, "dt");
  for (size_t d = 0; d < channels; d++) {
    D[d] = (int8_t)(1 + d * 5 % 127);
  }
  size_t channel = 0;
  for (size_t i = 0; i < steps; i++) {
    dt[i] = D[channel];
    if ((i + 1) % length == 0) {
      channel = channel + 1 < channels ? channel + 1 : 0;
    }
  }
  int8_t *B = qref_case_i8(item, "B");
  int8_t *C = qref_case_i8(item, "C");
  qref_seek_stream stream = {.seed = seed, .case_id = item->id, .name = "factor"};
  for (size_t i = 0; i < qref_case_tensor_of(item, "B")->count; i++) {
    const size_t factor = (size_t)qref_seek_integer(&stream, 0, FACTORS - 1);
    B[i] = factors[factor];
    C[i] = (int8_t)-factors[FACTORS - 1 - factor];
  }
  scales->D = ((scales->B * scales->C) * scales->dt) * 60.0f;
  return QREF_OK;
}

qref_status qref_fill_scan_softplus(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  QREF_TRY(qref_fill_scan_uniform(item, seed, 0, error));
  qref_scan_scales *scales = qref_scan_scales_of(item);
  switch (parameter) {
    case 0: /* dt = 20 + q * 2^-19, exactly and in float32 steps */
      scales->dt = 0x1p-19f;
      scales->dt_bias = 20.0f;
      qref_fill(item, seed, "dt", QREF_FILL_CODES, 0, 0);
      qref_fill(item, seed, "dt_bias", QREF_FILL_CONSTANT, 1, 1);
      break;
    case 1:
      scales->dt = 0.91237f;
      scales->dt_bias = 0.0411f;
      break;
    case 2:
      scales->dt = 0.11713f;
      scales->dt_bias = 0.0101f;
      break;
    case 3: /* -30 .. -104: exp is small, then subnormal, then 0 */
      scales->dt = 0.57931f;
      scales->dt_bias = 0.5003f;
      scales->B = 1e6f;
      qref_fill(item, seed, "dt", QREF_FILL_UNIFORM, -128, 0);
      qref_fill(item, seed, "dt_bias", QREF_FILL_CONSTANT, -60, -60);
      break;
    default:
      qref_fill(item, seed, "dt", QREF_FILL_CONSTANT, 0, 0);
      qref_fill(item, seed, "dt_bias", QREF_FILL_CONSTANT, 0, 0);
      break;
  }
  return QREF_OK;
}

qref_status qref_fill_scan_A_range(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  (void)parameter;
  QREF_TRY(qref_fill_scan_uniform(item, seed, 0, error));
  qref_scan_scales_of(item)->A_log = 1.0301f;
  qref_fill(item, seed, "A_log", QREF_FILL_CODES, 0, 0);
  return QREF_OK;
}

qref_status qref_fill_scan_tables(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  (void)parameter;
  QREF_TRY(qref_fill_scan_uniform(item, seed, 0, error));
  qref_scan_scales *scales = qref_scan_scales_of(item);
  scales->dt = 0.125f;
  scales->dt_bias = 0.25f;
  scales->A_log = 0.02f;
  qref_fill(item, seed, "dt", QREF_FILL_UNIFORM, -100, 100);
  qref_fill(item, seed, "dt_bias", QREF_FILL_UNIFORM, -2, 2);
  int8_t *A_log = qref_case_i8(item, "A_log");
  for (size_t i = 0; i < qref_case_tensor_of(item, "A_log")->count; i += 2) {
    A_log[i] = 0;
  }
  return QREF_OK;
}

/* How many of the 256 codes tell the division from a multiplication by 1/step. */
static size_t codes_between_entries(const qref_function_rule *table, float scale) {
  const float step = (table->maximum - table->minimum) / (float)(table->entries - 1);
  const float inverse = 1.0f / step;
  size_t count = 0;
  for (int32_t code = -128; code <= 127; code++) {
    const float offset = (float)code * scale - table->minimum;
    if (offset > 0.0f && offset < table->maximum - table->minimum) {
      const float divided = qref_round_f32(offset / step, QREF_ROUND_HALF_EVEN, 0, 0);
      count += divided != qref_round_f32(offset * inverse, QREF_ROUND_HALF_EVEN, 0, 0) ? 1 : 0;
    }
  }
  return count;
}

qref_status qref_fill_scan_table_forms(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  enum { TRIES = 4000 };
  QREF_TRY(qref_fill_scan_uniform(item, seed, 0, error));
  const qref_scan_rule *rule = qref_scan_rule_of(item);
  const qref_function_rule *table = parameter == 0 ? &rule->softplus : &rule->decay;
  qref_seek_stream stream = {.seed = seed, .case_id = item->id, .name = "candidates"};
  float *scale = &qref_scan_scales_of(item)->dt;
  for (size_t tries = 0; tries < TRIES; tries++) {
    *scale = qref_seek_scale(&stream, 0.02f, 0.04f);
    if (codes_between_entries(table, *scale) != 0) {
      break;
    }
  }
  qref_fill(item, seed, "dt", QREF_FILL_CODES, 0, 0);
  qref_fill(item, seed, "dt_bias", QREF_FILL_CONSTANT, 0, 0);
  qref_fill(item, seed, "A_log", QREF_FILL_CONSTANT, 0, 0);
  return QREF_OK;
}

qref_status qref_fill_scan_gate_range(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  (void)parameter;
  QREF_TRY(qref_fill_scan_uniform(item, seed, 0, error));
  /* z reaches -115 and 114; what is left of y behind exp(88) is still a float16. */
  qref_scan_scales *scales = qref_scan_scales_of(item);
  scales->z = 0.89713f;
  scales->C = 1e35f;
  scales->B = 3.7f;
  return QREF_OK;
}

qref_status qref_fill_scan_growth(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  (void)parameter;
  QREF_TRY(qref_fill_scan_uniform(item, seed, 0, error));
  qref_scan_scales *scales = qref_scan_scales_of(item);
  scales->dt = 0.3119f;
  scales->A_log = 0.0301f;
  if (item->schema->op != QREF_OP_SELECTIVE_SCAN) {
    return QREF_OK;
  }
  /* Channel 0 only grows; channel 1 grows and ends with a decay of 0, which makes infinities NaN; channel 2 is as it
   * comes. B of channel 0's last steps is 0, so that an infinity meets 0 there. */
  const qref_selective_scan_args *args = &item->args.selective_scan;
  int8_t *dt = qref_case_i8(item, "dt");
  int8_t *A_log = qref_case_i8(item, "A_log");
  for (size_t n = 0; n < args->states; n++) {
    A_log[n] = (int8_t)(60 + n);
    A_log[args->states + n] = (int8_t)(90 - n);
  }
  for (size_t b = 0; b < args->batch; b++) {
    for (size_t t = 0; t < args->length; t++) {
      int8_t *first = &dt[b * args->channels * args->length + t];
      first[0] = (int8_t)(first[0] < 0 ? first[0] : ~first[0]);
      first[args->length] = (int8_t)(t + 3 < args->length ? -100 : 127);
    }
  }
  return QREF_OK;
}
