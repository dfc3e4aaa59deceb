#include <qref/numerics.h>

int32_t qref_accumulate(int32_t acc, int32_t product, const qref_accumulator_rule *rule, qref_counts *counts) {
  const int64_t sum = (int64_t)acc + product;
  const int64_t limit = INT64_C(1) << (rule->bits - 1); /* values are -limit .. limit - 1 */
  if (sum >= -limit && sum < limit) {
    return (int32_t)sum;
  }
  if (counts != NULL) {
    counts->accumulator_overflows++;
  }
  if (rule->overflow == QREF_OVERFLOW_WRAP) {
    /* Both terms are int32, so a sum beyond a width of 16 may be off by many multiples of 2 * limit. */
    const int64_t low_bits = (int64_t)((uint64_t)sum & (uint64_t)(2 * limit - 1));
    return (int32_t)(low_bits < limit ? low_bits : low_bits - 2 * limit);
  }
  return (int32_t)(sum < 0 ? -limit : limit - 1);
}
