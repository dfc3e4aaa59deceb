/* Compiled with -Ofast -mavx2 -mfma. */
#define LOOP(name) bench_loop_##name##_avx2
#include "bench/peers/loops.inc"
