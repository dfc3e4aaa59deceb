/* The scan of one token: a thread runs the reference's own function on a channel. */
#include "ref/backends/cuda/numerics.cuh"
/* Behind the numerics. */
#include "ref/backends/cuda/counts.cuh"
#include "ref/backends/cuda/device_ops.h"
#include "ref/backends/cuda/scan/channels.cuh"
#include "ref/ops/scan_recurrence.c"
#include "ref/ops/selective_scan_update.c"

namespace {

__global__ void update_channels(qref_selective_scan_update_args args, qref_scan_rule rule) {
  qref_counts counts = {};
  qref_counts *const total = args.counts;
  args.rule = &rule;
  args.counts = &counts;
  const size_t stride = static_cast<size_t>(gridDim.x) * blockDim.x;
  for (size_t i = static_cast<size_t>(blockIdx.x) * blockDim.x + threadIdx.x; i < args.batch * args.channels;
       i += stride) {
    update_channel(&args, i / args.channels, i % args.channels);
  }
  qref_cuda_add_counts(total, counts);
}

}  // namespace

qref_status qref_cuda_selective_scan_update(const qref_selective_scan_update_args *args, cudaStream_t stream,
                                            qref_error *error) {
  const unsigned int blocks = qref_cuda_scan_channel_blocks(args->batch * args->channels);
  return qref_cuda_launch("selective_scan_update", update_channels, dim3(blocks), dim3(qref_cuda_scan_channel_threads),
                          0, stream, error, *args, *args->rule);
}
