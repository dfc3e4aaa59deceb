/* Backend `cpu`: the reference's bits on several threads and with the processor's vector instructions; and a backend
 * for each instruction set alone. */
#include "ref/backends/cpu/cpu.h"

#include "ref/backends/builtin.h"
#include "ref/backends/cpu/linear/pack.h"
#include "ref/backends/cpu/math/map_f32.h"

#define NAME cpu
#define TITLE "cpu"
#define SUMMARY "the same bits, vectorised and on several threads, with the best instruction set of the processor"
#define LEVEL qref_cpu_level_best()
#define AVAILABLE true
#include "ref/backends/cpu/entries.inc"

#define NAME cpu_portable
#define TITLE "cpu-portable"
#define SUMMARY "the same in C for any processor"
#define LEVEL QREF_CPU_PORTABLE
#define AVAILABLE qref_cpu_level_available(QREF_CPU_PORTABLE)
#include "ref/backends/cpu/entries.inc"

#define NAME cpu_neon
#define TITLE "cpu-neon"
#define SUMMARY "the same with NEON, aarch64"
#define LEVEL QREF_CPU_NEON
#define AVAILABLE qref_cpu_level_available(QREF_CPU_NEON)
#include "ref/backends/cpu/entries.inc"

#define NAME cpu_avx2
#define TITLE "cpu-avx2"
#define SUMMARY "the same with AVX2, FMA and F16C, x86-64"
#define LEVEL QREF_CPU_AVX2
#define AVAILABLE qref_cpu_level_available(QREF_CPU_AVX2)
#include "ref/backends/cpu/entries.inc"

#define NAME cpu_avx512
#define TITLE "cpu-avx512"
#define SUMMARY "the same with AVX-512 F, BW, DQ, VL and VNNI, x86-64"
#define LEVEL QREF_CPU_AVX512
#define AVAILABLE qref_cpu_level_available(QREF_CPU_AVX512)
#include "ref/backends/cpu/entries.inc"
