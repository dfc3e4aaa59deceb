/* The int8 scan of whole sequences with 16 states and without intermediates: sizes of the launch. */
#include "ref/backends/cuda/numerics.cuh"
/* Behind the numerics. */
#include "ref/backends/cuda/counts.cuh"
#include "ref/backends/cuda/device_limits.h"
#include "ref/backends/cuda/scan/selective_scan.h"
#include "ref/backends/cuda/status.h"
#include "ref/ops/scan_layout.h"
#include "ref/ops/scan_recurrence.c"
/* Behind the functions that they call. */
#include "ref/backends/cuda/scan/tables_kernel.cuh"

namespace {

using namespace qref_cuda_scan;

constexpr size_t MOST_BATCHES = 8;
/* Fewer leave the lanes of 4 to a channel alone too much. */
constexpr size_t LEAST_BATCHES = 4;
constexpr size_t MOST_GROUPS = 3;
/* Fewer steps than this are not worth the tables. */
constexpr size_t LEAST_LENGTH = 16;
constexpr size_t MOST_LENGTH = 0x7fffff00; /* places of a row have 32 bits */

template <unsigned int lanes>
plan plan_of(size_t groups, size_t batches) {
  plan p = {};
  p.groups = static_cast<unsigned int>(groups);
  p.batches = static_cast<unsigned int>(batches);
  p.scanners = (p.teams() - 1) / shape<lanes>::teams + 1;
  p.helpers = shape<lanes>::threads / 32 - p.scanners;
  return p;
}

template <unsigned int lanes>
bool fits(const plan &p, const qref_cuda_device_limits &limits) {
  return layout_of<lanes>(p).total * sizeof(float) <= static_cast<size_t>(limits.shared_bytes);
}

/* How the batches of a column of channels are divided among rows of blocks, and the time of it all in steps of a batch,
 * of which a pass over the sequence takes one more than it has batches. */
struct division {
  size_t rows, time;
};

template <unsigned int lanes>
division division_of(const qref_selective_scan_args *args, const plan &p, const qref_cuda_device_limits &limits) {
  constexpr size_t table_steps = 1500;
  constexpr size_t most_rows = 1024; /* enough to load a device evenly, and below what a grid may have */
  const size_t columns = qref_cuda_divide_up(args->channels, p.groups * shape<lanes>::channels);
  const size_t passes = qref_cuda_divide_up(args->batch, p.batches);
  division best = {};
  for (size_t rows = 1; rows <= passes && rows <= most_rows; rows++) {
    const size_t of_block = qref_cuda_divide_up(passes, rows) * (p.batches + 1) * args->length + table_steps;
    const size_t time = qref_cuda_divide_up(columns * rows, static_cast<size_t>(limits.multiprocessors)) * of_block;
    if (rows == 1 || time < best.time) {
      best = {rows, time};
    }
  }
  return best;
}

template <unsigned int lanes>
qref_status launch(const qref_selective_scan_args *args, const plan &p, size_t rows, cudaStream_t stream,
                   qref_error *error) {
  const size_t columns = qref_cuda_divide_up(args->channels, p.groups * shape<lanes>::channels);
  const size_t b_count = qref_cuda_divide_up(qref_cuda_divide_up(args->batch, p.batches), rows) * p.batches;
  const dim3 grid(static_cast<unsigned int>(columns),
                  static_cast<unsigned int>(qref_cuda_divide_up(args->batch, b_count)));
  const bool words = args->length % 4 == 0 && qref_cuda_is_aligned(args->u, sizeof(uint32_t)) &&
                     qref_cuda_is_aligned(args->dt, sizeof(uint32_t)) &&
                     qref_cuda_is_aligned(args->B, sizeof(uint32_t)) &&
                     qref_cuda_is_aligned(args->C, sizeof(uint32_t)) && qref_cuda_is_aligned(args->z, sizeof(uint32_t));
  const size_t bytes = layout_of<lanes>(p).total * sizeof(float);
  return qref_cuda_launch("selective_scan", scan_by_tables<lanes>, grid, dim3(shape<lanes>::threads), bytes, stream,
                          error, *args, *args->rule, p, b_count, words);
}

bool has_intermediates(const qref_selective_scan_args *args) {
  return args->dt_before_softplus != nullptr || args->dt_after_softplus != nullptr || args->decay != nullptr ||
         args->state_input != nullptr || args->h != nullptr || args->sum != nullptr || args->before_store != nullptr ||
         args->state_before_rounding != nullptr;
}

}  // namespace

/* Many batches share the tables of 8 channels; few leave more threads to a channel, and the tables of more channels
 * together. */
qref_status qref_cuda_selective_scan_tables(const qref_selective_scan_args *args, cudaStream_t stream, bool *done,
                                            qref_error *error) {
  *done = false;
  if (args->states != STATES || args->length < LEAST_LENGTH || args->length > MOST_LENGTH || has_intermediates(args)) {
    return QREF_OK;
  }
  qref_cuda_device_limits limits;
  const qref_status status = qref_cuda_find_device_limits(&limits, "selective_scan", error);
  if (status != QREF_OK) {
    return status;
  }
  *done = true;
  const size_t batches = qref_cuda_divide_up(args->batch, qref_cuda_divide_up(args->batch, MOST_BATCHES));
  plan best = {};
  division best_division = {};
  for (size_t together = batches; together >= LEAST_BATCHES; together = qref_cuda_divide_up(together, 2)) {
    const plan p = plan_of<4>(1, together);
    const division d = division_of<4>(args, p, limits);
    if (fits<4>(p, limits) && (best.batches == 0 || d.time < best_division.time)) {
      best = p;
      best_division = d;
    }
  }
  if (best.batches != 0) {
    return launch<4>(args, best, best_division.rows, stream, error);
  }
  const size_t fill =
      qref_cuda_divide_up(args->channels, shape<8>::channels * static_cast<size_t>(limits.multiprocessors));
  for (size_t together = batches; together > 0; together--) {
    for (size_t groups = fill < MOST_GROUPS ? fill : MOST_GROUPS; groups > 0; groups--) {
      const plan p = plan_of<8>(groups, together);
      if (p.scanners <= shape<8>::threads / 64 && fits<8>(p, limits)) {
        return launch<8>(args, p, division_of<8>(args, p, limits).rows, stream, error);
      }
    }
  }
  *done = false;
  return QREF_OK;
}
