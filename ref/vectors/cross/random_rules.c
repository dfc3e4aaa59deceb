#include <string.h>

#include "ref/profile/profile_fields.h"
#include "ref/vectors/cross/random_case.h"

static float draw_real(qref_cross_random *random, const qref_profile_field *field) {
  if (field->kind == QREF_PROFILE_POSITIVE_REAL) {
    return qref_cross_one_in(random, 2) ? 100.0f : (float)(1u << qref_cross_below(random, 12)) * 0.125f;
  }
  return (float)((int)qref_cross_below(random, 64) - 32) * 0.5f; /* an end of a table */
}

static uint64_t draw_integer(qref_cross_random *random, const qref_profile_field *field) {
  const uint32_t span = field->maximum - field->minimum + 1;
  switch (field->kind) {
    case QREF_PROFILE_TABLE_ENTRIES:
      return 2 + qref_cross_below(random, 1u << qref_cross_below(random, 16));
    case QREF_PROFILE_SEED:
      return qref_cross_bits(random);
    case QREF_PROFILE_INTEGER: /* the widest is what there is a fast path for, and the narrow ends overflow */
      return qref_cross_one_in(random, 2)                ? field->maximum
             : span > 64 && qref_cross_one_in(random, 2) ? 1 + qref_cross_below(random, 64)
                                                         : field->minimum + qref_cross_below(random, span);
    case QREF_PROFILE_CHOICE:
    case QREF_PROFILE_REAL:
    case QREF_PROFILE_POSITIVE_REAL:
    default:
      return qref_cross_below(random, span);
  }
}

void qref_cross_random_rules(qref_cross_random *random, qref_profile *profile) {
  const qref_profile_field *field = qref_profile_field_at(0);
  float minimum = 0.0f; /* of the table whose maximum comes next */
  bool has_minimum = false;
  for (size_t i = 0; field != NULL; field = qref_profile_field_at(++i)) {
    if (field->kind == QREF_PROFILE_REAL) {
      float value = draw_real(random, field);
      if (has_minimum && value <= minimum) {
        value = minimum + 1.0f + (minimum - value);
      }
      qref_profile_set_real(profile, field, value);
      minimum = value;
      has_minimum = !has_minimum;
    } else if (field->kind == QREF_PROFILE_POSITIVE_REAL) {
      if (qref_cross_one_in(random, 2)) {
        qref_profile_set_real(profile, field, draw_real(random, field));
      }
    } else if (field->kind == QREF_PROFILE_TABLE_ENTRIES || qref_cross_one_in(random, 3)) {
      qref_profile_set_integer(profile, field, draw_integer(random, field));
    }
  }
}
