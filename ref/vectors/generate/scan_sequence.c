#include "ref/vectors/generate/scan_sequence.h"

#include <string.h>

#include "ref/vectors/generate/seek.h"

qref_scan_scales *qref_scan_scales_of(qref_case *item) {
  return item->schema->op == QREF_OP_SELECTIVE_SCAN ? &item->args.selective_scan.scales
                                                    : &item->args.selective_scan_update.scales;
}

qref_scan_rule *qref_scan_rule_of(qref_case *item) {
  return item->schema->op == QREF_OP_SELECTIVE_SCAN ? &item->profile.selective_scan
                                                    : &item->profile.selective_scan_update;
}

qref_scan_scales qref_scan_typical_scales(void) {
  return (qref_scan_scales){.u = 0.02137f,
                            .dt = 0.03913f,
                            .dt_bias = 0.01729f,
                            .A_log = 0.01571f,
                            .B = 0.01181f,
                            .C = 0.01399f,
                            .D = 0.00833f,
                            .z = 0.03119f,
                            .state = 0.08693f};
}

void qref_scan_random_scales(qref_case *item, uint64_t seed) {
  qref_seek_stream stream = {.seed = seed, .case_id = item->id, .name = "scales"};
  const qref_scan_scales typical = qref_scan_typical_scales();
  qref_scan_scales *scales = qref_scan_scales_of(item);
  float *const scale[] = {&scales->u, &scales->dt, &scales->dt_bias, &scales->A_log, &scales->B,
                          &scales->C, &scales->D,  &scales->z,       &scales->state};
  const float value[] = {typical.u, typical.dt, typical.dt_bias, typical.A_log, typical.B,
                         typical.C, typical.D,  typical.z,       typical.state};
  for (size_t i = 0; i < sizeof scale / sizeof scale[0]; i++) {
    *scale[i] = qref_seek_scale(&stream, 0.5f * value[i], 2.0f * value[i]);
  }
}

qref_status qref_scan_whole_sequence(const qref_case *item, const char *id, size_t length, uint64_t seed,
                                     qref_case *whole, qref_error *error) {
  qref_case_begin(whole, QREF_OP_SELECTIVE_SCAN, id, &item->profile);
  qref_case_without(whole, "h_initial");
  qref_selective_scan_args *args = &whole->args.selective_scan;
  if (item->schema->op == QREF_OP_SELECTIVE_SCAN) {
    args->batch = item->args.selective_scan.batch;
    args->channels = item->args.selective_scan.channels;
    args->states = item->args.selective_scan.states;
    args->chunk_length = item->args.selective_scan.chunk_length;
    args->softplus = item->args.selective_scan.softplus;
    args->scales = item->args.selective_scan.scales;
  } else {
    args->batch = item->args.selective_scan_update.batch;
    args->channels = item->args.selective_scan_update.channels;
    args->states = item->args.selective_scan_update.states;
    args->softplus = item->args.selective_scan_update.softplus;
    args->scales = item->args.selective_scan_update.scales;
  }
  args->length = length;
  qref_status status = qref_case_allocate(whole, error);
  if (status == QREF_OK) {
    qref_fill_all_uniform(whole, seed);
  }
  return status;
}

void qref_scan_cut(qref_case *whole, size_t first, qref_case *part) {
  static const char *const sequences[] = {"u", "dt", "B", "C", "z"};
  static const char *const parameters[] = {"A_log", "D", "dt_bias"};
  const size_t length = whole->args.selective_scan.length;
  const size_t part_length = part->schema->op == QREF_OP_SELECTIVE_SCAN ? part->args.selective_scan.length : 1;
  for (size_t i = 0; i < sizeof sequences / sizeof sequences[0]; i++) {
    const qref_case_tensor *from = qref_case_tensor_of(whole, sequences[i]);
    int8_t *to = qref_case_i8(part, sequences[i]);
    for (size_t row = 0; to != NULL && row < from->count / length; row++) {
      memcpy(to + row * part_length, (const int8_t *)from->data + row * length + first, part_length);
    }
  }
  for (size_t i = 0; i < sizeof parameters / sizeof parameters[0]; i++) {
    const qref_case_tensor *from = qref_case_tensor_of(whole, parameters[i]);
    int8_t *to = qref_case_i8(part, parameters[i]);
    if (to != NULL) {
      memcpy(to, from->data, from->count);
    }
  }
}

static void change_scale_form(qref_scan_rule *rule, float number) {
  (void)number;
  rule->state.scale_form = rule->state.scale_form == QREF_SCALE_DIVISOR ? QREF_SCALE_MULTIPLIER : QREF_SCALE_DIVISOR;
}

static qref_multiply_add other(qref_multiply_add form) {
  return form == QREF_MULTIPLY_ADD_FUSED ? QREF_MULTIPLY_ADD_SEPARATE : QREF_MULTIPLY_ADD_FUSED;
}

static void change_dt_bias_add(qref_scan_rule *rule, float number) {
  (void)number;
  rule->dt_bias_add = other(rule->dt_bias_add);
}

static void change_state_update(qref_scan_rule *rule, float number) {
  (void)number;
  rule->state_update = other(rule->state_update);
}

static void change_output_sum(qref_scan_rule *rule, float number) {
  (void)number;
  rule->output_sum = other(rule->output_sum);
}

static void change_softplus_form(qref_scan_rule *rule, float number) {
  (void)number;
  rule->softplus_form =
      rule->softplus_form == QREF_SOFTPLUS_LOG1P_EXP ? QREF_SOFTPLUS_LOG_EXP_PLUS_1 : QREF_SOFTPLUS_LOG1P_EXP;
}

static void change_prescale(qref_scan_rule *rule, float number) {
  rule->state_prescale = number;
}

/* 33 entries are a power of two apart. */
static qref_function_rule table(float entries, float minimum, float maximum) {
  return (qref_function_rule){
      .implementation = QREF_FUNCTION_TABLE, .entries = (uint32_t)entries, .minimum = minimum, .maximum = maximum};
}

static void change_softplus_table(qref_scan_rule *rule, float number) {
  rule->softplus = number == 33.0f ? table(number, -4.0f, 4.0f) : table(number, -5.3f, 4.1f);
}

static void change_decay_table(qref_scan_rule *rule, float number) {
  rule->decay = number == 33.0f ? table(number, -8.0f, 0.0f) : table(number, -6.7f, 0.0f);
}

#define ARITHMETIC(text, function, value) \
  { .name = (text), .change = (function), .number = (value) }

static const qref_scan_variant variants[] = {
    ARITHMETIC("other-scale-form", change_scale_form, 0.0f),
    ARITHMETIC("prescale-1", change_prescale, 1.0f),
    ARITHMETIC("prescale-3", change_prescale, 3.0f),
    ARITHMETIC("prescale-100", change_prescale, 100.0f),
    ARITHMETIC("other-dt-bias-add", change_dt_bias_add, 0.0f),
    ARITHMETIC("other-state-update", change_state_update, 0.0f),
    ARITHMETIC("other-output-sum", change_output_sum, 0.0f),
    ARITHMETIC("other-softplus-form", change_softplus_form, 0.0f),
    ARITHMETIC("softplus-table-2", change_softplus_table, 2.0f),
    ARITHMETIC("softplus-table-33", change_softplus_table, 33.0f),
    ARITHMETIC("softplus-table-100", change_softplus_table, 100.0f),
    ARITHMETIC("decay-table-33", change_decay_table, 33.0f),
    ARITHMETIC("decay-table-1024", change_decay_table, 1024.0f),
};

const qref_scan_variant *qref_scan_variant_at(size_t i) {
  return i < sizeof variants / sizeof variants[0] ? &variants[i] : NULL;
}
