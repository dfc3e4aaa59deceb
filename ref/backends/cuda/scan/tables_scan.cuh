/* The lanes of the fast int8 scan. */
#ifndef QREF_BACKENDS_CUDA_SCAN_TABLES_SCAN_CUH
#define QREF_BACKENDS_CUDA_SCAN_TABLES_SCAN_CUH

#include "ref/backends/cuda/ptx.cuh"
#include "ref/backends/cuda/scan/tables_input.cuh"

namespace qref_cuda_scan {

/* `count` floats at an address that is aligned to all of them, or to 16 bytes. */
template <unsigned int count>
__device__ __forceinline__ void load_floats(const float *from, float *to) {
  if constexpr (count % 4 == 0) {
#pragma unroll
    for (unsigned int i = 0; i < count; i += 4) {
      const float4 v = *reinterpret_cast<const float4 *>(from + i);
      to[i] = v.x;
      to[i + 1] = v.y;
      to[i + 2] = v.z;
      to[i + 3] = v.w;
    }
  } else {
    static_assert(count == 2);
    const float2 v = *reinterpret_cast<const float2 *>(from);
    to[0] = v.x;
    to[1] = v.y;
  }
}

template <unsigned int count>
__device__ __forceinline__ void store_floats(float *to, const float (&from)[count]) {
  if constexpr (count == 4) {
    *reinterpret_cast<float4 *>(to) = make_float4(from[0], from[1], from[2], from[3]);
  } else {
    static_assert(count == 2);
    *reinterpret_cast<float2 *>(to) = make_float2(from[0], from[1]);
  }
}

/* A lane under way. */
template <unsigned int lanes>
struct lane {
  using s = shape<lanes>;
  float h[s::lane_channels][s::states];
  float y[s::lane_channels][s::steps]; /* of its last run, for the next lane */
  unsigned int g;
  bool stores_y;
  uint32_t decay; /* address in shared memory, of its first channel and code 0 */
  /* Floats from the start of shared memory. */
  unsigned int BC, du, y_ring;           /* of run 0 of slot 0, and of its first channel */
  unsigned int codes;                    /* bytes, as du */
  unsigned int BC_slot, du_slot, y_slot; /* from one slot to the next */
};

/* Where the state goes behind the steps that ask for it. */
struct state_store {
  const qref_selective_scan_args *args;
  const qref_scan_rule *rule;
  qref_counts *counts;
  size_t first;          /* element of the lane's first state, of those stored first */
  size_t channel_stride; /* elements from one channel of the lane to the next */
  unsigned int channels; /* of the lane, whose state is asked for: the others are behind the last */
  unsigned int chunk_length, length;
};

/* Where a chunk's runs lie. A lane's run i is run i - g of the chunk, or run `runs` + i - g of the one before. */
template <unsigned int lanes>
struct chunk_places {
  unsigned int BC_now, BC_before, du_now, du_before; /* run i - g is i * BC_run, or i * du_run, behind */
  unsigned int y_now, y_before;                      /* run 0 */
};

template <unsigned int lanes>
__device__ __forceinline__ chunk_places<lanes> places_of(const lane<lanes> &self, unsigned int slot,
                                                         unsigned int y_slot) {
  using s = shape<lanes>;
  const unsigned int slot_before = slot == 0 ? INPUT_CHUNKS - 1 : slot - 1;
  const unsigned int run_now = -self.g;
  const unsigned int run_before = s::runs - self.g;
  chunk_places<lanes> at;
  at.BC_now = self.BC + slot * self.BC_slot + run_now * s::BC_run;
  at.BC_before = self.BC + slot_before * self.BC_slot + run_before * s::BC_run;
  at.du_now = self.du + slot * self.du_slot + run_now * s::du_run;
  at.du_before = self.du + slot_before * self.du_slot + run_before * s::du_run;
  at.y_now = self.y_ring + y_slot * self.y_slot;
  at.y_before = self.y_ring + (y_slot + Y_CHUNKS - 1) % Y_CHUNKS * self.y_slot;
  return at;
}

/* The lane's run i of a chunk. behind_step(q, h) is called behind its step q, which counts only where exists(q). */
template <unsigned int lanes, typename exists_function, typename behind_function>
__device__ __forceinline__ void scan_run(lane<lanes> *self, const chunk_places<lanes> &at, unsigned int i,
                                         const float *shared, exists_function exists, behind_function behind_step) {
  using s = shape<lanes>;
  constexpr unsigned int whole_warp = 0xffffffffu;
  const unsigned int BC_at = (i >= self->g ? at.BC_now : at.BC_before) + i * s::BC_run;
  const unsigned int du_at = (i >= self->g ? at.du_now : at.du_before) + i * s::du_run;
  float B[s::states * s::steps];
  float C[s::states * s::steps];
  float du[s::lane_channels][s::steps];
  uint32_t code[s::lane_channels];
  load_floats<s::states * s::steps>(shared + BC_at, B);
  load_floats<s::states * s::steps>(shared + BC_at + STATES * STEPS, C);
  const uint8_t *const codes = reinterpret_cast<const uint8_t *>(shared) + self->codes - self->du;
#pragma unroll
  for (unsigned int k = 0; k < s::lane_channels; k++) {
    /* As du_place has it: the run that lane 0 reads has the parity of i. */
    const unsigned int at_channel = du_at + (s::lane_channels == 2 ? (k ^ (i + self->g) % 2) * 4 * s::steps : 0);
    load_floats<s::steps>(shared + at_channel, du[k]);
    if constexpr (s::steps == 4) {
      code[k] = *reinterpret_cast<const uint32_t *>(codes + at_channel);
    } else {
      code[k] = *reinterpret_cast<const uint16_t *>(codes + at_channel);
    }
  }
#pragma unroll
  for (unsigned int k = 0; k < s::lane_channels; k++) {
#pragma unroll
    for (unsigned int q = 0; q < s::steps; q++) {
      self->y[k][q] = __shfl_up_sync(whole_warp, self->y[k][q], 4);
    }
    if (self->g == 0) {
      load_floats<s::steps>(shared + at.y_now + i * s::y_run + k * 4 * s::steps, self->y[k]);
    }
  }
#pragma unroll
  for (unsigned int q = 0; q < s::steps; q++) {
    const bool counts = exists(q);
#pragma unroll
    for (unsigned int k = 0; k < s::lane_channels; k++) {
      constexpr unsigned int row_bytes = 32 * s::states * BYTES;
      float decay[s::states];
      qref_ptx_load_shared(decay, self->decay + byte_of(code[k], q) * row_bytes + k * 4 * lanes * s::states * BYTES);
#pragma unroll
      for (unsigned int n = 0; n < s::states; n++) {
        const float x = B[n * s::steps + q] * du[k][q];
        const float h = __fmaf_rn(decay[n], self->h[k][n], x);
        self->h[k][n] = counts ? h : self->h[k][n];
        self->y[k][q] = __fmaf_rn(self->h[k][n], C[n * s::steps + q], self->y[k][q]);
      }
    }
    behind_step(q);
  }
}

/* The y that the last lane has behind run i: of runs 1 .. of the chunk before, and of the first of this. */
template <unsigned int lanes>
__device__ __forceinline__ unsigned int place_of_y(const chunk_places<lanes> &at, unsigned int i) {
  return i < lanes - 1 ? at.y_before + (i + 1) * shape<lanes>::y_run : at.y_now;
}

/* A chunk, all of whose steps and those of the one before exist and store no state. */
template <unsigned int lanes>
__device__ __forceinline__ void scan_chunk(lane<lanes> *self, unsigned int slot, unsigned int y_slot, float *shared) {
  using s = shape<lanes>;
  const chunk_places<lanes> at = places_of(*self, slot, y_slot);
  float out[s::runs][s::lane_channels][s::steps]; /* Stores in between would keep the loads behind them back. */
#pragma unroll
  for (unsigned int i = 0; i < s::runs; i++) {
    scan_run(
        self, at, i, shared, [](unsigned int) { return true; }, [](unsigned int) {});
#pragma unroll
    for (unsigned int k = 0; k < s::lane_channels; k++) {
#pragma unroll
      for (unsigned int q = 0; q < s::steps; q++) {
        out[i][k][q] = self->y[k][q];
      }
    }
  }
  __syncwarp();
  if (self->stores_y) {
#pragma unroll
    for (unsigned int i = 0; i < s::runs; i++) {
#pragma unroll
      for (unsigned int k = 0; k < s::lane_channels; k++) {
        store_floats(shared + place_of_y(at, i) + k * 4 * s::steps, out[i][k]);
      }
    }
  }
}

template <unsigned int count>
struct floats {
  float value[count];
};

/* Stores a lane's states: elements `first` and on. Out of the way of the registers of those who call it. */
template <unsigned int states>
__device__ __noinline__ void store_states(const qref_selective_scan_args &args, const qref_scan_rule &rule,
                                          size_t first, floats<states> h, qref_counts *counts) {
  const float prescale = rule.state_prescale;
#pragma unroll
  for (unsigned int n = 0; n < states; n++) {
    const float scaled = qref_apply_scale(h.value[n] * prescale, args.scales.state * prescale, rule.state.scale_form);
    args.state[first + n] = qref_round_to_int8(scaled, &rule.state.round, first + n, counts);
  }
}

/* Any chunk: some of the steps may lie before the first or behind the last, or end with a state to be stored. Out of
 * the way of the registers of the others. */
template <unsigned int lanes>
__device__ __noinline__ void scan_guarded_chunk(lane<lanes> *self, unsigned int chunk, unsigned int slot, float *shared,
                                                const state_store *stores) {
  using s = shape<lanes>;
  lane<lanes> now = *self;
  const state_store store = *stores; /* which the compiler would read again behind each write to shared memory */
  const chunk_places<lanes> at = places_of(now, slot, chunk % Y_CHUNKS);
  unsigned int t = chunk * STEPS - now.g * s::steps; /* beyond the length where it is negative */
  /* The next step behind which the state is stored, and the number of those before it. */
  const unsigned int stored_before = t < store.length ? t / store.chunk_length : 0;
  unsigned int next = store.channels != 0 ? stored_before * store.chunk_length + store.chunk_length - 1 : store.length;
  size_t element = store.first + static_cast<size_t>(stored_before) * STATES;
#pragma unroll 1
  for (unsigned int i = 0; i < s::runs; i++) {
    scan_run(
        &now, at, i, shared, [&](unsigned int q) { return t + q < store.length; },
        [&](unsigned int q) {
          if (t + q < store.length && store.channels != 0 && (t + q == next || t + q + 1 == store.length)) {
#pragma unroll
            for (unsigned int k = 0; k < s::lane_channels; k++) {
              if (k < store.channels) {
                floats<s::states> h;
#pragma unroll
                for (unsigned int n = 0; n < s::states; n++) {
                  h.value[n] = now.h[k][n];
                }
                store_states(*store.args, *store.rule, element + k * store.channel_stride, h, store.counts);
              }
            }
            element += STATES;
            next += store.chunk_length;
          }
        });
    t += s::steps;
    if (now.stores_y) {
#pragma unroll
      for (unsigned int k = 0; k < s::lane_channels; k++) {
        store_floats(shared + place_of_y(at, i) + k * 4 * s::steps, now.y[k]);
      }
    }
  }
  *self = now;
}

}  // namespace qref_cuda_scan

#endif
