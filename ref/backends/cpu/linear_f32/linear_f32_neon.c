/* linear_f32 with NEON. */
#include "ref/backends/cpu/simd/isa.h"
#if QREF_SIMD_NEON
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ref/backends/cpu/linear_f32/linear_f32_kernel.h"
#include "ref/base/error.h"
#include "ref/base/size.h"

#include "ref/backends/cpu/simd/neon.h"

#include "ref/backends/cpu/simd/first_lanes.inc"

#define LEVEL(name) name##_neon
#include "ref/backends/cpu/linear_f32/linear_f32_kernel.inc"
#endif
