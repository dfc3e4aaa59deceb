/* The primitives of SPEC section 1 on the GPU, compiled from the sources of the host. A file that includes this, first,
 * gets qref_exp_f32, qref_round_to_int8 and the rest of <qref/numerics.h> as device functions, and has none of them for
 * its host code. */
#ifndef QREF_BACKENDS_CUDA_NUMERICS_CUH
#define QREF_BACKENDS_CUDA_NUMERICS_CUH

#if defined(QREF_NUMERICS_H)
#error "include this file before any other of qref"
#endif

#include <qref/types.h>

#pragma push_macro("QREF_API")
#undef QREF_API
#define QREF_API static __device__
#include <qref/numerics.h>
#pragma pop_macro("QREF_API")

#include "ref/numerics/float_bits.h"

/* One instruction. Every other multiplication and addition rounds on its own, since nvcc gets -fmad=false. */
QREF_DEVICE float qref_fma_f32(float a, float b, float c) {
  return qref_canonical_nan_f32(__fmaf_rn(a, b, c));
}

#include "ref/numerics/exp_accurate.c"
#include "ref/numerics/log_accurate.c"

#include "ref/numerics/exp.c"
#include "ref/numerics/log.c"
#include "ref/numerics/log1p.c"

#include "ref/numerics/float16.c"
#include "ref/numerics/function_table.c"
#include "ref/numerics/multiply_add.c"
#include "ref/numerics/philox.c"
#include "ref/numerics/quantize.c"
#include "ref/numerics/random.c"
#include "ref/numerics/round.c"
#include "ref/numerics/sigmoid.c"
#include "ref/numerics/silu.c"
#include "ref/numerics/softplus.c"

#endif
