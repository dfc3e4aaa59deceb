/* Which of simd/{avx2,avx512,neon}.h this compiler and target can compile. A kernel is written once, in a .inc file,
 * against the names that those headers share, and compiled once per instruction set by a .c file of a few lines. */
#ifndef QREF_BACKENDS_CPU_SIMD_ISA_H
#define QREF_BACKENDS_CPU_SIMD_ISA_H

#if defined(__x86_64__) && defined(__GNUC__)
#define QREF_SIMD_X86 1
#else
#define QREF_SIMD_X86 0
#endif

#if defined(__aarch64__) && defined(__ARM_NEON) && !defined(__AARCH64EB__)
#define QREF_SIMD_NEON 1
#else
#define QREF_SIMD_NEON 0
#endif

/* In front of a loop of a constant number of steps that works on an array of registers. */
#if defined(__clang__)
#define QREF_SIMD_UNROLL _Pragma("clang loop unroll(full)")
#else
#define QREF_SIMD_UNROLL _Pragma("GCC unroll 16")
#endif

#define QREF_SIMD_INLINE static inline __attribute__((always_inline, unused))

#endif
