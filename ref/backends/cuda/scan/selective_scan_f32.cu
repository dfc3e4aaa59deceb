/* The scan of the float32 model: a thread runs the reference's own function on a channel, its scratch in global
 * memory. */
#include "ref/backends/cuda/numerics.cuh"
/* Behind the numerics. */
#include "ref/backends/cuda/device_ops.h"
#include "ref/backends/cuda/scan/channels.cuh"
#include "ref/ops/scan_recurrence.c"
/* C leaves the fields of a rule that no function reads. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#include "ref/ops/selective_scan_f32.c"
#pragma GCC diagnostic pop

namespace {

__global__ void scan_channels(qref_selective_scan_f32_args args, float *scratch) {
  const size_t first = static_cast<size_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  const size_t stride = static_cast<size_t>(gridDim.x) * blockDim.x;
  args.scratch = scratch + first * 3 * args.states;
  for (size_t i = first; i < args.batch * args.channels; i += stride) {
    scan_channel(&args, i / args.channels, i % args.channels);
  }
}

}  // namespace

qref_status qref_cuda_selective_scan_f32(const qref_selective_scan_f32_args *args, cudaStream_t stream,
                                         qref_error *error) {
  return qref_cuda_scan_launch("selective_scan_f32", scan_channels, args->batch * args->channels, 3 * args->states,
                               stream, error, *args);
}
