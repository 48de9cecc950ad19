#include "conformance/implementations/reference/scenario_heap.h"

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

ScenarioHeap::ScenarioHeap(int32_t percent)
    : heap_({.percent = percent,
             .wanted = [this] { wanted_.store(true, std::memory_order_relaxed); }}) {}

void ScenarioHeap::Allocate(int64_t bytes) {
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
void ScenarioHeap::CollectIfWanted() {
  if (wanted_.exchange(false, std::memory_order_relaxed)) runtime::CollectGarbage();
}

void ScenarioHeap::Collect() {
  wanted_.store(false, std::memory_order_relaxed);
  heap_.CollectStopped();
  const MutexLock lock(mutex_);
  ends_ns_.push_back(NowNs());
}

void ScenarioHeap::Scavenge() {
  while (heap_.ScavengeStep() > 0) {
  }
}

std::vector<int64_t> ScenarioHeap::Ends() const {
  const MutexLock lock(mutex_);
  return ends_ns_;
}

}  // namespace proctor::reference
