/* Causal conv1d + SiLU, whole sequence, up to 4 taps, y alone. A thread has 16 outputs of a row, one load and one store
 * of 16 bytes, and goes through several batches of its channel; the threads of a warp lie along the row and hand the
 * samples before a thread's own to the next. The window of an output is a word of 4 bytes, its sum one instruction.
 * Device memory is the limit, closely followed by the two special functions of an output; see decide.cuh. What is left
 * undecided is computed exactly when the thread is through with the rest. */
#include "ref/backends/cuda/numerics.cuh"
/* Behind the numerics. */
#include "ref/backends/cuda/conv1d/conv1d_silu_fast.h"
#include "ref/backends/cuda/conv1d/decide.cuh"
#include "ref/backends/cuda/conv1d/output.cuh"
#include "ref/backends/cuda/counts.cuh"
#include "ref/backends/cuda/launch.h"
#include "ref/backends/cuda/ptx.cuh"

namespace {

constexpr unsigned int threads = 128;
constexpr unsigned int blocks_of_multiprocessor = 8;
constexpr unsigned int tile = 16; /* outputs of a thread */
constexpr unsigned int taps = 4;
constexpr unsigned int most_batches = 4; /* of a thread: as many tiles as a word of 64 bits has */
constexpr unsigned int most_blocks_y_z = 65535;

struct launch_plan {
  unsigned int row_threads_log2; /* threads along a row, the others being at other channels */
  unsigned int batches;          /* of a thread */
  float decided_distance;
};

/* 16 samples, the first in the low byte, and the 4 before them. */
struct samples {
  uint32_t before;
  uint32_t now[tile / 4];
};

/* A channel's constants. */
struct channel {
  int32_t weights; /* 4 bytes, oldest tap first; zero taps in front if there are fewer */
  float s_wx;
  float bias;
};

__device__ channel channel_of(const qref_conv1d_silu_args &args, unsigned int d) {
  const unsigned int W = static_cast<unsigned int>(args.width);
  const int8_t *const w = args.w + static_cast<size_t>(d) * W;
  uint32_t weights = 0;
#pragma unroll
  for (unsigned int k = 0; k < taps; k++) {
    const unsigned int missing = taps - W;
    weights |= k < missing ? 0 : static_cast<uint32_t>(static_cast<uint8_t>(w[k - missing])) << (8 * k);
  }
  const float bias = args.bias != nullptr ? static_cast<float>(args.bias[d]) * args.bias_scale : 0.0f;
  return {static_cast<int32_t>(weights), args.w_scale * args.x_scale, bias};
}

/* What a thread has before its tile. */
enum before_tile : uint32_t {
  BEFORE_NO_TILE, /* the thread has none */
  BEFORE_ZEROS,
  BEFORE_NEIGHBOUR, /* the end of the tile of the thread before it in the warp */
  BEFORE_MEMORY,
};

/* Whole aligned tiles: the samples from x on and, where they are in memory, those before. */
__device__ void load_words(const int8_t *x, bool wanted, uint32_t before, samples *result) {
  if (wanted) {
    const uint4 words = __ldg(reinterpret_cast<const uint4 *>(x));
    result->now[0] = words.x;
    result->now[1] = words.y;
    result->now[2] = words.z;
    result->now[3] = words.w;
  }
  if (wanted && before == BEFORE_MEMORY) {
    result->before = __ldg(reinterpret_cast<const uint32_t *>(x - 4));
  }
}

__device__ void store_words(int8_t *y, const uint32_t words[tile / 4]) {
  *reinterpret_cast<uint4 *>(y) = make_uint4(words[0], words[1], words[2], words[3]);
}

/* `count` samples from x on, of any alignment, and the `before`, 3 at most, in front of them. */
__device__ void load_bytes(const int8_t *x, unsigned int count, unsigned int before, samples *result) {
  *result = {};
#pragma unroll
  for (unsigned int k = 1; k < taps; k++) {
    if (count > 0 && k <= before) {
      result->before |= static_cast<uint32_t>(static_cast<uint8_t>(*(x - k))) << (8 * (4 - k));
    }
  }
#pragma unroll
  for (unsigned int k = 0; k < tile; k++) {
    if (k < count) {
      result->now[k / 4] |= static_cast<uint32_t>(static_cast<uint8_t>(x[k])) << (k % 4 * 8);
    }
  }
}

__device__ void store_bytes(int8_t *y, unsigned int count, const uint32_t words[tile / 4]) {
#pragma unroll
  for (unsigned int k = 0; k < tile; k++) {
    if (k < count) {
      y[k] = static_cast<int8_t>(words[k / 4] >> (k % 4 * 8) & 0xffu);
    }
  }
}

/* Four float32 of integers that were shifted: the integers, as one word. */
__device__ uint32_t low_bytes(const float shifted[4]) {
  uint32_t bits[4];
  for (int k = 0; k < 4; k++) {
    bits[k] = static_cast<uint32_t>(__float_as_int(shifted[k]));
  }
  return __byte_perm(__byte_perm(bits[0], bits[1], 0x0040), __byte_perm(bits[2], bits[3], 0x0040), 0x5410);
}

/* 16 results, and which of them are undecided and which saturated, a bit each. */
struct results {
  uint32_t y[tile / 4];
  uint32_t undecided;
  uint32_t saturated;
};

template <bool ReachesLowest, bool Counting>
__device__ results decide(const samples &x, const channel &c, float out_scale, float decided_distance) {
  constexpr float most = QREF_CUDA_CONV1D_SHIFT + 127.0f;
  constexpr float least = QREF_CUDA_CONV1D_SHIFT - 128.0f;
  const int32_t shift_bits = __float_as_int(QREF_CUDA_CONV1D_SHIFT);
  results result = {};
#pragma unroll
  for (unsigned int word = 0; word < tile / 4; word++) {
    const uint32_t before = word == 0 ? x.before : x.now[word - 1];
    float clamped[4];
#pragma unroll
    for (unsigned int k = 0; k < 4; k++) {
      const uint32_t window = k == 3 ? x.now[word] : __byte_perm(before, x.now[word], 0x4321 + 0x1111 * k);
      /* The sum of the products is an integer of 18 bits, which the shift makes a float32. */
      const float acc =
          __int_as_float(__dp4a(static_cast<int32_t>(window), c.weights, shift_bits)) - QREF_CUDA_CONV1D_SHIFT;
      float distance;
      const float shifted = qref_cuda_conv1d_round(__fmaf_rn(c.s_wx, acc, c.bias), out_scale, &distance);
      if (!(fabsf(distance) <= decided_distance)) {
        result.undecided |= 1u << (4 * word + k);
      }
      if (Counting && (shifted > most || (ReachesLowest && shifted < least))) {
        result.saturated |= 1u << (4 * word + k);
      }
      clamped[k] = ReachesLowest ? fmaxf(fminf(shifted, most), least) : fminf(shifted, most);
    }
    result.y[word] = low_bytes(clamped);
  }
  return result;
}

/* Output t of a row by the formula of the reference. `element` is its index in y. */
__device__ void compute_exactly(const qref_conv1d_silu_args &args, const qref_conv1d_silu_rule &rule, const channel &c,
                                size_t element, unsigned int t, qref_counts *counts) {
  uint32_t window = 0;
#pragma unroll
  for (unsigned int k = 0; k < taps; k++) {
    const unsigned int back = taps - 1 - k;
    window |= t >= back ? static_cast<uint32_t>(static_cast<uint8_t>(args.x[element - back])) << (8 * k) : 0;
  }
  const float acc = static_cast<float>(__dp4a(static_cast<int32_t>(window), c.weights, 0));
  qref_cuda_conv1d_finish(args, rule.output, element, qref_fma_f32(c.s_wx, acc, c.bias), counts);
}

/* Words: every row begins at a multiple of 16 bytes and is one long. */
template <bool Words, bool ReachesLowest, bool Counting>
__global__ void __launch_bounds__(threads, blocks_of_multiprocessor)
    conv1d_silu_fast(const __grid_constant__ qref_conv1d_silu_args args,
                     const __grid_constant__ qref_conv1d_silu_rule rule, const __grid_constant__ launch_plan plan) {
  const unsigned int D = static_cast<unsigned int>(args.channels);
  const unsigned int T = static_cast<unsigned int>(args.length);
  const unsigned int in_row = threadIdx.x & ((1u << plan.row_threads_log2) - 1);
  const unsigned int d = blockIdx.x * (threads >> plan.row_threads_log2) + (threadIdx.x >> plan.row_threads_log2);
  const unsigned int t = ((blockIdx.y << plan.row_threads_log2) + in_row) * tile;
  const unsigned int count = d >= D || t >= T ? 0 : min(T - t, tile);
  const uint32_t before = qref_ptx_kept(count == 0                             ? BEFORE_NO_TILE
                                        : t == 0                               ? BEFORE_ZEROS
                                        : in_row != 0 && threadIdx.x % 32 != 0 ? BEFORE_NEIGHBOUR
                                                                               : BEFORE_MEMORY);
  const bool active = before != BEFORE_NO_TILE; /* the others take part in the shuffles */
  const size_t first = static_cast<size_t>(blockIdx.z) * plan.batches;
  const unsigned int batches = static_cast<unsigned int>(min(args.batch - first, static_cast<size_t>(plan.batches)));

  const size_t first_row = first * D + d;
  const size_t step = static_cast<size_t>(D) * T;
  const int8_t *x = args.x + first_row * T + t;
  int8_t *y = args.y + first_row * T + t;
  samples next = {};
  if (Words) {
    load_words(x, active, before, &next);
  }
  const channel c = active ? channel_of(args, d) : channel{}; /* zeros are decided, and do not saturate */
  uint64_t undecided = 0;                                     /* a bit an output, the last batch highest */
  qref_counts counts = {};
#pragma unroll 1
  for (unsigned int i = batches; i > 0; i--) {
    samples now = next;
    if (Words) {
      load_words(x + step, active && i > 1, before, &next);
      const uint32_t neighbours = __shfl_up_sync(0xffffffffu, now.now[3], 1);
      now.before = before == BEFORE_NEIGHBOUR ? neighbours : now.before;
    } else {
      load_bytes(x, count, min(t, taps), &now);
    }
    results result = decide<ReachesLowest, Counting>(now, c, args.out_scale, plan.decided_distance);
    if (Words) {
      if (active) {
        store_words(y, result.y);
      }
    } else {
      store_bytes(y, count, result.y);
      result.undecided &= (1u << count) - 1;
      result.saturated &= (1u << count) - 1;
    }
    undecided = undecided >> tile | static_cast<uint64_t>(result.undecided) << (64 - tile);
    if (Counting) {
      counts.saturated += static_cast<uint64_t>(__popc(result.saturated & ~result.undecided));
    }
    x += step;
    y += step;
  }

  for (; undecided != 0; undecided &= undecided - 1) {
    const unsigned int bit = static_cast<unsigned int>(__ffsll(static_cast<long long>(undecided)) - 1);
    const size_t row = first_row + static_cast<size_t>(bit / tile - (most_batches - batches)) * D;
    const unsigned int at = t + bit % tile;
    compute_exactly(args, rule, c, row * T + at, at, Counting ? &counts : nullptr);
  }
  if (Counting) {
    qref_cuda_add_counts(args.counts, counts);
  }
}

unsigned int row_threads_log2(const qref_conv1d_silu_args &args) {
  unsigned int log2 = 0;
  while ((1u << log2) < threads && (static_cast<size_t>(tile) << log2) < args.length) {
    log2++;
  }
  return log2;
}

/* Blocks along the channels, the row and the batches, of which each thread has `batches`. */
struct grid {
  size_t x, y, z;
};

grid grid_of(const qref_conv1d_silu_args &args, unsigned int batches) {
  const unsigned int log2 = row_threads_log2(args);
  return {qref_cuda_divide_up(args.channels, threads >> log2),
          qref_cuda_divide_up(args.length, static_cast<size_t>(tile) << log2),
          qref_cuda_divide_up(args.batch, batches)};
}

/* As many as leave enough blocks for an even load of the device; all that are possible for a huge number of batches. */
unsigned int batches_of_thread(const qref_conv1d_silu_args &args) {
  constexpr size_t enough_blocks = 6000;
  const grid single = grid_of(args, 1);
  unsigned int batches = args.batch > most_blocks_y_z ? most_batches : 1;
  while (batches < most_batches &&
         single.x * single.y * qref_cuda_divide_up(args.batch, 2 * batches) >= enough_blocks) {
    batches *= 2;
  }
  return batches;
}

template <bool Words, bool ReachesLowest, bool Counting>
qref_status launch(const qref_conv1d_silu_args &args, cudaStream_t stream, qref_error *error) {
  const unsigned int batches = batches_of_thread(args);
  const grid blocks = grid_of(args, batches);
  const dim3 dimensions(static_cast<unsigned int>(blocks.x), static_cast<unsigned int>(blocks.y),
                        static_cast<unsigned int>(blocks.z));
  const launch_plan plan = {row_threads_log2(args), batches, qref_cuda_conv1d_decided_distance(args.out_scale)};
  return qref_cuda_launch("conv1d_silu", conv1d_silu_fast<Words, ReachesLowest, Counting>, dimensions, threads, 0,
                          stream, error, args, *args.rule, plan);
}

template <bool Words, bool ReachesLowest>
qref_status launch(const qref_conv1d_silu_args &args, cudaStream_t stream, qref_error *error) {
  return args.counts != nullptr ? launch<Words, ReachesLowest, true>(args, stream, error)
                                : launch<Words, ReachesLowest, false>(args, stream, error);
}

}  // namespace

bool qref_cuda_conv1d_silu_has_fast(const qref_conv1d_silu_args &args) {
  const qref_conv1d_silu_rule &rule = *args.rule;
  const bool y_alone = args.accumulator == nullptr && args.before_activation == nullptr &&
                       args.after_activation == nullptr && args.before_rounding == nullptr;
  const bool rounds_half_away = rule.output.scale_form == QREF_SCALE_DIVISOR &&
                                rule.output.round.rounding == QREF_ROUND_HALF_AWAY &&
                                rule.output.round.overflow == QREF_OVERFLOW_SATURATE;
  /* Which also keeps channels and length within 31 bits. */
  const grid largest = grid_of(args, most_batches);
  const bool fits_grid = args.channels <= INT32_MAX && largest.y <= most_blocks_y_z && largest.z <= most_blocks_y_z;
  return y_alone && rounds_half_away && rule.bias_add == QREF_MULTIPLY_ADD_FUSED && args.silu && args.width <= taps &&
         args.out_scale >= QREF_CUDA_CONV1D_LEAST_OUT_SCALE && args.out_scale <= QREF_CUDA_CONV1D_MOST_OUT_SCALE &&
         fits_grid;
}

qref_status qref_cuda_conv1d_silu_fast(const qref_conv1d_silu_args &args, cudaStream_t stream, qref_error *error) {
  const bool words =
      args.length % tile == 0 && qref_cuda_is_aligned(args.x, tile) && qref_cuda_is_aligned(args.y, tile);
  const bool reaches_lowest = args.out_scale < QREF_CUDA_CONV1D_OUT_SCALE_WITHOUT_LOWEST;
  if (words) {
    return reaches_lowest ? launch<true, true>(args, stream, error) : launch<true, false>(args, stream, error);
  }
  return reaches_lowest ? launch<false, true>(args, stream, error) : launch<false, false>(args, stream, error);
}
