// The collector: when a collection is due, and its parts.
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_WORLD_COLLECTOR_CYCLE_H_
#define PROCTOR_CONFORMANCE_WORLD_COLLECTOR_CYCLE_H_

#include <cstdint>

#include "conformance/world/part.h"

namespace proctor {

class CollectorCycle : private Part {
 public:
  explicit CollectorCycle(VirtualRuntime& w);

  void Start();
  void Begin(int32_t m);
  // From now on collections may be forced.
  void ComeUp(int32_t m);
  // How much the heap grows until the next one; negative: collections are off.
  void SetPercent(int32_t m, int64_t percent);
  // The next part of the task's collection.
  void Collect(int32_t m);
  void EndCollection(int32_t m);
  void SetMarkWork(int32_t m, bool on);
  // Whether a forced collection is due now (GC-1).
  bool CollectionDue() const;
  // The task allocates; may begin a collection.
  void Allocate(int32_t m, int64_t bytes);

  int64_t percent() const { return percent_; }
  bool enabled() const { return enabled_; }
  bool collecting() const { return collecting_; }
  bool mark_work() const { return mark_work_; }
  int64_t last_end_ns() const { return last_end_ns_; }  // 0: there was no collection yet

 private:
  bool enabled_ = true;
  bool collecting_ = false;
  bool mark_work_ = false;
  int64_t last_end_ns_ = 0;
  int64_t collections_ = 0;
  int64_t heap_bytes_ = 0;
  int64_t percent_ = 0;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_WORLD_COLLECTOR_CYCLE_H_
