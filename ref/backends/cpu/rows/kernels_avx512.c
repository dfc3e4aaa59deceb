/* The ops on rows with AVX-512. */
#include "ref/backends/cpu/simd/isa.h"
#if QREF_SIMD_X86
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "ref/backends/cpu/offset.h"
#include "ref/backends/cpu/rows/kernels.h"
#include "ref/numerics/float_bits.h"
#include "ref/ops/hadamard_matrices.h"
#include "ref/ops/hadamard_transform.h"
#include "ref/ops/intermediate.h"
#include "ref/ops/root_mean_square.h"

#include "ref/backends/cpu/simd/avx512.h"

#include "ref/backends/cpu/simd/first_lanes.inc"
#include "ref/backends/cpu/simd/round_to_int8.inc"

#include "ref/backends/cpu/rows/embedding_kernel.inc"
#include "ref/backends/cpu/rows/hadamard_kernel.inc"
#include "ref/backends/cpu/rows/rmsnorm_kernel.inc"

const qref_cpu_row_kernels qref_cpu_row_kernels_avx512 = {VF_LANES, rmsnorm,      rmsnorm_f32,
                                                          hadamard, hadamard_f32, embedding_w8};

#include "ref/backends/cpu/simd/end.h"
#endif
