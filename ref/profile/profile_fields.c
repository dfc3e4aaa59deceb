#include "ref/profile/profile_fields.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "ref/base/error.h"

/* Names in the order of the enumerators. */
static const char *const conv1d_arithmetics[] = {"int8", "float_simulation"};
static const char *const multiply_adds[] = {"fused", "separate"};
static const char *const roundings[] = {"half_away", "half_even", "half_up", "toward_zero", "floor", "stochastic"};
static const char *const overflows[] = {"saturate", "wrap"};
static const char *const scale_forms[] = {"divisor", "multiplier"};
static const char *const softplus_forms[] = {"log1p_exp", "log_exp_plus_1"};
static const char *const implementations[] = {"exact", "table"};

/* The member's name is also its path in the JSON, but where a macro takes the path as `json`. */
#define FIELD(json, member) \
  .path = (json), .offset = offsetof(qref_profile, member), .size = sizeof(((qref_profile *)0)->member)
#define CHOICE_UP_TO(json, member, names, last) \
  { FIELD(json, member), .kind = QREF_PROFILE_CHOICE, .choices = (names), .maximum = (last) }
#define CHOICE(json, member, names) CHOICE_UP_TO(json, member, names, sizeof(names) / sizeof(names)[0] - 1)
#define RANGE(json, member, range_kind, least, most) \
  { FIELD(json, member), .kind = (range_kind), .minimum = (least), .maximum = (most) }
#define INTEGER(json, member, least, most) RANGE(json, member, QREF_PROFILE_INTEGER, least, most)
#define ENTRIES(json, member) RANGE(json, member, QREF_PROFILE_TABLE_ENTRIES, 0, 65536)
#define OTHER(json, member, other_kind) \
  { FIELD(json, member), .kind = (other_kind) }

/* The rules that occur in several places. */
#define MULTIPLY_ADD(rule) CHOICE(#rule, rule, multiply_adds)
#define ACCUMULATOR(rule) INTEGER(#rule ".bits", rule.bits, 16, 32), CHOICE(#rule ".overflow", rule.overflow, overflows)
#define ROUND_AT(json, rule)                                                                              \
  CHOICE(json ".rounding", rule.rounding, roundings), CHOICE(json ".overflow", rule.overflow, overflows), \
      OTHER(json ".seed", rule.seed, QREF_PROFILE_SEED)
#define ROUND(rule) ROUND_AT(#rule, rule)
/* In the JSON, scale form and rounding lie side by side. */
#define QUANTIZE(rule) CHOICE(#rule ".scale_form", rule.scale_form, scale_forms), ROUND_AT(#rule, rule.round)
#define FUNCTION(rule)                                                                                            \
  CHOICE(#rule ".implementation", rule.implementation, implementations), ENTRIES(#rule ".entries", rule.entries), \
      OTHER(#rule ".minimum", rule.minimum, QREF_PROFILE_REAL),                                                   \
      OTHER(#rule ".maximum", rule.maximum, QREF_PROFILE_REAL)
#define SCAN(rule)                                                                                           \
  MULTIPLY_ADD(rule.dt_bias_add), MULTIPLY_ADD(rule.state_update), MULTIPLY_ADD(rule.output_sum),            \
      CHOICE(#rule ".softplus_form", rule.softplus_form, softplus_forms), FUNCTION(rule.softplus),           \
      FUNCTION(rule.decay), OTHER(#rule ".state_prescale", rule.state_prescale, QREF_PROFILE_POSITIVE_REAL), \
      QUANTIZE(rule.state)

static const qref_profile_field fields[] = {
    CHOICE("conv1d_arithmetic", conv1d_arithmetic, conv1d_arithmetics),
    ACCUMULATOR(conv1d_silu.accumulator),
    MULTIPLY_ADD(conv1d_silu.bias_add),
    FUNCTION(conv1d_silu.silu),
    QUANTIZE(conv1d_silu.output),
    MULTIPLY_ADD(conv1d_silu_update.tap_add),
    FUNCTION(conv1d_silu_update.silu),
    QUANTIZE(conv1d_silu_update.output),
    ACCUMULATOR(linear.accumulator),
    ROUND(linear.output),
    ACCUMULATOR(linear_row.accumulator),
    ROUND(linear_row.output),
    ACCUMULATOR(linear_per_channel.accumulator),
    ROUND(linear_per_channel.output),
    SCAN(selective_scan),
    SCAN(selective_scan_update),
    INTEGER("rmsnorm.partial_sums", rmsnorm.partial_sums, 1, 1024),
    QUANTIZE(rmsnorm.output),
    ROUND(hadamard.output),
    MULTIPLY_ADD(conv1d_floatsim.tap_add),
    FUNCTION(conv1d_floatsim.silu),
    CHOICE("conv1d_floatsim.grid_scale_form", conv1d_floatsim.grid_scale_form, scale_forms),
    CHOICE_UP_TO("conv1d_floatsim.grid_rounding", conv1d_floatsim.grid_rounding, roundings, QREF_ROUND_FLOOR),
    QUANTIZE(requantize),
    QUANTIZE(weight),
};

const qref_profile_field *qref_profile_field_at(size_t i) {
  return i < sizeof fields / sizeof fields[0] ? &fields[i] : NULL;
}

/* An enumeration's size is the compiler's choice. */
uint64_t qref_profile_integer(const qref_profile *profile, const qref_profile_field *field) {
  const unsigned char *place = (const unsigned char *)profile + field->offset;
  uint8_t u8;
  uint16_t u16;
  uint32_t u32;
  uint64_t u64;
  switch (field->size) {
    case sizeof u8:
      memcpy(&u8, place, sizeof u8);
      return u8;
    case sizeof u16:
      memcpy(&u16, place, sizeof u16);
      return u16;
    case sizeof u32:
      memcpy(&u32, place, sizeof u32);
      return u32;
    default:
      memcpy(&u64, place, sizeof u64);
      return u64;
  }
}

void qref_profile_set_integer(qref_profile *profile, const qref_profile_field *field, uint64_t value) {
  unsigned char *place = (unsigned char *)profile + field->offset;
  uint8_t u8 = (uint8_t)(value & UINT8_MAX);
  uint16_t u16 = (uint16_t)(value & UINT16_MAX);
  uint32_t u32 = (uint32_t)(value & UINT32_MAX);
  switch (field->size) {
    case sizeof u8:
      memcpy(place, &u8, sizeof u8);
      break;
    case sizeof u16:
      memcpy(place, &u16, sizeof u16);
      break;
    case sizeof u32:
      memcpy(place, &u32, sizeof u32);
      break;
    default:
      memcpy(place, &value, sizeof value);
      break;
  }
}

float qref_profile_real(const qref_profile *profile, const qref_profile_field *field) {
  float value;
  memcpy(&value, (const unsigned char *)profile + field->offset, sizeof value);
  return value;
}

void qref_profile_set_real(qref_profile *profile, const qref_profile_field *field, float value) {
  memcpy((unsigned char *)profile + field->offset, &value, sizeof value);
}

void qref_profile_expected(const qref_profile_field *field, char text[QREF_PROFILE_EXPECTED_SIZE]) {
  size_t size = QREF_PROFILE_EXPECTED_SIZE;
  switch (field->kind) {
    case QREF_PROFILE_CHOICE: {
      size_t length = (size_t)snprintf(text, size, "one of");
      for (uint32_t i = 0; i <= field->maximum && length < size; i++) {
        length += (size_t)snprintf(text + length, size - length, i == 0 ? " %s" : ", %s", field->choices[i]);
      }
      break;
    }
    case QREF_PROFILE_INTEGER:
    case QREF_PROFILE_TABLE_ENTRIES:
      snprintf(text, size, "an integer from %u to %u", (unsigned)field->minimum, (unsigned)field->maximum);
      break;
    case QREF_PROFILE_SEED:
      snprintf(text, size, "a string of decimal digits below 2^64 or an integer from 0 to 2^53");
      break;
    case QREF_PROFILE_REAL:
      snprintf(text, size, "a number in the range of float32");
      break;
    case QREF_PROFILE_POSITIVE_REAL:
      snprintf(text, size, "a number above 0 in the range of float32");
      break;
  }
}

static bool in_range(const qref_profile *profile, const qref_profile_field *field) {
  switch (field->kind) {
    case QREF_PROFILE_CHOICE:
    case QREF_PROFILE_INTEGER:
    case QREF_PROFILE_TABLE_ENTRIES: {
      uint64_t value = qref_profile_integer(profile, field);
      return value >= field->minimum && value <= field->maximum;
    }
    case QREF_PROFILE_SEED:
      return true;
    case QREF_PROFILE_REAL:
      return isfinite(qref_profile_real(profile, field));
    case QREF_PROFILE_POSITIVE_REAL:
      return isfinite(qref_profile_real(profile, field)) && qref_profile_real(profile, field) > 0;
  }
  return false;
}

/* The rule whose `entries` the field is: a table needs a size and a domain, an exact function does not. */
static qref_status check_table(const qref_profile *profile, const qref_profile_field *field, const char *source,
                               qref_status status, qref_error *error) {
  qref_function_rule rule;
  size_t offset = field->offset - offsetof(qref_function_rule, entries);
  memcpy(&rule, (const unsigned char *)profile + offset, sizeof rule);
  if (rule.implementation != QREF_FUNCTION_TABLE) {
    return QREF_OK;
  }
  if (rule.entries < 2) {
    return qref_fail(error, status, "%s: field '%s': expected an integer from 2 to 65536 for a table, found %u", source,
                     field->path, (unsigned)rule.entries);
  }
  if (!(rule.minimum < rule.maximum)) {
    return qref_fail(error, status, "%s: field '%s': expected a number below that of '%s' for a table", source,
                     field[1].path, field[2].path);
  }
  return QREF_OK;
}

qref_status qref_profile_check(const qref_profile *profile, const char *source, qref_status status, qref_error *error) {
  if (profile->name[0] == '\0' || memchr(profile->name, '\0', sizeof profile->name) == NULL) {
    return qref_fail(error, status, "%s: field 'name': expected 1 to %zu bytes", source, sizeof profile->name - 1);
  }
  for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
    if (!in_range(profile, &fields[i])) {
      char expected[QREF_PROFILE_EXPECTED_SIZE];
      qref_profile_expected(&fields[i], expected);
      return qref_fail(error, status, "%s: field '%s': expected %s", source, fields[i].path, expected);
    }
  }
  for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
    if (fields[i].kind == QREF_PROFILE_TABLE_ENTRIES) {
      QREF_TRY(check_table(profile, &fields[i], source, status, error));
    }
  }
  return QREF_OK;
}
