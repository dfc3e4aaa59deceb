/* Compiled with -Ofast for AVX-512. */
#define LOOP(name) bench_loop_##name##_avx512
#include "bench/peers/loops.inc"
