#include "ref/backends/cpu/simd/isa.h"
#if QREF_SIMD_NEON
#include "ref/backends/cpu/linear/finish.h"
#include "ref/backends/cpu/simd/neon.h"
#define LEVEL(name) name##_neon
#include "ref/backends/cpu/linear/finish_kernel.inc"
#endif
