#include "conformance/implementations/reference/garbage.h"

#include "conformance/implementations/reference/stamps.h"
#include "runtime/runtime.h"

namespace proctor::reference {
namespace {

template <int kBytes>
struct Block {
  char bytes[kBytes] = {};
};

constexpr int kLargeBytes = 4096;
constexpr int kSmallBytes = 64;

}  // namespace

Garbage::Garbage(int32_t percent)
    : heap_({.percent = percent,
             .wanted = [this] { wanted_.store(true, std::memory_order_relaxed); }}) {}

void Garbage::Allocate(int64_t bytes) {
  for (; bytes >= kLargeBytes; bytes -= kLargeBytes) {
    heap_.Make<Block<kLargeBytes>>();
    CollectIfWanted();
  }
  for (; bytes > 0; bytes -= kSmallBytes) {
    heap_.Make<Block<kSmallBytes>>();
    CollectIfWanted();
  }
}

// Not in the heap's own call: stopping the world there would wait for tasks that wait for its
// locks.
void Garbage::CollectIfWanted() {
  if (wanted_.exchange(false, std::memory_order_relaxed)) runtime::CollectGarbage();
}

void Garbage::Collect() {
  wanted_.store(false, std::memory_order_relaxed);
  heap_.CollectStopped();
  const std::lock_guard lock(mutex_);
  ends_ns_.push_back(NowNs());
}

void Garbage::Scavenge() {
  while (heap_.ScavengeStep() > 0) {
  }
}

std::vector<int64_t> Garbage::Ends() const {
  const std::lock_guard lock(mutex_);
  return ends_ns_;
}

}  // namespace proctor::reference
