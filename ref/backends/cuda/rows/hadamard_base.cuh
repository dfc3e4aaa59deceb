/* The base matrix of a Hadamard transform, its signs compiled into the additions. */
#ifndef QREF_BACKENDS_CUDA_ROWS_HADAMARD_BASE_CUH
#define QREF_BACKENDS_CUDA_ROWS_HADAMARD_BASE_CUH

#include "ref/backends/cuda/numerics.cuh"
/* Behind the numerics. */
#include <utility>

#include "ref/ops/hadamard_matrices.c"

template <int n>
constexpr uint64_t qref_cuda_find_negative_columns(int i) {
  static_assert(n == 1 || n == 12 || n == 40);
  uint64_t columns = 0;
  for (int j = 0; j < n; j++) {
    const bool negative = n == 12 ? qref_hadamard12[i % 12][j % 12] == '-' : qref_hadamard40[i][j] == '-';
    columns |= static_cast<uint64_t>(negative && n != 1) << j;
  }
  return columns;
}

/* Bit j: base[i][j] is -1. */
template <int n, int i>
constexpr uint64_t qref_cuda_negative_columns = qref_cuda_find_negative_columns<n>(i);

template <int n, uint64_t negative_columns, typename number>
__device__ inline void qref_cuda_add_base_row(number term, number (&sums)[n]) {
#pragma unroll
  for (int j = 0; j < n; j++) {
    sums[j] = (negative_columns >> j & 1) != 0 ? sums[j] - term : sums[j] + term;
  }
}

template <int n, typename number, typename term_function, int... i>
__device__ inline void qref_cuda_add_base_rows(term_function term, number (&sums)[n],
                                               std::integer_sequence<int, i...>) {
  (qref_cuda_add_base_row<n, qref_cuda_negative_columns<n, i>>(term(i), sums), ...);
}

/* sums[j] = sum_i term(i) * base[i][j], i ascending. Columns whose signs agree so far share their additions: the
 * compiler sees the same operands. In the matrix of 40 the columns j and j + 20 do through the first 20 rows, and all
 * others through a few: 1130 additions are left of 1600. */
template <int n, typename number, typename term_function>
__device__ inline void qref_cuda_multiply_base(term_function term, number (&sums)[n]) {
#pragma unroll
  for (int j = 0; j < n; j++) {
    sums[j] = number();
  }
  qref_cuda_add_base_rows<n>(term, sums, std::make_integer_sequence<int, n>());
}

#endif
