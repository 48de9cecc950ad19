// When the process, or the harness that watched it, was kept from running: the canary's stalls, and
// the time for which the harness had the process stopped.
//
// A stall is an event at its own end, and may be of any length. So what it overlaps can be judged
// only when the evidence is complete.
//
// Memory: bounded; once there are more than 65,536 stalls all time since then counts as stalled.
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_JUDGE_STALLS_H_
#define PROCTOR_CONFORMANCE_JUDGE_STALLS_H_

#include <algorithm>
#include <cstdint>
#include <vector>

#include "conformance/evidence/event.h"

namespace proctor {

class Stalls {
 public:
  // Every event, in the order of times.
  void Observe(const Event& event) {
    last_ns_ = std::max(last_ns_, event.time_ns);
    switch (event.kind) {
      case EventKind::kStall:
        Add(event.time_ns - event.Get(Arg::kDurationNs), event.time_ns);
        break;
      case EventKind::kStopped:
        stopped_ns_ = std::min(stopped_ns_, event.time_ns);
        break;
      case EventKind::kContinued:
      case EventKind::kProcessExit:
        if (stopped_ns_ != kNever) Add(stopped_ns_, event.time_ns);
        stopped_ns_ = kNever;
        break;
      default:
        break;
    }
  }

  // For how much of this time some CPU was stalled. Two that stall at once delay no more than one:
  // what is late waits on one of them at a time.
  int64_t Within(int64_t begin_ns, int64_t end_ns) const {
    const int64_t open_ns = std::min(stopped_ns_, uncounted_ns_);
    int64_t stalled_ns = Overlap({open_ns, last_ns_}, begin_ns, end_ns);
    const auto ends_after = [](int64_t time_ns, const Stall& stall) {
      return time_ns < stall.end_ns;
    };
    const auto first = std::upper_bound(stalls_.begin(), stalls_.end(), begin_ns, ends_after);
    const auto last = std::upper_bound(first, stalls_.end(), end_ns + longest_ns_, ends_after);
    // From the last one back: what is later than `counted_ns` has been counted.
    int64_t counted_ns = std::min(end_ns, open_ns);
    for (auto stall = last; stall != first;) {
      --stall;
      stalled_ns += Overlap(*stall, begin_ns, counted_ns);
      counted_ns = std::min(counted_ns, stall->begin_ns);
    }
    return stalled_ns;
  }

  // The longest piece of one stall that lies within this time; too many of them, or a process that
  // is stopped, are one piece.
  int64_t LongestWithin(int64_t begin_ns, int64_t end_ns) const {
    int64_t longest_ns = std::max(Overlap({stopped_ns_, last_ns_}, begin_ns, end_ns),
                                  Overlap({uncounted_ns_, last_ns_}, begin_ns, end_ns));
    for (const Stall& stall : stalls_)
      longest_ns = std::max(longest_ns, Overlap(stall, begin_ns, end_ns));
    return longest_ns;
  }

 private:
  static constexpr size_t kStallsMost = 65'536;
  static constexpr int64_t kNever = INT64_MAX;

  struct Stall {
    int64_t begin_ns;
    int64_t end_ns;
  };

  static int64_t Overlap(const Stall& stall, int64_t begin_ns, int64_t end_ns) {
    const int64_t from_ns = std::max(stall.begin_ns, begin_ns);
    const int64_t until_ns = std::min(stall.end_ns, end_ns);
    return until_ns > from_ns ? until_ns - from_ns : 0;
  }

  void Add(int64_t begin_ns, int64_t end_ns) {
    if (stalls_.size() >= kStallsMost) {
      uncounted_ns_ = std::min(uncounted_ns_, begin_ns);
      return;
    }
    stalls_.push_back({begin_ns, end_ns});
    longest_ns_ = std::max(longest_ns_, end_ns - begin_ns);
  }

  std::vector<Stall> stalls_;  // by their ends
  int64_t longest_ns_ = 0;
  int64_t stopped_ns_ = kNever;    // the process has been stopped since then
  int64_t uncounted_ns_ = kNever;  // from here on there were too many
  int64_t last_ns_ = INT64_MIN;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_JUDGE_STALLS_H_
