/* The lanes of the fast int8 scan. */
#ifndef QREF_BACKENDS_CUDA_SCAN_TABLES_SCAN_CUH
#define QREF_BACKENDS_CUDA_SCAN_TABLES_SCAN_CUH

#include "ref/backends/cuda/ptx.cuh"
#include "ref/backends/cuda/scan/tables_layout.cuh"

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

/* Byte i of a word. */
__device__ __forceinline__ unsigned int byte_of(unsigned int word, unsigned int i) {
  return __byte_perm(word, 0, 0x4440 + i);
}

/* A lane under way. */
template <unsigned int lanes>
struct lane {
  using s = shape<lanes>;
  float h[s::states];
  float y[s::steps]; /* of its last run, for the next lane */
  unsigned int g;
  /* Floats from the start of shared memory. */
  unsigned int decay;                    /* of code 0 */
  unsigned int BC, du, y_ring;           /* of run 0 of slot 0 */
  unsigned int codes;                    /* bytes, of run 0 of slot 0 */
  unsigned int BC_slot, du_slot, y_slot; /* from one slot to the next */
};

/* Where the state goes behind the steps that ask for it. */
struct state_store {
  const qref_selective_scan_args &args;
  const qref_scan_rule &rule;
  size_t first; /* element of the lane's first state, of chunk 0 */
  bool exists;  /* the channel is none behind the last, and its state is asked for */
  size_t chunk_length;
  qref_counts *counts;
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
  float du[s::steps];
  load_floats<s::states * s::steps>(shared + BC_at, B);
  load_floats<s::states * s::steps>(shared + BC_at + STATES * STEPS, C);
  load_floats<s::steps>(shared + du_at, du);
  const uint8_t *const codes = reinterpret_cast<const uint8_t *>(shared) + self->codes - self->du + du_at;
  uint32_t code;
  if constexpr (s::steps == 4) {
    code = *reinterpret_cast<const uint32_t *>(codes);
  } else {
    code = *reinterpret_cast<const uint16_t *>(codes);
  }
#pragma unroll
  for (unsigned int q = 0; q < s::steps; q++) {
    self->y[q] = __shfl_up_sync(whole_warp, self->y[q], s::channels);
  }
  if (self->g == 0) {
    load_floats<s::steps>(shared + at.y_now + i * s::y_run, self->y);
  }
#pragma unroll
  for (unsigned int q = 0; q < s::steps; q++) {
    float decay[s::states];
    qref_ptx_load_shared(decay, self->decay + byte_of(code, q) * (32 * s::states * 4));
    const bool counts = exists(q);
#pragma unroll
    for (unsigned int n = 0; n < s::states; n++) {
      const float x = B[n * s::steps + q] * du[q];
      const float h = __fmaf_rn(decay[n], self->h[n], x);
      self->h[n] = counts ? h : self->h[n];
      self->y[q] = __fmaf_rn(self->h[n], C[n * s::steps + q], self->y[q]);
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
  float out[s::runs][s::steps]; /* Stores in between would keep the loads behind them back. */
#pragma unroll
  for (unsigned int i = 0; i < s::runs; i++) {
    scan_run(
        self, at, i, shared, [](unsigned int) { return true; }, [](unsigned int) {});
#pragma unroll
    for (unsigned int q = 0; q < s::steps; q++) {
      out[i][q] = self->y[q];
    }
  }
  __syncwarp();
  if (self->g == lanes - 1) {
#pragma unroll
    for (unsigned int i = 0; i < s::runs; i++) {
      store_floats(shared + place_of_y(at, i), out[i]);
    }
  }
}

/* Stores the lane's states behind step t where they are asked for. */
template <unsigned int states>
__device__ inline void store_states(const state_store &store, size_t t, const float (&h)[states]) {
  if (!store.exists || ((t + 1) % store.chunk_length != 0 && t + 1 != store.args.length)) {
    return;
  }
  const qref_quantize_rule &rule = store.rule.state;
  const float prescale = store.rule.state_prescale;
#pragma unroll
  for (unsigned int n = 0; n < states; n++) {
    const size_t i = store.first + t / store.chunk_length * STATES + n;
    const float scaled = qref_apply_scale(h[n] * prescale, store.args.scales.state * prescale, rule.scale_form);
    store.args.state[i] = qref_round_to_int8(scaled, &rule.round, i, store.counts);
  }
}

/* Any chunk: some of the steps may lie before the first or behind the last, or end with a state to be stored. Out of
 * the way of the registers of the others. */
template <unsigned int lanes>
__device__ __noinline__ void scan_guarded_chunk(lane<lanes> *self, size_t chunk, unsigned int slot, float *shared,
                                                const state_store &store) {
  using s = shape<lanes>;
  lane<lanes> now = *self;
  const chunk_places<lanes> at = places_of(now, slot, static_cast<unsigned int>(chunk % Y_CHUNKS));
#pragma unroll 1
  for (unsigned int i = 0; i < s::runs; i++) {
    /* Beyond the length where it is negative. */
    const size_t first = chunk * STEPS + i * s::steps - now.g * s::steps;
    scan_run(
        &now, at, i, shared, [&](unsigned int q) { return first + q < store.args.length; },
        [&](unsigned int q) {
          if (first + q < store.args.length) {
            store_states(store, first + q, now.h);
          }
        });
    if (now.g == lanes - 1) {
      store_floats(shared + place_of_y(at, i), now.y);
    }
  }
  *self = now;
}

}  // namespace qref_cuda_scan

#endif
