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
  size_t next; /* the least multiple of chunk_length that may still come */
  qref_counts *counts;
};

/* Stores the state of one element. Out of the way of the lanes' registers. */
static __device__ __noinline__ void store_state(const qref_selective_scan_args &args, const qref_scan_rule &rule,
                                                size_t i, float h, qref_counts *counts) {
  const float prescale = rule.state_prescale;
  const float scaled = qref_apply_scale(h * prescale, args.scales.state * prescale, rule.state.scale_form);
  args.state[i] = qref_round_to_int8(scaled, &rule.state.round, i, counts);
}

/* Behind step t. Within two chunks of STEPS there is one multiple of a long chunk_length, but many of a short one. */
template <unsigned int states>
__device__ __forceinline__ void store_state_behind(const state_store &store, size_t t, const float (&h)[states]) {
  const bool ends = store.chunk_length >= 2 * STEPS ? t + 1 == store.next : (t + 1) % store.chunk_length == 0;
  if (store.exists && (ends || t + 1 == store.args.length)) {
    const size_t first = store.first + t / store.chunk_length * STATES;
#pragma unroll
    for (unsigned int n = 0; n < states; n++) {
      store_state(store.args, store.rule, first + n, h[n], store.counts);
    }
  }
}

/* A chunk. `guarded`: some of the steps may lie before the first or behind the last, or end with a state to be stored.
 */
template <unsigned int lanes, bool guarded>
__device__ __forceinline__ void scan_chunk(lane<lanes> *self, size_t chunk, unsigned int slot, float *shared,
                                           const state_store &store) {
  using s = shape<lanes>;
  constexpr unsigned int whole_warp = 0xffffffffu;
  const unsigned int g = self->g;
  const unsigned int slot_before = slot == 0 ? INPUT_CHUNKS - 1 : slot - 1;
  const unsigned int y_slot = static_cast<unsigned int>(chunk % Y_CHUNKS);
  /* Run i - g of this chunk, or run `runs` + i - g of the one before. */
  const unsigned int run_now = -g;
  const unsigned int run_before = s::runs - g;
  const unsigned int BC_now = self->BC + slot * self->BC_slot + run_now * s::BC_run;
  const unsigned int BC_before = self->BC + slot_before * self->BC_slot + run_before * s::BC_run;
  const unsigned int du_now = self->du + slot * self->du_slot + run_now * s::du_run;
  const unsigned int du_before = self->du + slot_before * self->du_slot + run_before * s::du_run;
  const uint8_t *const codes = reinterpret_cast<const uint8_t *>(shared) + self->codes - self->du;
  const float *const y_in = shared + self->y_ring + y_slot * self->y_slot;
  float *const y_out = shared + self->y_ring + y_slot * self->y_slot;
  float *const y_out_before = shared + self->y_ring + (y_slot + Y_CHUNKS - 1) % Y_CHUNKS * self->y_slot;

  float out[s::runs][s::steps];
#pragma unroll
  for (unsigned int i = 0; i < s::runs; i++) {
    const unsigned int BC_at = (i >= g ? BC_now : BC_before) + i * s::BC_run;
    const unsigned int du_at = (i >= g ? du_now : du_before) + i * s::du_run;
    float B[s::states * s::steps];
    float C[s::states * s::steps];
    float du[s::steps];
    load_floats<s::states * s::steps>(shared + BC_at, B);
    load_floats<s::states * s::steps>(shared + BC_at + STATES * STEPS, C);
    load_floats<s::steps>(shared + du_at, du);
    uint32_t code;
    if constexpr (s::steps == 4) {
      code = *reinterpret_cast<const uint32_t *>(codes + du_at);
    } else {
      code = *reinterpret_cast<const uint16_t *>(codes + du_at);
    }
    float y[s::steps];
#pragma unroll
    for (unsigned int q = 0; q < s::steps; q++) {
      y[q] = __shfl_up_sync(whole_warp, self->y[q], s::channels);
    }
    if (g == 0) {
      load_floats<s::steps>(y_in + i * s::y_run, y);
    }
#pragma unroll
    for (unsigned int q = 0; q < s::steps; q++) {
      float decay[s::states];
      qref_ptx_load_shared(decay, self->decay + byte_of(code, q) * (32 * s::states * 4));
      const size_t t = chunk * STEPS + i * s::steps + q - g * s::steps; /* beyond the length where it is negative */
      const bool exists = !guarded || t < store.args.length;
#pragma unroll
      for (unsigned int n = 0; n < s::states; n++) {
        const float x = B[n * s::steps + q] * du[q];
        const float h = __fmaf_rn(decay[n], self->h[n], x);
        self->h[n] = exists ? h : self->h[n];
        y[q] = __fmaf_rn(self->h[n], C[n * s::steps + q], y[q]);
      }
      if (guarded && exists) {
        store_state_behind(store, t, self->h);
      }
    }
#pragma unroll
    for (unsigned int q = 0; q < s::steps; q++) {
      self->y[q] = y[q];
      out[i][q] = y[q];
    }
  }
  __syncwarp();
  if (g == lanes - 1) { /* y of the runs runs - lanes + 1 .. of the chunk before, and of the first of this */
#pragma unroll
    for (unsigned int i = 0; i < s::runs; i++) {
      float *const to = i < lanes - 1 ? y_out_before + (i + 1) * s::y_run : y_out;
      if constexpr (s::steps == 4) {
        *reinterpret_cast<float4 *>(to) = make_float4(out[i][0], out[i][1], out[i][2], out[i][3]);
      } else {
        *reinterpret_cast<float2 *>(to) = make_float2(out[i][0], out[i][1]);
      }
    }
  }
}

}  // namespace qref_cuda_scan

#endif
