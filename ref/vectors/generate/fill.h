/* Counter-based data of generated cases: every element is a function of (suite seed, case id, tensor name, element
 * index), so that any case can be made alone, on any machine, thread or shard. */
#ifndef QREF_VECTORS_FILL_H
#define QREF_VECTORS_FILL_H

#include "ref/vectors/case/case.h"

/* How the elements of an input tensor are made. int8 tensors; `low` and `high` bound uniform integers. */
typedef enum qref_fill_kind {
  QREF_FILL_UNIFORM,     /* int8, int32: low..high; float32, float16: uniform in [low, high) */
  QREF_FILL_BELL,        /* sum of four uniforms: mean (low+high)/2, cut to [low, high] */
  QREF_FILL_CONSTANT,    /* low */
  QREF_FILL_ALTERNATING, /* low, high, low, ... along the flattened tensor */
  QREF_FILL_CODES,       /* int8: -128, -127, ..., 127, -128, ... */
} qref_fill_kind;

/* The stream of a tensor of a case, for qref_random_bits. */
uint64_t qref_generate_stream(const char *case_id, const char *tensor);
/* Bits of one element: 64 of them, key (seed, case id, name). */
uint64_t qref_generate_bits(uint64_t seed, const char *case_id, const char *tensor, uint64_t index);

/* Fills an input tensor of a case. A tensor that the case does not have is left alone. Float values are multiples of
 * 2^-24 of the range, made without any function of libm. */
void qref_fill(qref_case *item, uint64_t seed, const char *tensor, qref_fill_kind kind, double low, double high);
/* Every present input: int8 over its full range, float32 and float16 uniform in [-1, 1), int32 zeros. What needs other
 * data is overwritten afterwards. */
void qref_fill_all_uniform(qref_case *item, uint64_t seed);

#endif
