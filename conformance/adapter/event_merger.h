// A merger of events: those of several threads become one piece of evidence, ordered by time.
//
// Memory is bounded: what comes after `events_most` is only counted, and the evidence ends with a
// gap.
//
// Thread safety: Add from any thread; Take once, when no more Add comes.

#ifndef PROCTOR_CONFORMANCE_ADAPTER_EVENT_MERGER_H_
#define PROCTOR_CONFORMANCE_ADAPTER_EVENT_MERGER_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "conformance/base/mutex.h"
#include "conformance/evidence/event.h"

namespace proctor {

// What the harness itself does and sees, whatever the evidence is otherwise.
bool HarnessMakes(EventKind kind);

class EventMerger {
 public:
  static constexpr size_t kEventsMost = 4'000'000;

  explicit EventMerger(size_t events_most = kEventsMost) : events_most_(events_most) {}

  void Add(const Event& event);

  // By time; those of one maker at the same time stay in their order. After the end of the process
  // there is nothing but what the harness has to say.
  std::vector<Event> Take();

 private:
  const size_t events_most_;
  Mutex mutex_;
  std::vector<Event> events_ GUARDED_BY(mutex_);
  int64_t lost_ GUARDED_BY(mutex_) = 0;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_ADAPTER_EVENT_MERGER_H_
