/* Multiply-accumulate lanes and stores of their sums to int8. */
#include "ref/dpi/arguments.h"

enum { LANES = 8, LANE_BITS = 8 };

/* The low 8 bits as two's complement. */
static int32_t int8_operand(unsigned long long word) {
  const int32_t low_bits = (int32_t)(word & 0xffu);
  return low_bits < 128 ? low_bits : low_bits - 256;
}

static bool is_accumulator(int acc, int bits) {
  if (bits < 16 || bits > 32) {
    return false;
  }
  const int64_t limit = INT64_C(1) << (bits - 1);
  return acc >= -limit && acc < limit;
}

int qref_dpi_dot_i8(int acc, unsigned long long a, unsigned long long b, int lanes, int bits, int overflow) {
  if (lanes < 0 || lanes > LANES || !is_accumulator(acc, bits) || !qref_dpi_is_overflow(overflow)) {
    return QREF_DPI_INVALID;
  }
  const qref_accumulator_rule rule = {(uint32_t)bits, (qref_overflow)overflow};
  for (int i = 0; i < lanes; i++) {
    const int32_t product = int8_operand(a >> (LANE_BITS * i)) * int8_operand(b >> (LANE_BITS * i));
    acc = qref_accumulate(acc, product, &rule, NULL);
  }
  return acc;
}

int qref_dpi_accumulate(int acc, int a, int b, int bits, int overflow) {
  return qref_dpi_dot_i8(acc, (unsigned int)a, (unsigned int)b, 1, bits, overflow);
}

int qref_dpi_accumulate_overflows(int acc, int a, int b, int bits) {
  if (!is_accumulator(acc, bits)) {
    return QREF_DPI_INVALID;
  }
  const qref_accumulator_rule rule = {(uint32_t)bits, QREF_OVERFLOW_WRAP};
  qref_counts counts = {0};
  const int32_t product = int8_operand((unsigned int)a) * int8_operand((unsigned int)b);
  (void)qref_accumulate(acc, product, &rule, &counts);
  return counts.accumulator_overflows != 0 ? 1 : 0;
}

/* In two steps, because a float32 does not hold every int32: both overflow rules give the same by way of 16 bits. */
static int store_int8(int value, qref_overflow overflow) {
  const qref_accumulator_rule rule = {16, overflow};
  return qref_dpi_round((float)qref_accumulate(0, value, &rule, NULL), QREF_ROUND_TOWARD_ZERO, (int)overflow);
}

int qref_dpi_saturate_i8(int value) {
  return store_int8(value, QREF_OVERFLOW_SATURATE);
}

int qref_dpi_wrap_i8(int value) {
  return store_int8(value, QREF_OVERFLOW_WRAP);
}
