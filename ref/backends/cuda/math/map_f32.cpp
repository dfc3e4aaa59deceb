/* map_f32 on host memory: pieces go to the device one after the other, so that an array may be larger than its memory.
 */
#include <algorithm>

#include "ref/backends/cuda/math/map.h"
#include "ref/backends/cuda/staging.h"
extern "C" {
#include "ref/backends/map_f32.h"
#include "ref/base/error.h"
}

namespace {

constexpr size_t piece = size_t{1} << 22;

qref_status map_piece(qref_map_function function, const float *x, size_t count, float *y, qref_error *error) {
  qref_cuda_staging staging(error);
  const float *device_x = staging.input(x, count);
  float *device_y = staging.output(y, count);
  QREF_TRY(staging.status());
  QREF_TRY(qref_cuda_map(function, device_x, count, device_y, staging.stream(), error));
  return staging.finish();
}

}  // namespace

qref_status qref_cuda_map_f32(qref_map_function function, const float *x, size_t count, float *y, int,
                              qref_error *error) {
  QREF_TRY(qref_map_f32_check(function, x, count, y, error));
  for (size_t first = 0; first < count; first += piece) {
    QREF_TRY(map_piece(function, x + first, std::min(piece, count - first), y + first, error));
  }
  return QREF_OK;
}
