/* linear_f32 with AVX2. */
#include "ref/backends/cpu/simd/isa.h"
#if QREF_SIMD_X86
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ref/backends/cpu/linear_f32/linear_f32_kernel.h"
#include "ref/base/error.h"
#include "ref/base/size.h"

#include "ref/backends/cpu/simd/avx2.h"

#include "ref/backends/cpu/simd/first_lanes.inc"

#define LEVEL(name) name##_avx2
#include "ref/backends/cpu/linear_f32/linear_f32_kernel.inc"

#include "ref/backends/cpu/simd/end.h"
#endif
