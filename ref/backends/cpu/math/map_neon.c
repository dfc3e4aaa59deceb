#include "ref/backends/cpu/simd/isa.h"
#if QREF_SIMD_NEON
#include <qref/numerics.h>

#include "ref/backends/cpu/math/map.h"
#include "ref/backends/cpu/simd/neon.h"
#define LEVEL(name) name##_neon
#include "ref/backends/cpu/math/functions.inc"
#include "ref/backends/cpu/math/map_kernel.inc"
#endif
