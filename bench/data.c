#include "bench/data.h"

#include "bench/harness.h"

int8_t *bench_random_i8(size_t count, int low, int high, uint64_t stream) {
  int8_t *data = bench_allocate(count, 1);
  uint64_t bits = 0;
  for (size_t i = 0; i < count; i++) {
    bits = i % 4 == 0 ? qref_random_bits(1, stream, i / 4) : bits >> 16;
    data[i] = (int8_t)(low + (int)(((bits & 0xffffu) * (uint64_t)(high - low + 1)) >> 16));
  }
  return data;
}

static float uniform(float low, float high, uint64_t stream, size_t i) {
  return low + (high - low) * ((float)(qref_random_bits(2, stream, i) >> 40) * 0x1p-24f);
}

float *bench_random_f32(size_t count, float low, float high, uint64_t stream) {
  float *data = bench_allocate(count, sizeof(float));
  for (size_t i = 0; i < count; i++) {
    data[i] = uniform(low, high, stream, i);
  }
  return data;
}

qref_float16 *bench_random_f16(size_t count, float low, float high, uint64_t stream) {
  qref_float16 *data = bench_allocate(count, sizeof(qref_float16));
  for (size_t i = 0; i < count; i++) {
    data[i] = qref_f16_from_f32(uniform(low, high, stream, i));
  }
  return data;
}

float *bench_dequantize(const int8_t *q, size_t count, float scale) {
  float *data = bench_allocate(count, sizeof(float));
  for (size_t i = 0; i < count; i++) {
    data[i] = (float)q[i] * scale;
  }
  return data;
}
