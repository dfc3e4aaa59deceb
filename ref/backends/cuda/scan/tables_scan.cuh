/* A lane's chunks in the fast int8 scan: the plain ones, which are nearly all, and those that are none. */
#ifndef QREF_BACKENDS_CUDA_SCAN_TABLES_SCAN_CUH
#define QREF_BACKENDS_CUDA_SCAN_TABLES_SCAN_CUH

#include "ref/backends/cuda/scan/tables_run.cuh"

namespace qref_cuda_scan {

/* What the first run of a chunk takes, which a lane reads ahead. */
template <unsigned int lanes>
__device__ __forceinline__ void read_first_run(const lane<lanes> &self, unsigned int slot, unsigned int y_slot,
                                               const float *shared, run_inputs<lanes> *to) {
  read_run(self, places_of(self, slot, y_slot), 0, shared, to);
}

/* A chunk, all of whose steps and those of the one before exist and store no state. *next: what read_first_run reads
 * for this chunk, then for the next one. */
template <unsigned int lanes>
__device__ __forceinline__ void scan_chunk(lane<lanes> *self, unsigned int slot, unsigned int y_slot, float *shared,
                                           run_inputs<lanes> *next) {
  using s = shape<lanes>;
  const chunk_places<lanes> at = places_of(*self, slot, y_slot);
#pragma unroll
  for (unsigned int i = 0; i < s::runs; i++) {
    const run_inputs<lanes> now = *next;
    run_terms<lanes> terms;
    pass_y(self);
    read_terms(*self, at, i, now, shared, &terms);
    read_run(*self, at, i + 1, shared, next);
    scan_run(
        self, now, terms, [](unsigned int) { return true; }, [](unsigned int) {});
    store_y(*self, at, i, shared);
  }
}

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
  unsigned int t = chunk * STEPS - (now.g + 1) * s::steps; /* beyond the length where it is negative */
  /* The next step behind which the state is stored, and the number of those before it. */
  const unsigned int stored_before = t < store.length ? t / store.chunk_length : 0;
  unsigned int next = store.channels != 0 ? stored_before * store.chunk_length + store.chunk_length - 1 : store.length;
  size_t element = store.first + static_cast<size_t>(stored_before) * STATES;
#pragma unroll 1
  for (unsigned int i = 0; i < s::runs; i++) {
    run_inputs<lanes> in;
    run_terms<lanes> terms;
    pass_y(&now);
    read_run(now, at, i, shared, &in);
    read_terms(now, at, i, in, shared, &terms);
    scan_run(
        &now, in, terms, [&](unsigned int q) { return t + q < store.length; },
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
    store_y(now, at, i, shared);
  }
  *self = now;
}

}  // namespace qref_cuda_scan

#endif
