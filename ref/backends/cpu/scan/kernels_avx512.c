#include "ref/backends/cpu/simd/isa.h"
#if QREF_SIMD_X86
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ref/backends/cpu/offset.h"
#include "ref/backends/cpu/scan/scan.h"
#include "ref/numerics/float_bits.h"
#include "ref/ops/scan_layout.h"
#include "ref/ops/scan_recurrence.h"

#include "ref/backends/cpu/simd/avx512.h"
#define LEVEL(name) name##_avx512
#include "ref/backends/cpu/math/functions.inc"
#include "ref/backends/cpu/simd/round_to_int8.inc"

#include "ref/backends/cpu/scan/scan_steps.inc"

#include "ref/backends/cpu/scan/selective_scan_f32_kernel.inc"
#include "ref/backends/cpu/scan/selective_scan_kernel.inc"
#include "ref/backends/cpu/scan/selective_scan_update_kernel.inc"

#include "ref/backends/cpu/simd/end.h"
#endif
