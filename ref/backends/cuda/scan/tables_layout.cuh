/* How the fast int8 scan lays its work out over a block.
 *
 * A team of lanes scans `channels` channels of one batch. A channel has `lanes` lanes, which share its 16 states in
 * ascending order; lane g is g runs of `steps` steps behind lane 0 and receives the partial sums of y from lane g - 1,
 * so that the sum over the states keeps its order. Lane 0 is a run behind the chunk itself, so that what the first run
 * of a chunk takes can be read in front of the barrier. A thread is lane g of `lane_channels` channels, which share
 * what it reads of B and C: r, r + 4 and so on, in thread 4 * g + r of the team. Lanes that read the same B and C are
 * neighbours, and what a warp reads from a table falls on all banks evenly, whatever the codes.
 *
 * Shared memory has the tables of the block's channels, and rings of chunks of STEPS steps: other warps of the block
 * prepare the chunk in front and store the one behind, while the lanes work on the chunk and, at its beginning, on the
 * end of the one before. */
#ifndef QREF_BACKENDS_CUDA_SCAN_TABLES_LAYOUT_CUH
#define QREF_BACKENDS_CUDA_SCAN_TABLES_LAYOUT_CUH

#include <stddef.h>

namespace qref_cuda_scan {

constexpr unsigned int STATES = 16;
constexpr unsigned int CODES = 256;
constexpr unsigned int STEPS = 16;
constexpr unsigned int INPUT_CHUNKS = 3; /* before, under way, in front */
/* One more than the elements, so that those of several channels lie on different banks. */
constexpr unsigned int DELTA_ROW = CODES + 1;
constexpr unsigned int A_ROW = STATES + 1;
constexpr unsigned int Y_CHUNKS = 4; /* and the one that is stored */
/* Whose codes a helping thread holds, the one under way among them: device memory takes the time of more than one. */
constexpr unsigned int CHUNKS_AHEAD = 4;
/* Rows of B and C of a helping thread. */
constexpr unsigned int MOST_BC_ROWS = 4;

template <unsigned int lanes>
struct shape {
  static constexpr unsigned int states = STATES / lanes; /* of a lane */
  static constexpr unsigned int channels = 32 / lanes;   /* of a team */
  static constexpr unsigned int steps = STEPS / lanes;   /* of a run */
  static constexpr unsigned int runs = lanes;            /* of a chunk */
  /* Floats of B, and of C, of a run: lanes, which read runs one behind the other, find them on different banks. */
  static constexpr unsigned int BC_run = STATES * steps + (lanes == 4 ? 8 : 0);
  static constexpr unsigned int BC_tensor = runs * BC_run;
  static constexpr unsigned int du_run = channels * steps;
  static constexpr unsigned int y_run = du_run + steps; /* the rest keeps what is stored together on different banks */
  static constexpr unsigned int lane_channels = channels / 4;
  static constexpr unsigned int teams = lane_channels; /* of a warp */
  static constexpr unsigned int team_threads = 4 * lanes;
  static constexpr unsigned int threads = lanes == 4 ? 384 : 512; /* of a block: fewer leave more registers to each */

  /* Where dt * u of a channel stands in its run: runs that are read together lie on different banks. */
  static __host__ __device__ constexpr unsigned int du_place(unsigned int run, unsigned int channel) {
    return run * du_run + (channels == 8 ? channel ^ (run % 2 * 4) : channel) * steps;
  }
};

/* Of a block. */
struct plan {
  unsigned int groups;            /* of channels, one for each team of a batch */
  unsigned int batches;           /* under way together */
  unsigned int scanners, helpers; /* warps that scan, and that prepare and store */

  __host__ __device__ constexpr unsigned int teams() const {
    return groups * batches;
  }
};

/* Where the parts begin, in floats from the start of shared memory; each part that is read as vectors begins at a
 * multiple of 4. */
struct layout {
  unsigned int decay;   /* (groups, CODES, channels / 4, lanes, 4 channels, states of a lane): exp(dt * A) */
  unsigned int gate;    /* (CODES, 2): z and the reciprocal of 1 + exp(-z), bounded */
  unsigned int BC;      /* (INPUT_CHUNKS, batches, 2, runs, BC_run): of which (STATES, steps) */
  unsigned int du;      /* (INPUT_CHUNKS, teams, runs, channels of a team, steps): dt * u; see du_place */
  unsigned int y;       /* (Y_CHUNKS, teams, runs, y_run): D * u, then y in front of the gate */
  unsigned int delta;   /* (channels, DELTA_ROW): dt */
  unsigned int A;       /* (channels, A_ROW) */
  unsigned int D;       /* (channels) */
  unsigned int divisor; /* (CODES): 1 + exp(-z) */
  unsigned int codes;   /* as du, in bytes: the codes of dt */
  unsigned int total;
};

template <unsigned int lanes>
__host__ __device__ constexpr layout layout_of(plan p) {
  using s = shape<lanes>;
  const unsigned int channels = p.groups * s::channels;
  layout l = {};
  l.decay = 0;
  l.gate = l.decay + channels * CODES * STATES;
  l.BC = l.gate + 2 * CODES;
  l.du = l.BC + INPUT_CHUNKS * p.batches * 2 * s::BC_tensor;
  l.y = l.du + INPUT_CHUNKS * p.teams() * s::runs * s::du_run;
  l.delta = l.y + Y_CHUNKS * p.teams() * s::runs * s::y_run;
  l.A = l.delta + channels * DELTA_ROW;
  l.D = l.A + channels * A_ROW;
  l.divisor = l.D + channels;
  l.codes = l.divisor + CODES;
  l.total = l.codes + INPUT_CHUNKS * p.teams() * s::runs * s::du_run / 4;
  return l;
}

}  // namespace qref_cuda_scan

#endif
