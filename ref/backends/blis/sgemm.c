#if defined(QREF_HAVE_BLIS)
#define REAL float
#define GEMM bli_sgemm_ex
#define ENGINE qref_blis_sgemm
#define EXACT_DEPTH 1024
#define BLOCK_DEPTH 1024
#include "ref/backends/blis/engine.inc"
#endif
