#include "conformance/report/cadence.h"

#include <algorithm>
#include <utility>

namespace proctor {
namespace {

// What happens more often than a picture can show counts once in this time.
constexpr int64_t kMarksApartNs = 1'000'000;

}  // namespace

void Noise::Merge(const Noise& other) {
  stalls += other.stalls;
  longest_ns = std::max(longest_ns, other.longest_ns);
  total_ns += other.total_ns;
  watched_ns += other.watched_ns;
}

void CadenceRecorder::Observe(const Event& event) {
  if (first_ns_ < 0) first_ns_ = event.time_ns;
  noise_.watched_ns = event.time_ns - first_ns_;
  if (event.kind == EventKind::kStall) {
    const int64_t stalled_ns = event.Get(Arg::kDurationNs);
    noise_.Merge({.stalls = 1, .longest_ns = stalled_ns, .total_ns = stalled_ns});
  }
  if (!Shows(event)) return;
  if (cadence_.events.size() < kCadenceEventsMost) {
    cadence_.events.push_back(event);
  } else {
    cadence_.is_cut = true;
  }
}

bool CadenceRecorder::Shows(const Event& event) {
  switch (event.kind) {
    case EventKind::kShallowSleep:
      ++cadence_.sleeps;
      return std::exchange(shallow_ns_, event.Get(Arg::kDurationNs)) != shallow_ns_;
    case EventKind::kDeepSleep:
      ++cadence_.sleeps;
      shallow_ns_ = -1;
      return true;
    case EventKind::kDeepWake:
      return true;
    case EventKind::kHandOff:
    case EventKind::kThreadStart:
    case EventKind::kThreadWake:
    case EventKind::kPreemptSignal: {
      int64_t& shown_ns = shown_ns_[static_cast<size_t>(event.kind)];
      if (shown_ns != 0 && event.time_ns - shown_ns < kMarksApartNs) return false;
      shown_ns = event.time_ns;
      return true;
    }
    default:
      return false;
  }
}

Cadence CadenceRecorder::cadence(std::string name) const {
  Cadence named = cadence_;
  named.name = std::move(name);
  return named;
}

}  // namespace proctor
