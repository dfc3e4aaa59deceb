/* Shared search for operands that put the value before rounding on a rounding boundary, or a few float32 steps beside
 * it. A plan draws candidates from a stream, computes the value before rounding (with the op, or with the op's formula)
 * and keeps those whose class is still short. Deterministic on every machine: no libm, no state but the caller's. */
#ifndef QREF_VECTORS_SEEK_H
#define QREF_VECTORS_SEEK_H

#include "ref/vectors/generate/fill.h"

/* ---- candidates: a stream of random bits keyed by (suite seed, case id, name) ---- */

typedef struct qref_seek_stream {
  uint64_t seed;
  const char *case_id;
  const char *name; /* tells streams of one case apart, and from the tensors' own fills */
  uint64_t next;
  uint64_t stream; /* of case_id and name, once the first bits are drawn */
  bool begun;
} qref_seek_stream;

uint64_t qref_seek_bits(qref_seek_stream *stream);
/* Uniform integer in low..high. */
int64_t qref_seek_integer(qref_seek_stream *stream, int64_t low, int64_t high);
/* Uniform in [low, high), both > 0 and normal. Odd in its last place, so that products with it are inexact. */
float qref_seek_scale(qref_seek_stream *stream, float low, float high);

/* ---- distances, in float32 steps ---- */

enum { QREF_SEEK_FAR = 1000 };

/* v moved by `steps` float32 values, away from zero if positive. v is finite and not crossed over zero. */
float qref_seek_step(float v, int32_t steps);
/* Steps from the nearest k + 1/2 to v, positive if v is farther from zero: 0 on a tie. QREF_SEEK_FAR if beyond +-999,
 * not finite, or so large (2^23) that no boundary exists. */
int32_t qref_seek_tie_distance(float v);
/* The same for the boundaries of rounding to float16, subnormals and the boundary of overflow, 65520, included. */
int32_t qref_seek_f16_tie_distance(float v);

/* ---- classes ---- */

/* What kind of tie a value is: distance -2..2, sign, whether the integer below its magnitude is odd, and where it lies:
 * below 1, 2, 16, 64, 126, or around 126.5, 127.5, 128.5. */
enum { QREF_SEEK_CLASSES = 5 * 2 * 2 * 8 };
/* The class of v before rounding to int8, or -1 if it is farther than 2 steps from a tie or beyond 129. */
int qref_seek_class(float v);

typedef struct qref_seek_quota {
  uint16_t taken[QREF_SEEK_CLASSES];
} qref_seek_quota;

/* Whether v is of a class of which fewer than `most` were taken; if so it is counted. */
bool qref_seek_take(qref_seek_quota *quota, float v, unsigned int most);

/* Whether two values before rounding give different int8 results under a rule (element index 0). */
bool qref_seek_separates(float a, float b, const qref_rounding_rule *rule);

/* ---- integer sums ---- */

/* Changes x[0..n) as little as a greedy walk does, so that sum_k w[k] * x[k * x_stride] = target. False, with x
 * changed, if it did not get there: it does whenever the target is in reach and the last w is 1 or -1. */
bool qref_seek_dot(const int8_t *w, int8_t *x, size_t n, size_t x_stride, int64_t target);

#endif
