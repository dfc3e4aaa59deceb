#include "ref/backends/cpu/simd/isa.h"
#if QREF_SIMD_X86
#include "ref/backends/cpu/linear/finish.h"
#include "ref/backends/cpu/simd/avx512.h"
#define LEVEL(name) name##_avx512
#include "ref/backends/cpu/linear/finish_kernel.inc"
#include "ref/backends/cpu/simd/end.h"
#endif
