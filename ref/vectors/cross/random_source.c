#include "ref/vectors/cross/random_source.h"

#include <string.h>

enum { BIAS = 127, LEAST_NORMAL = -126 };

/* 2^exponent, -149..127. */
static float power_of_two(int exponent) {
  return qref_f32_from_bits(exponent >= LEAST_NORMAL ? (uint32_t)(exponent + BIAS) << 23
                                                     : UINT32_C(1) << (exponent + 149));
}

float qref_cross_f32(qref_cross_random *random, int low_exponent, int high_exponent) {
  const uint64_t bits = qref_cross_bits(random);
  const int exponent = low_exponent + (int)((bits >> 40) % (unsigned)(high_exponent - low_exponent + 1));
  const uint32_t sign = (uint32_t)(bits >> 32) & 0x80000000u;
  const uint32_t fraction = (uint32_t)bits & 0x007fffffu;
  if (exponent >= LEAST_NORMAL) {
    return qref_f32_from_bits(sign | (uint32_t)(exponent + BIAS) << 23 | fraction);
  }
  const uint32_t leading = UINT32_C(1) << (exponent + 149);
  return qref_f32_from_bits(sign | leading | (fraction & (leading - 1)));
}

/* ---- shapes ---- */

size_t qref_cross_dimension(qref_cross_random *random, size_t most) {
  const uint32_t limit = most > (1u << 20) ? 1u << 20 : (uint32_t)most;
  uint32_t bits = 0; /* 2^bits <= limit */
  while (limit >> bits > 1) {
    bits++;
  }
  size_t value = 1;
  switch (qref_cross_below(random, 4)) {
    case 0:
      value = 1 + qref_cross_below(random, 8);
      break;
    case 1: { /* 0, 1 or 2 beside a multiple of 4, 8, 16, 32, 64 */
      const uint32_t step = 4u << qref_cross_below(random, 5);
      value = step * (1 + qref_cross_below(random, limit / step + 1));
      value = value - 2 + qref_cross_below(random, 5);
      break;
    }
    default: { /* every binade alike */
      const uint32_t binade = qref_cross_below(random, bits + 1);
      value = (size_t)(1u << binade) + qref_cross_below(random, 1u << binade);
      break;
    }
  }
  return value > most ? 1 + value % most : value;
}

void qref_cross_dimensions(qref_cross_random *random, size_t budget, size_t count, const size_t *most,
                           size_t *dimensions) {
  size_t rest = budget;
  const size_t first = qref_cross_below(random, (uint32_t)count);
  for (size_t i = 0; i < count; i++) {
    const size_t at = (first + i) % count;
    dimensions[at] = qref_cross_dimension(random, most[at] < rest ? most[at] : rest);
    rest /= dimensions[at];
    rest = rest == 0 ? 1 : rest;
  }
}

/* The largest are for what is done by several threads. */
size_t qref_cross_budget(qref_cross_random *random) {
  const uint32_t draw = qref_cross_below(random, 4096);
  return draw == 0 ? 1u << 19 : draw < 4 ? 1u << 15 : draw < 128 ? 4096 : draw < 1024 ? 512 : 96;
}

/* ---- scales ---- */

float qref_cross_scale(qref_cross_random *random, float typical) {
  static const uint32_t refused[] = {0x00000000u, 0x80000000u, 0xbf800000u, 0x7f800000u, 0xff800000u, 0x7fc00000u};
  const uint32_t draw = qref_cross_below(random, 1024);
  if (draw < 2) {
    return qref_f32_from_bits(refused[qref_cross_below(random, sizeof refused / sizeof refused[0])]);
  }
  if (draw < 16) { /* any, subnormals too */
    const float any = qref_cross_f32(random, -149, 127);
    return any < 0.0f ? -any : any;
  }
  if (draw < 160) {
    const float rounded = qref_f32_from_bits(qref_bits_from_f32(typical) & 0x7f800000u);
    return rounded * power_of_two((int)qref_cross_below(random, 5) - 2);
  }
  const float factor = qref_cross_f32(random, draw < 400 ? -4 : -1, draw < 400 ? 3 : 0);
  return typical * (factor < 0.0f ? -factor : factor);
}

/* ---- values ---- */

static void fill_i8_uniform(qref_cross_random *random, int8_t *data, size_t count) {
  for (size_t i = 0; i < count; i += sizeof(uint64_t)) {
    const uint64_t bits = qref_cross_bits(random);
    const size_t rest = count - i;
    for (size_t k = 0; k < sizeof bits && k < rest; k++) {
      data[i + k] = (int8_t)((int)(bits >> 8 * k & 0xffu) - 128);
    }
  }
}

static void apply_i8(qref_cross_random *random, int8_t *data, size_t count, uint32_t form) {
  const int constant = (int)qref_cross_below(random, 256) - 128;
  for (size_t i = 0; i < count; i++) {
    const int value = data[i];
    switch (form) {
      case 0: /* small */
        data[i] = (int8_t)(value / 32);
        break;
      case 1: /* the ends of the range */
        data[i] = (int8_t)(value < 0 ? -128 : 127);
        break;
      case 2: /* mostly zero */
        data[i] = (int8_t)(value >= 96 ? value - 112 : 0);
        break;
      case 3:
        data[i] = (int8_t)constant;
        break;
      case 4:
        data[i] = -128;
        break;
      case 5:
        data[i] = 127;
        break;
      default:
        data[i] = 0;
        break;
    }
  }
}

void qref_cross_fill_i8(qref_cross_random *random, int8_t *data, size_t count) {
  const uint32_t draw = qref_cross_below(random, 32);
  fill_i8_uniform(random, data, count);
  if (draw < 7) {
    apply_i8(random, data, count, draw);
  }
}

/* Values that float arithmetic treats in a way of their own. */
static const uint32_t specials[] = {0x00000000u, 0x80000000u, 0x00000001u, 0x807fffffu, 0x7f800000u, 0xff800000u,
                                    0x7fc00000u, 0xffc00001u, 0x7f800001u, 0x7f7fffffu, 0xff7fffffu, 0x3f800000u};

/* What the floats of a tensor are like. */
enum { ORDINARY = 8, WIDE = 9, TIES = 10, SPECIALS = 11, ANY_BITS = 12, EXTREME = 13, ZEROS = 14, FORMS = 16 };

static float draw_f32(qref_cross_random *random, uint32_t form) {
  switch (form) {
    case WIDE:
      return qref_cross_f32(random, -40, 40);
    case TIES: { /* k + 1/2, and a float32 step beside it */
      const float tie = (float)qref_cross_below(random, 600) - 300.5f;
      return qref_f32_from_bits(qref_bits_from_f32(tie) + qref_cross_below(random, 3) - 1);
    }
    case SPECIALS:
      if (qref_cross_one_in(random, 16)) {
        return qref_f32_from_bits(specials[qref_cross_below(random, sizeof specials / sizeof specials[0])]);
      }
      return qref_cross_f32(random, -4, 3);
    case ANY_BITS:
      return qref_f32_from_bits((uint32_t)qref_cross_bits(random));
    case EXTREME:
      return qref_cross_f32(random, -149, 127);
    case ZEROS:
      return qref_cross_one_in(random, 8) ? qref_cross_f32(random, -4, 3) : 0.0f;
    default:
      return qref_cross_f32(random, -5, 2);
  }
}

void qref_cross_fill_f32(qref_cross_random *random, float *data, size_t count) {
  const uint32_t form = qref_cross_below(random, FORMS);
  for (size_t i = 0; i < count; i++) {
    data[i] = draw_f32(random, form);
  }
}

void qref_cross_fill_f16(qref_cross_random *random, qref_float16 *data, size_t count) {
  const uint32_t form = qref_cross_below(random, FORMS);
  for (size_t i = 0; i < count; i++) {
    /* the bits of a NaN are kept: not every one is canonical */
    data[i] = form == ANY_BITS ? (qref_float16)(qref_cross_bits(random) & 0xffffu)
                               : qref_f16_from_f32(draw_f32(random, form));
  }
}
