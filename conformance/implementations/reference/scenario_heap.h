// The heap of the scenarios' tasks, and the collector that the runtime starts.
//
// Thread safety: Allocate and CollectIfWanted by tasks; the rest by anybody.

#ifndef PROCTOR_CONFORMANCE_IMPLEMENTATIONS_REFERENCE_SCENARIO_HEAP_H_
#define PROCTOR_CONFORMANCE_IMPLEMENTATIONS_REFERENCE_SCENARIO_HEAP_H_

#include <atomic>
#include <cstdint>
#include <vector>

#include "conformance/base/mutex.h"
#include "runtime/collector/heap.h"
#include "runtime/scheduler/collector_hooks.h"

namespace proctor::reference {

class ScenarioHeap : public runtime::CollectorHooks {
 public:
  // `percent` as the tunable gc_percent.
  explicit ScenarioHeap(int32_t percent);

  // That number of bytes, which nobody keeps; runs the collection that this makes due.
  void Allocate(int64_t bytes);

  bool Enabled() const override { return true; }
  int32_t Percent() const override { return heap_.percent(); }
  void Collect() override;
  void Scavenge() override;

  // When each collection ended.
  std::vector<int64_t> Ends() const;

 private:
  void CollectIfWanted();

  std::atomic<bool> wanted_{false};
  runtime::Heap heap_;
  mutable Mutex mutex_;
  std::vector<int64_t> ends_ns_ GUARDED_BY(mutex_);
};

}  // namespace proctor::reference

#endif  // PROCTOR_CONFORMANCE_IMPLEMENTATIONS_REFERENCE_SCENARIO_HEAP_H_
