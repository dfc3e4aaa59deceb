#include "bench/peers/peers.h"

void bench_add_gemmlowp_linear(bench_work *work, const bench_options *options, const bench_linear *problem) {
  (void)options;
  (void)problem;
  bench_add_absent(work, "gemmlowp", "not built in: libgemmlowp-dev and a C++ compiler");
}
