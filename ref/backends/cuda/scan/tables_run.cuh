/* The lanes of the fast int8 scan, and a run of theirs: what it reads, computes and leaves. */
#ifndef QREF_BACKENDS_CUDA_SCAN_TABLES_RUN_CUH
#define QREF_BACKENDS_CUDA_SCAN_TABLES_RUN_CUH

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

/* Where a chunk's runs lie. A lane's run i is run i - 1 - g of the chunk, or that plus `runs` of the one before; run i
 * is i * BC_run, or i * du_run, behind these places. */
template <unsigned int lanes>
struct chunk_places {
  unsigned int BC_now, BC_before, du_now, du_before;
  unsigned int y_now, y_before; /* run 0 */
};

template <unsigned int lanes>
__device__ __forceinline__ chunk_places<lanes> places_of(const lane<lanes> &self, unsigned int slot,
                                                         unsigned int y_slot) {
  using s = shape<lanes>;
  const unsigned int slot_before = slot == 0 ? INPUT_CHUNKS - 1 : slot - 1;
  const unsigned int run_now = ~self.g; /* -1 - g */
  const unsigned int run_before = s::runs - 1 - self.g;
  chunk_places<lanes> at;
  at.BC_now = self.BC + slot * self.BC_slot + run_now * s::BC_run;
  at.BC_before = self.BC + slot_before * self.BC_slot + run_before * s::BC_run;
  at.du_now = self.du + slot * self.du_slot + run_now * s::du_run;
  at.du_before = self.du + slot_before * self.du_slot + run_before * s::du_run;
  at.y_now = self.y_ring + y_slot * self.y_slot;
  at.y_before = self.y_ring + (y_slot + Y_CHUNKS - 1) % Y_CHUNKS * self.y_slot;
  return at;
}

/* What a lane reads for a run. */
template <unsigned int lanes>
struct run_inputs {
  using s = shape<lanes>;
  float B[s::states * s::steps], C[s::states * s::steps];
  float du[s::lane_channels][s::steps];
  uint32_t code[s::lane_channels]; /* of dt */
};

/* For run i; for run `runs`, which is run 0 of the next chunk: that needs no more than this one. */
template <unsigned int lanes>
__device__ __forceinline__ void read_run(const lane<lanes> &self, const chunk_places<lanes> &at, unsigned int i,
                                         const float *shared, run_inputs<lanes> *to) {
  using s = shape<lanes>;
  const unsigned int BC_at = (i > self.g ? at.BC_now : at.BC_before) + i * s::BC_run;
  const unsigned int du_at = (i > self.g ? at.du_now : at.du_before) + i * s::du_run;
  const uint8_t *const codes = reinterpret_cast<const uint8_t *>(shared) + self.codes - self.du;
#pragma unroll
  for (unsigned int k = 0; k < s::lane_channels; k++) {
    /* As du_place has it: the parity of the run, since there is an even number of them. */
    const unsigned int parity = (i + 1 + self.g) % 2;
    const unsigned int at_channel = du_at + (s::lane_channels == 2 ? (k ^ parity) * 4 * s::steps : 0);
    if constexpr (s::steps == 4) {
      to->code[k] = *reinterpret_cast<const uint32_t *>(codes + at_channel);
    } else {
      to->code[k] = *reinterpret_cast<const uint16_t *>(codes + at_channel);
    }
    load_floats<s::steps>(shared + at_channel, to->du[k]);
  }
  load_floats<s::states * s::steps>(shared + BC_at, to->B);
  load_floats<s::states * s::steps>(shared + BC_at + s::BC_tensor, to->C);
}

/* What it reads when it is there: the decay of the run's steps, and of lane 0 D * u, with which y begins. */
template <unsigned int lanes>
struct run_terms {
  using s = shape<lanes>;
  float decay[s::steps][s::lane_channels][s::states];
  float D_u[s::lane_channels][s::steps];
};

template <unsigned int lanes>
__device__ __forceinline__ void read_terms(const lane<lanes> &self, const chunk_places<lanes> &at, unsigned int i,
                                           const run_inputs<lanes> &in, const float *shared, run_terms<lanes> *to) {
  using s = shape<lanes>;
  constexpr unsigned int row_bytes = 32 * s::states * BYTES;
#pragma unroll
  for (unsigned int q = 0; q < s::steps; q++) {
#pragma unroll
    for (unsigned int k = 0; k < s::lane_channels; k++) {
      qref_ptx_load_shared(to->decay[q][k],
                           self.decay + byte_of(in.code[k], q) * row_bytes + k * 4 * lanes * s::states * BYTES);
    }
  }
  if (self.g == 0) {
    const unsigned int y_at = i == 0 ? at.y_before + (s::runs - 1) * s::y_run : at.y_now + (i - 1) * s::y_run;
#pragma unroll
    for (unsigned int k = 0; k < s::lane_channels; k++) {
      load_floats<s::steps>(shared + y_at + k * 4 * s::steps, to->D_u[k]);
    }
  }
}

/* y goes to the next lane. */
template <unsigned int lanes>
__device__ __forceinline__ void pass_y(lane<lanes> *self) {
  using s = shape<lanes>;
  constexpr unsigned int whole_warp = 0xffffffffu;
#pragma unroll
  for (unsigned int q = 0; q < s::steps; q++) {
#pragma unroll
    for (unsigned int k = 0; k < s::lane_channels; k++) {
      self->y[k][q] = __shfl_up_sync(whole_warp, self->y[k][q], 4);
    }
  }
}

/* A run of a lane, behind pass_y. behind_step(q) is called behind its step q, which counts only where exists(q). */
template <unsigned int lanes, typename exists_function, typename behind_function>
__device__ __forceinline__ void scan_run(lane<lanes> *self, const run_inputs<lanes> &in, const run_terms<lanes> &terms,
                                         exists_function exists, behind_function behind_step) {
  using s = shape<lanes>;
#pragma unroll
  for (unsigned int k = 0; k < s::lane_channels; k++) {
#pragma unroll
    for (unsigned int q = 0; q < s::steps; q++) {
      self->y[k][q] = self->g == 0 ? terms.D_u[k][q] : self->y[k][q];
    }
  }
#pragma unroll
  for (unsigned int q = 0; q < s::steps; q++) {
    const bool counts = exists(q);
#pragma unroll
    for (unsigned int k = 0; k < s::lane_channels; k++) {
#pragma unroll
      for (unsigned int n = 0; n < s::states; n++) {
        const float x = in.B[n * s::steps + q] * in.du[k][q];
        const float h = __fmaf_rn(terms.decay[q][k][n], self->h[k][n], x);
        self->h[k][n] = counts ? h : self->h[k][n];
        self->y[k][q] = __fmaf_rn(self->h[k][n], in.C[n * s::steps + q], self->y[k][q]);
      }
    }
    behind_step(q);
  }
}

/* The y that the last lane has behind run i: that of run i of the chunk before. */
template <unsigned int lanes>
__device__ __forceinline__ void store_y(const lane<lanes> &self, const chunk_places<lanes> &at, unsigned int i,
                                        float *shared) {
  using s = shape<lanes>;
  if (i == s::runs - 1) {
    __syncwarp(); /* lane 0 read D * u there, in run 0 of this chunk */
  }
  if (self.stores_y) {
#pragma unroll
    for (unsigned int k = 0; k < s::lane_channels; k++) {
      store_floats(shared + at.y_before + i * s::y_run + k * 4 * s::steps, self.y[k]);
    }
  }
}

}  // namespace qref_cuda_scan

#endif
