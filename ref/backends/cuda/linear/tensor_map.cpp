#if defined(QREF_CUDA_SM90A)
#include "ref/backends/cuda/linear/tensor_map.h"

namespace {

using encode_function = decltype(&cuTensorMapEncodeTiled);

/* The driver is not linked: a machine without one still loads the module. */
cudaError_t find_encode(encode_function *encode) {
  void *entry = nullptr;
  cudaDriverEntryPointQueryResult found = cudaDriverEntryPointSymbolNotFound;
  const cudaError_t result =
      cudaGetDriverEntryPointByVersion("cuTensorMapEncodeTiled", &entry, 12000, cudaEnableDefault, &found);
  if (result != cudaSuccess) {
    return result;
  }
  if (found != cudaDriverEntryPointSuccess || entry == nullptr) {
    return cudaErrorSymbolNotFound;
  }
  *encode = reinterpret_cast<encode_function>(entry);
  return cudaSuccess;
}

cudaError_t encode_bytes(const void *matrix, unsigned int rank, const cuuint64_t *sizes, const cuuint64_t *strides,
                         const cuuint32_t *box, CUtensorMap *map) {
  constexpr cuuint32_t steps[5] = {1, 1, 1, 1, 1};
  encode_function encode = nullptr;
  const cudaError_t result = find_encode(&encode);
  if (result != cudaSuccess) {
    return result;
  }
  const CUresult encoded = encode(map, CU_TENSOR_MAP_DATA_TYPE_UINT8, rank, const_cast<void *>(matrix), sizes, strides,
                                  box, steps, CU_TENSOR_MAP_INTERLEAVE_NONE, CU_TENSOR_MAP_SWIZZLE_128B,
                                  CU_TENSOR_MAP_L2_PROMOTION_L2_256B, CU_TENSOR_MAP_FLOAT_OOB_FILL_NONE);
  return encoded == CUDA_SUCCESS ? cudaSuccess : cudaErrorInvalidValue;
}

}  // namespace

cudaError_t linear_tensor_map(const void *matrix, size_t rows, size_t depth, unsigned int box_rows,
                              unsigned int box_depth, CUtensorMap *map) {
  const cuuint64_t sizes[2] = {depth, rows};
  const cuuint64_t strides[1] = {depth};
  const cuuint32_t box[2] = {box_depth, box_rows};
  return encode_bytes(matrix, 2, sizes, strides, box, map);
}

cudaError_t linear_reordered_tensor_map(const void *matrix, size_t rows, size_t depth, unsigned int box_rows,
                                        unsigned int box_depth, unsigned int neighbours, CUtensorMap *map) {
  const unsigned int group = 4 * neighbours;
  const cuuint64_t sizes[5] = {depth, 2, 4, neighbours / 2, rows / group};
  const cuuint64_t strides[4] = {depth, neighbours * depth, 2 * depth, group * depth};
  const cuuint32_t box[5] = {box_depth, 2, 4, neighbours / 2, box_rows / group};
  return encode_bytes(matrix, 5, sizes, strides, box, map);
}
#endif
