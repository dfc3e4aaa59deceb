// gemmlowp: int8 as uint8 with an offset of 128, the int32 accumulators out. Its kernels are those of the compiler's
// target; on x86-64 that is AVX2 here.
#include <gemmlowp/public/gemmlowp.h>
#include <gemmlowp/public/output_stages.h>

#include <cstdint>
#include <tuple>

#include "bench/peers/peers.h"

namespace {

struct Product {
  gemmlowp::GemmContext context;
  const uint8_t *x, *w;
  int32_t *y;
  int rows, columns, depth;
};

uint8_t *Offset(const int8_t *data, size_t count) {
  uint8_t *result = static_cast<uint8_t *>(bench_allocate(count, 1));
  for (size_t i = 0; i < count; i++) {
    result[i] = static_cast<uint8_t>(data[i] + 128);
  }
  return result;
}

// The layout that gemmlowp is fastest in: y' = w x' with columns of y' contiguous.
void Run(void *context, int threads) {
  Product *work = static_cast<Product *>(context);
  work->context.set_max_num_threads(threads);
  gemmlowp::MatrixMap<const uint8_t, gemmlowp::MapOrder::RowMajor> lhs(work->w, work->columns, work->depth);
  gemmlowp::MatrixMap<const uint8_t, gemmlowp::MapOrder::ColMajor> rhs(work->x, work->depth, work->rows);
  gemmlowp::MatrixMap<int32_t, gemmlowp::MapOrder::ColMajor> result(work->y, work->columns, work->rows);
  gemmlowp::GemmWithOutputPipeline<uint8_t, int32_t, gemmlowp::DefaultL8R8BitDepthParams>(
      &work->context, lhs, rhs, &result, -128, -128, std::make_tuple());
}

}  // namespace

extern "C" void bench_add_gemmlowp_linear(bench_work *work, const bench_options *options, const bench_linear *problem) {
  (void)options;
  Product *product = new Product;
  product->x = Offset(problem->x, problem->rows * problem->depth);
  product->w = Offset(problem->w, problem->columns * problem->depth);
  product->y = static_cast<int32_t *>(bench_allocate(problem->rows * problem->columns, sizeof(int32_t)));
  product->rows = static_cast<int>(problem->rows);
  product->columns = static_cast<int>(problem->columns);
  product->depth = static_cast<int>(problem->depth);
  bench_contestant *contestant = bench_add(work, "gemmlowp");
  contestant->run = Run;
  contestant->context = product;
  contestant->note = "int32 accumulators";
  Run(product, 1);
  contestant->accuracy = bench_compare_i32(problem->accumulator, product->y, problem->rows * problem->columns);
}
