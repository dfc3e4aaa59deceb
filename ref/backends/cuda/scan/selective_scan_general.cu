/* The int8 scan of whole sequences with any intermediates and any number of states: a thread runs the reference's own
 * function on a channel, its scratch in global memory. */
#include "ref/backends/cuda/numerics.cuh"
/* Behind the numerics. */
#include "ref/backends/cuda/counts.cuh"
#include "ref/backends/cuda/scan/channels.cuh"
#include "ref/backends/cuda/scan/selective_scan.h"
#include "ref/ops/scan_recurrence.c"
#include "ref/ops/selective_scan.c"

namespace {

__global__ void scan_channels(qref_selective_scan_args args, qref_scan_rule rule, float *scratch) {
  const size_t first = static_cast<size_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  const size_t stride = static_cast<size_t>(gridDim.x) * blockDim.x;
  qref_counts counts = {};
  qref_counts *const total = args.counts;
  args.rule = &rule;
  args.counts = &counts;
  args.scratch = scratch + first * 4 * args.states;
  for (size_t i = first; i < args.batch * args.channels; i += stride) {
    scan_channel(&args, i / args.channels, i % args.channels);
  }
  qref_cuda_add_counts(total, counts);
}

}  // namespace

qref_status qref_cuda_selective_scan_general(const qref_selective_scan_args *args, cudaStream_t stream,
                                             qref_error *error) {
  return qref_cuda_scan_launch("selective_scan", scan_channels, args->batch * args->channels, 4 * args->states, stream,
                               error, *args, *args->rule);
}
