#include "ref/backends/cpu/simd/isa.h"
#if QREF_SIMD_NEON
#include <qref/numerics.h>
#include <string.h>

#include "ref/backends/cpu/conv1d/kernels.h"
#include "ref/backends/cpu/simd/neon.h"
#include "ref/numerics/exp_core.h"
#define LEVEL(name) name##_neon
#include "ref/backends/cpu/math/functions.inc"
#include "ref/backends/cpu/math/quantize.inc"
/* behind those two, in this order */
#include "ref/backends/cpu/conv1d/output.inc"
/* */
#include "ref/backends/cpu/conv1d/int8_kernel.inc"
/* */
#include "ref/backends/cpu/conv1d/float_kernel.inc"
#include "ref/backends/cpu/conv1d/update_kernel.inc"
#endif
