#include "ref/vectors/generate/seek.h"

#include "ref/numerics/float_bits.h"

enum { MOST_STEPS = 999 };

uint64_t qref_seek_bits(qref_seek_stream *stream) {
  if (!stream->begun) {
    stream->stream = qref_generate_stream(stream->case_id, stream->name);
    stream->begun = true;
  }
  return qref_random_bits(stream->seed, stream->stream, stream->next++);
}

int64_t qref_seek_integer(qref_seek_stream *stream, int64_t low, int64_t high) {
  const uint64_t span = (uint64_t)(high - low) + 1;
  return low + (int64_t)((qref_seek_bits(stream) >> 16) % span); /* spans are far below 2^48 */
}

float qref_seek_scale(qref_seek_stream *stream, float low, float high) {
  const double unit = (double)(qref_seek_bits(stream) >> 40) * 0x1p-24;
  const float value = (float)((double)low + ((double)high - (double)low) * unit);
  const uint32_t bits = qref_bits_from_f32(value) | 1u;
  return qref_f32_from_bits(bits);
}

float qref_seek_step(float v, int32_t steps) {
  /* Behind infinity lie signaling NaNs, whose bits change on some processors when a function returns them. */
  return qref_canonical_nan_f32(qref_f32_from_bits(qref_bits_from_f32(v) + (uint32_t)steps));
}

/* Steps from boundary to magnitude, both positive: bit patterns of positive floats are in the order of their values. */
static int32_t steps_between(float boundary, float magnitude) {
  const int64_t steps = (int64_t)qref_bits_from_f32(magnitude) - (int64_t)qref_bits_from_f32(boundary);
  return steps >= -MOST_STEPS && steps <= MOST_STEPS ? (int32_t)steps : QREF_SEEK_FAR;
}

int32_t qref_seek_tie_distance(float v) {
  const float magnitude = v < 0.0f ? -v : v;
  if (!(magnitude < 0x1p23f)) {
    return QREF_SEEK_FAR;
  }
  /* k + 1/2 below 2^23 is a float32. Every value lies between k and k+1, and k + 1/2 is the boundary nearest to it. */
  return steps_between((float)(int32_t)magnitude + 0.5f, magnitude);
}

int32_t qref_seek_f16_tie_distance(float v) {
  const float magnitude = v < 0.0f ? -v : v;
  if (!(magnitude < 0x1p17f)) {
    return QREF_SEEK_FAR;
  }
  /* Halfway between the two float16 values around the magnitude; from 2^15 on the step of float16 is 2^5, and the
   * boundary of overflow, 65520, is half a step beyond the largest. */
  float step = 0x1p-24f;
  while (step < 0x1p5f && step * 0x1p11f <= magnitude) {
    step *= 2.0f;
  }
  const float below = (float)(int32_t)(magnitude / step) * step;
  return below >= 0x1p16f ? QREF_SEEK_FAR : steps_between(below + 0.5f * step, magnitude);
}

int qref_seek_class(float v) {
  const int32_t distance = qref_seek_tie_distance(v);
  const float magnitude = v < 0.0f ? -v : v;
  if (distance < -2 || distance > 2 || !(magnitude < 129.0f)) {
    return -1;
  }
  const int integer = (int)magnitude;
  const int place = integer == 0    ? 0
                    : integer < 2   ? 1
                    : integer < 16  ? 2
                    : integer < 64  ? 3
                    : integer < 126 ? 4
                                    : integer - 126 + 5;
  return (((distance + 2) * 2 + (v < 0.0f ? 1 : 0)) * 2 + integer % 2) * 8 + place;
}

bool qref_seek_take(qref_seek_quota *quota, float v, unsigned int most) {
  const int class = qref_seek_class(v);
  if (class < 0 || quota->taken[class] >= most) {
    return false;
  }
  quota->taken[class]++;
  return true;
}

bool qref_seek_separates(float a, float b, const qref_rounding_rule *rule) {
  return qref_round_to_int8(a, rule, 0, NULL) != qref_round_to_int8(b, rule, 0, NULL);
}

bool qref_seek_dot(const int8_t *w, int8_t *x, size_t n, size_t x_stride, int64_t target) {
  int64_t rest = target;
  for (size_t k = 0; k < n; k++) {
    rest -= w[k] * x[k * x_stride];
  }
  for (size_t k = 0; k < n && rest != 0; k++) {
    if (w[k] == 0) {
      continue;
    }
    const int64_t wanted = x[k * x_stride] + rest / w[k];
    const int64_t value = wanted < INT8_MIN ? INT8_MIN : wanted > INT8_MAX ? INT8_MAX : wanted;
    rest -= w[k] * (value - x[k * x_stride]);
    x[k * x_stride] = (int8_t)value;
  }
  return rest == 0;
}
