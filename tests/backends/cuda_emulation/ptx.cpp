#include "ptx.h"

#include <qref/numerics.h>

#include <deque>
#include <map>
#include <tuple>
#include <vector>

namespace {

struct copy {
  void *destination;
  const void *source; /* NULL: zeros */
  size_t bytes;
};

/* By thread of the block: groups that are not done, the last one open. */
std::map<std::tuple<unsigned int, unsigned int, unsigned int>, std::deque<std::vector<copy>>> under_way;

std::deque<std::vector<copy>> &groups_of_thread() {
  static uint64_t block = 0;
  if (block != qref_emulated_block_number()) { /* copies that nobody waited for end with their block */
    block = qref_emulated_block_number();
    under_way.clear();
  }
  auto &groups = under_way[{threadIdx.x, threadIdx.y, threadIdx.z}];
  if (groups.empty()) {
    groups.emplace_back();
  }
  return groups;
}

void finish(const copy &each) {
  if (each.source != nullptr) {
    memcpy(each.destination, each.source, each.bytes);
  } else {
    memset(each.destination, 0, each.bytes);
  }
}

}  // namespace

float qref_emulated_approximation(double exact, double relative_error) {
  const double error = static_cast<double>(qref_emulated_random()) * 0x1p-30 - 1.0; /* -1 .. 1: 31 random bits */
  float result = static_cast<float>(exact * (1.0 + error * relative_error));
  if (fabs(static_cast<double>(result) - exact) > relative_error * fabs(exact)) {
    result = nextafterf(result, static_cast<float>(exact)); /* which this rounding had left */
  }
  return qref_emulated_flush(result);
}

void qref_emulated_copy(void *destination, const void *source, size_t bytes) {
  if (reinterpret_cast<uintptr_t>(destination) % bytes != 0 || reinterpret_cast<uintptr_t>(source) % bytes != 0) {
    qref_emulated_fail("an address that is no multiple of its size", "cp.async");
    return;
  }
  const copy mine = {destination, source, bytes};
  if (qref_emulated_random() % 2 == 0) {
    finish(mine); /* early: what still reads the destination sees it change */
  } else {
    groups_of_thread().back().push_back(mine);
  }
}

void qref_emulated_copy_commit() {
  groups_of_thread().emplace_back();
}

void qref_emulated_copy_wait(size_t pending) {
  auto &groups = groups_of_thread();
  while (groups.size() > pending + 1) {
    for (const copy &each : groups.front()) {
      finish(each);
    }
    groups.pop_front();
  }
}

void qref_ptx_f32_from_f16_pair(uint32_t pair, float *low, float *high) {
  *low = qref_f32_from_f16(static_cast<qref_float16>(pair & 0xffffu));
  *high = qref_f32_from_f16(static_cast<qref_float16>(pair >> 16));
}
