#include "conformance/adapter/event_merger.h"

#include <algorithm>
#include <utility>

namespace proctor {

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
  if (lost_ > 0) {
    const int64_t end_ns = events_.empty() ? 0 : events_.back().time_ns;
    events_.push_back(MakeEvent(end_ns, EventKind::kGap, {{Arg::kLost, lost_}}));
  }
  return std::move(events_);
}

}  // namespace proctor
