/* Ends what simd/avx2.h or simd/avx512.h began: the last line of a .c file that includes one of them. */
#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif
