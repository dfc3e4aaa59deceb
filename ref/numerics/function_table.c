#include <qref/numerics.h>

#include "ref/numerics/float_bits.h"

QREF_DEVICE float qref_apply_function(float x, float (*function)(float), const qref_function_rule *rule) {
  if (rule->implementation == QREF_FUNCTION_EXACT) {
    return function(x);
  }
  const float last = (float)(rule->entries - 1);
  const float step = (rule->maximum - rule->minimum) / last;
  const float position = qref_round_f32((x - rule->minimum) / step, QREF_ROUND_HALF_EVEN, 0, 0);
  if (position != position) {
    return qref_nan_f32();
  }
  const float i = position < 0.0f ? 0.0f : position > last ? last : position;
  const float sample = rule->minimum + i * step;
  return function(sample);
}
