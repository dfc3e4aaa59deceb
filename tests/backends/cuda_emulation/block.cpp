#include "block.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#endif

#include <memory>
#include <vector>

uint3 threadIdx, blockIdx;
dim3 blockDim, gridDim;

namespace {

constexpr size_t stack_bytes = 256 * 1024;
constexpr size_t exchange_bytes = 256;
constexpr unsigned int lanes = 32;
constexpr unsigned char unwritten = 0xcd;

enum class state { ready, at_block_barrier, in_warp, ended };

struct thread {
  ucontext_t start;
  jmp_buf resume;
  bool started;
  state now;
  uint3 index;
  void *all; /* of the exchange that it waits for */
};

struct warp {
  const char *operation;
  unsigned int mask, arrived;
  size_t bytes;
  unsigned char brought[lanes][exchange_bytes];
};

/* What a launch needs; kept, so that stacks are not allocated for every block. */
std::unique_ptr<unsigned char[]> stacks;
size_t stack_count;
std::vector<thread> threads;
std::vector<warp> warps;
std::vector<unsigned char> shared;
thread *running;
size_t running_number;
jmp_buf scheduler;
void (*thread_body)(void *);
void *thread_context;
const char *failure;
uint64_t random_state = 1;
uint64_t blocks_so_far;

size_t in_block() {
  return static_cast<size_t>(blockDim.x) * blockDim.y * blockDim.z;
}

/* Back to the scheduler until it resumes this thread. The first switch to a thread needs makecontext's; every other is
 * a jump, which saves no signal mask and so needs no call of the operating system. */
void wait_as(state next) {
  running->now = next;
  if (_setjmp(running->resume) == 0) {
    _longjmp(scheduler, 1);
  }
}

void thread_main() {
  thread_body(thread_context);
  running->now = state::ended;
  _longjmp(scheduler, 1);
}

void resume(size_t number) {
  thread *const next = &threads[number];
  running = next;
  running_number = number;
  threadIdx = next->index;
  next->now = state::ready;
  if (_setjmp(scheduler) == 0) {
    if (next->started) {
      _longjmp(next->resume, 1);
    }
    next->started = true;
    setcontext(&next->start);
  }
}

/* By itself: the compiler takes getcontext for a function that may return twice, and a caller's loop for lost then. */
__attribute__((noinline)) void prepare(ucontext_t *context, unsigned char *stack) {
#if defined(__SANITIZE_ADDRESS__)
  __asan_unpoison_memory_region(stack, stack_bytes); /* what the last thread on it left */
#endif
  getcontext(context);
  context->uc_stack.ss_sp = stack;
  context->uc_stack.ss_size = stack_bytes;
  context->uc_link = nullptr;
  makecontext(context, thread_main, 0);
}

void start_block(size_t count) {
  for (size_t i = 0; i < count; i++) {
    thread *const each = &threads[i];
    each->started = false;
    each->now = state::ready;
    each->index.x = static_cast<unsigned int>(i % blockDim.x);
    each->index.y = static_cast<unsigned int>(i / blockDim.x % blockDim.y);
    each->index.z = static_cast<unsigned int>(i / blockDim.x / blockDim.y);
    prepare(&each->start, &stacks[i * stack_bytes]);
  }
  for (warp &each : warps) {
    each.arrived = 0;
  }
  memset(shared.data(), unwritten, shared.size());
}

/* Some warps, drawn anew behind every block barrier, run as far as they can by themselves: a warp may be ahead of
 * another, or behind it, by all that lies between two barriers. */
void run_some_warps_ahead(size_t count) {
  for (size_t first = 0; first < count; first += lanes) {
    bool ran = qref_emulated_random() % 2 == 0;
    while (ran && failure == nullptr) {
      ran = false;
      for (size_t i = first; i < count && i < first + lanes && failure == nullptr; i++) {
        if (threads[i].now == state::ready) {
          resume(i);
          ran = true;
        }
      }
    }
  }
}

/* A round resumes every thread that can run once, from a random one on, forwards or backwards. */
void run_block() {
  blocks_so_far++;
  const size_t count = in_block();
  start_block(count);
  run_some_warps_ahead(count);
  for (;;) {
    size_t ended = 0, at_barrier = 0, ran = 0;
    const size_t first = qref_emulated_random() % count;
    const bool forwards = qref_emulated_random() % 2 == 0;
    for (size_t i = 0; i < count; i++) {
      const size_t number = forwards ? (first + i) % count : (first + count - i) % count;
      if (threads[number].now == state::ready) {
        resume(number);
        ran++;
      }
      if (failure != nullptr) {
        return;
      }
    }
    for (size_t i = 0; i < count; i++) {
      ended += threads[i].now == state::ended;
      at_barrier += threads[i].now == state::at_block_barrier;
    }
    if (ended == count) {
      return;
    }
    if (ended + at_barrier == count) {
      for (size_t i = 0; i < count; i++) {
        if (threads[i].now == state::at_block_barrier) {
          threads[i].now = state::ready;
        }
      }
      run_some_warps_ahead(count);
    } else if (ran == 0) {
      qref_emulated_fail("some lanes never reach it",
                         warps[0].arrived != 0 ? warps[0].operation : "a warp operation or barrier");
      return;
    }
  }
}

}  // namespace

void qref_emulated_fail(const char *what, const char *operation) {
  if (failure == nullptr) {
    fprintf(stderr, "cuda emulation: block (%u, %u, %u), thread (%u, %u, %u): %s: %s\n", blockIdx.x, blockIdx.y,
            blockIdx.z, threadIdx.x, threadIdx.y, threadIdx.z, operation, what);
    failure = what;
  }
}

bool qref_emulated_grid(dim3 grid, dim3 block, size_t shared_bytes, void (*body)(void *context), void *context) {
  gridDim = grid;
  blockDim = block;
  failure = nullptr;
  const size_t count = in_block();
  if (count == 0 || count > 1024 || block.z > 64 || grid.x == 0 || grid.x > 0x7fffffffu || grid.y == 0 ||
      grid.y > 65535 || grid.z == 0 || grid.z > 65535) {
    qref_emulated_fail("sizes that no device takes", "launch");
    return false;
  }
  if (stack_count < count) {
    stacks.reset(new unsigned char[count * stack_bytes]);
    stack_count = count;
  }
  threads.resize(threads.size() > count ? threads.size() : count);
  warps.resize((count + lanes - 1) / lanes);
  shared.resize(shared_bytes + 128);
  thread_body = body;
  thread_context = context;
  const uint64_t blocks = static_cast<uint64_t>(grid.x) * grid.y * grid.z;
  const bool forwards = qref_emulated_random() % 2 == 0; /* no block may count on an earlier one */
  for (uint64_t i = 0; i < blocks && failure == nullptr; i++) {
    const uint64_t number = forwards ? i : blocks - 1 - i;
    blockIdx.x = static_cast<unsigned int>(number % grid.x);
    blockIdx.y = static_cast<unsigned int>(number / grid.x % grid.y);
    blockIdx.z = static_cast<unsigned int>(number / grid.x / grid.y);
    run_block();
  }
  return failure == nullptr;
}

void qref_emulated_block_barrier() {
  wait_as(state::at_block_barrier);
}

unsigned int qref_emulated_lane() {
  return static_cast<unsigned int>(running_number % lanes);
}

void qref_emulated_warp_exchange(const char *operation, unsigned int mask, const void *mine, size_t bytes, void *all) {
  warp *const my_warp = &warps[running_number / lanes];
  const unsigned int lane = qref_emulated_lane();
  if ((mask >> lane & 1u) == 0 || bytes > exchange_bytes) {
    qref_emulated_fail("a lane that its own mask leaves out, or too many bytes", operation);
  } else if (my_warp->arrived == 0) {
    my_warp->operation = operation;
    my_warp->mask = mask;
    my_warp->bytes = bytes;
  } else if (strcmp(my_warp->operation, operation) != 0 || my_warp->mask != mask || my_warp->bytes != bytes) {
    qref_emulated_fail("other lanes of the warp are at another operation, or give another mask", operation);
  }
  memcpy(my_warp->brought[lane], mine, bytes <= exchange_bytes ? bytes : exchange_bytes);
  my_warp->arrived |= 1u << lane;
  running->all = all;
  if (my_warp->arrived != mask || failure != nullptr) {
    wait_as(state::in_warp);
    return;
  }
  const size_t first = running_number / lanes * lanes;
  for (unsigned int to = 0; to < lanes; to++) {
    if (mask >> to & 1u) {
      thread *const receiver = &threads[first + to];
      for (unsigned int from = 0; from < lanes; from++) {
        if (mask >> from & 1u) {
          memcpy(static_cast<unsigned char *>(receiver->all) + from * bytes, my_warp->brought[from], bytes);
        }
      }
      receiver->now = state::ready;
    }
  }
  my_warp->arrived = 0;
}

uint64_t qref_emulated_block_number() {
  return blocks_so_far;
}

void *qref_emulated_dynamic_shared() {
  const uintptr_t start = reinterpret_cast<uintptr_t>(shared.data());
  return reinterpret_cast<void *>((start + 127) / 128 * 128);
}

uint32_t qref_emulated_random() {
  random_state = random_state * 6364136223846793005u + 1442695040888963407u;
  return static_cast<uint32_t>(random_state >> 33);
}
