/* A CUDA processor for tests: the threads of a block as coroutines of one thread of the host, one block after the
 * other. Threads run in a random order between the points where they wait for each other, so that a missing
 * __syncthreads or
 * __syncwarp shows as a wrong result sooner or later. A warp-wide operation that some lane of its mask does not reach
 * fails the launch, and so does a barrier that not all threads reach. */
#ifndef QREF_TESTS_CUDA_EMULATION_BLOCK_H
#define QREF_TESTS_CUDA_EMULATION_BLOCK_H

#include <stddef.h>
#include <stdint.h>

struct uint3 {
  unsigned int x, y, z;
};

struct dim3 {
  unsigned int x, y, z;
  constexpr dim3(unsigned int x_ = 1, unsigned int y_ = 1, unsigned int z_ = 1) : x(x_), y(y_), z(z_) {
  }
};

/* Of the running thread. */
extern uint3 threadIdx, blockIdx;
extern dim3 blockDim, gridDim;
constexpr int warpSize = 32;

/* Runs a grid: body(context) once for each thread. Prints why and returns false where the kernel breaks a rule. */
bool qref_emulated_grid(dim3 grid, dim3 block, size_t shared_bytes, void (*body)(void *context), void *context);

/* __syncthreads */
void qref_emulated_block_barrier();

/* The lanes of `mask` all call this, with as many bytes (at most 256) of the same operation. Lane i of `all` (32 times
 * `bytes`) gets what lane i brought; those outside of the mask stay as they are. */
void qref_emulated_warp_exchange(const char *operation, unsigned int mask, const void *mine, size_t bytes, void *all);

unsigned int qref_emulated_lane();

/* Blocks run so far, in all launches. */
uint64_t qref_emulated_block_number();

/* Ends the launch: the running thread broke a rule. Printed once for a launch. */
void qref_emulated_fail(const char *what, const char *operation);

/* Dynamic shared memory of the block, aligned to 128 bytes. */
void *qref_emulated_dynamic_shared();

/* Random bits of the emulation's own, the same in every run: the errors of approximate instructions. */
uint32_t qref_emulated_random();

#endif
