/* The two engines of linear W8A8 through BLIS. Each widens int8 to a float type whose products and sums are integers
 * that it holds exactly, so that no order of summation, no fused step and no kernel of BLIS can change a bit.
 * Available where BLIS was found when this was built: QREF_HAVE_BLIS. */
#ifndef QREF_BACKENDS_BLIS_ENGINE_H
#define QREF_BACKENDS_BLIS_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Matrices are row-major; a leading dimension is counted in elements of the engine's type. */
typedef struct qref_blis_engine {
  size_t element_size;
  size_t exact_depth; /* products that one sum holds exactly, whatever they are */
  size_t block_depth; /* k's that are widened at a time, at most exact_depth */
  /* to[r * leading + k] = from[r * from_leading + k], r < rows, k < depth */
  void (*widen)(const int8_t *from, size_t from_leading, size_t rows, size_t depth, void *to, size_t leading);
  /* c[m * columns + n] (+)= sum over k of a[m * leading + k] * b[n * leading + k], on the calling thread alone */
  void (*multiply)(size_t rows, size_t columns, size_t depth, void *a, void *b, size_t leading, bool add, void *c);
  /* sums[i] (+)= c[i] */
  void (*to_sums)(const void *c, size_t count, bool add, int32_t *sums);
} qref_blis_engine;

/* float32: 1024 products of up to 2^14 are at most 2^24, and every integer up to there is a float32. */
extern const qref_blis_engine qref_blis_sgemm;
/* binary64: 2^31 products and more; an op has at most 131071. */
extern const qref_blis_engine qref_blis_dgemm;

#endif
