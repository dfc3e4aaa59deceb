#if defined(QREF_HAVE_BLIS)
#define REAL double
#define GEMM bli_dgemm_ex
#define ENGINE qref_blis_dgemm
#define EXACT_DEPTH ((size_t)1 << 31)
#define BLOCK_DEPTH 512
#include "ref/backends/blis/engine.inc"
#endif
