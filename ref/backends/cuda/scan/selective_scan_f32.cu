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
  const size_t channels = args->batch * args->channels;
  float *scratch = nullptr;
  const qref_status allocated = qref_cuda_scan_allocate(channels, 3 * args->states, &scratch, stream, error);
  if (allocated != QREF_OK) {
    return allocated;
  }
  const qref_status launched =
      qref_cuda_launch("selective_scan_f32", scan_channels, dim3(qref_cuda_scan_channel_blocks(channels)),
                       dim3(qref_cuda_scan_channel_threads), 0, stream, error, *args, scratch);
  const qref_status freed = qref_cuda_status(cudaFreeAsync(scratch, stream), "selective_scan_f32: scratch", error);
  return launched != QREF_OK ? launched : freed;
}
