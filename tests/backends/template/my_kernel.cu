/* A CUDA kernel of one's own as a module for `qref cross`. The kernel and its launch stand for yours. The harness has
 * its tensors in host memory: the wrapping copies them to the device, and what was asked for back.
 *
 *   nvcc -O2 -fmad=false -shared -Xcompiler -fPIC -I include -I build/release/include my_kernel.cu -o my_cuda_kernel.so
 *   qref cross --backend ./my_cuda_kernel.so --op linear_w8a8
 * -DPLANTED_BUG rounds ties away from zero, which the specification rounds to even. */
#include <cuda_runtime.h>
#include <qref/backend.h>
#include <stdio.h>

/* x (rows, depth), w (columns, depth); y, accumulator and before_rounding (rows, columns), `outputs` elements each. */
__global__ void my_kernel(const int8_t *x, const int8_t *w, size_t columns, size_t depth, size_t outputs,
                          float weight_scale, float input_scale, int8_t *y, int32_t *accumulator,
                          float *before_rounding, unsigned long long *saturated) {
  const size_t i = static_cast<size_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  int32_t acc = 0;
  if (i >= outputs) {
    return;
  }
  for (size_t k = 0; k < depth; k++) {
    acc += x[i / columns * depth + k] * w[i % columns * depth + k];
  }
  const float t = (static_cast<float>(acc) * weight_scale) * input_scale;
#ifdef PLANTED_BUG
  const float rounded = roundf(t);
#else
  const float rounded = rintf(t);
#endif
  const float clamped = fminf(fmaxf(rounded, -128.0f), 127.0f);
  y[i] = static_cast<int8_t>(clamped);
  accumulator[i] = acc;
  before_rounding[i] = t;
  atomicAdd(saturated, clamped != rounded ? 1ull : 0ull);
}

/* ---- the wrapping ---- */

/* A tensor on the device for the time of a call. Behind the first failure nothing more is done. */
template <typename element>
struct device_tensor {
  element *data = nullptr;
  size_t bytes;
  cudaError_t &failed;
  device_tensor(size_t count, const element *host, cudaError_t &error) : bytes(count * sizeof *host), failed(error) {
    failed = failed ? failed : cudaMalloc((void **)&data, bytes);
    failed = failed || !host ? failed : cudaMemcpy(data, host, bytes, cudaMemcpyHostToDevice);
  }
  ~device_tensor() {
    cudaFree(data);
  }
  void copy_to(element *host) {
    failed = failed || !host ? failed : cudaMemcpy(host, data, bytes, cudaMemcpyDeviceToHost);
  }
};

static qref_status fail(qref_status status, const char *reason, qref_error *error) {
  if (error != nullptr) {
    snprintf(error->message, sizeof error->message, "my_kernel: %s", reason);
  }
  return status;
}

static qref_status linear_w8a8(const qref_linear_w8a8_args *a, qref_error *error) {
  const float w_scale = a->weight_scale[0], x_scale = a->input_scale;
  if (!(w_scale > 0 && x_scale > 0) || isinf(w_scale) || isinf(x_scale)) { /* the reference refuses them too */
    return fail(QREF_ERROR_ARGUMENT, "expected finite scales > 0", error);
  }
  const size_t n = a->rows * a->columns;
  unsigned long long count = 0;
  cudaError_t failed = cudaSuccess;
  device_tensor<int8_t> x(a->rows * a->depth, a->x, failed), w(a->columns * a->depth, a->w, failed), y(n, 0, failed);
  device_tensor<int32_t> sums(n, nullptr, failed);
  device_tensor<float> before(n, nullptr, failed);
  device_tensor<unsigned long long> saturated(1, &count, failed);
  if (failed == cudaSuccess) {
    my_kernel<<<(unsigned int)((n + 255) / 256), 256>>>(x.data, w.data, a->columns, a->depth, n, w_scale, x_scale,
                                                        y.data, sums.data, before.data, saturated.data);
    failed = cudaGetLastError();
  }
  y.copy_to(a->y), sums.copy_to(a->accumulator), before.copy_to(a->before_rounding), saturated.copy_to(&count);
  if (a->counts != nullptr) {
    a->counts->saturated += count;
  }
  return failed ? fail(QREF_ERROR_DEVICE, cudaGetErrorString(failed), error) : QREF_OK;
}

static bool supports(qref_op op, const qref_profile *profile) {
  return op == QREF_OP_LINEAR_W8A8 && profile && profile->linear.accumulator.bits == 32 &&
         profile->linear.output.rounding == QREF_ROUND_HALF_EVEN &&
         profile->linear.output.overflow == QREF_OVERFLOW_SATURATE;
}

/* Called once, when the module is loaded: NULL and the reason where it cannot run. */
extern "C" const qref_backend *qref_backend_module(qref_error *error) {
  static qref_backend backend = {QREF_BACKEND_ABI_VERSION, sizeof(qref_backend), "my_cuda_kernel", "my GEMM", supports};
  const cudaError_t found = cudaFree(nullptr);
  backend.linear_w8a8 = linear_w8a8;
  return found ? fail(QREF_ERROR_DEVICE, cudaGetErrorString(found), error), nullptr : &backend;
}
