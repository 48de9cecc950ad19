#include "conformance/adapter/event_merger.h"

#include <algorithm>
#include <utility>

namespace proctor {

bool HarnessMakes(EventKind kind) {
  return kind == EventKind::kProcessStart || kind == EventKind::kProcessExit ||
         kind == EventKind::kStall || kind == EventKind::kDescriptorReady ||
         kind == EventKind::kStopped || kind == EventKind::kContinued ||
         kind == EventKind::kAtRest || kind == EventKind::kCanGoOn;
}

void EventMerger::Add(const Event& event) {
  const MutexLock lock(mutex_);
  if (events_.size() < events_most_) {
    events_.push_back(event);
  } else {
    ++lost_;
  }
}

std::vector<Event> EventMerger::Take() {
  const MutexLock lock(mutex_);
  std::ranges::stable_sort(events_, {}, &Event::time_ns);
  // A process that the harness ends may be seen to do more until it is gone. That is not its own
  // doing, and no judge may see it. A stall is known at its own end, which may be later.
  const auto exit = std::ranges::find(events_, EventKind::kProcessExit, &Event::kind);
  if (exit != events_.end()) {
    events_.erase(std::remove_if(exit + 1, events_.end(),
                                 [](const Event& event) {
                                   return !HarnessMakes(event.kind) &&
                                          event.kind != EventKind::kGap;
                                 }),
                  events_.end());
  }
  if (lost_ > 0) {
    const int64_t end_ns = events_.empty() ? 0 : events_.back().time_ns;
    events_.push_back(MakeEvent(end_ns, EventKind::kGap, {{Arg::kLost, lost_}}));
  }
  return std::move(events_);
}

}  // namespace proctor
