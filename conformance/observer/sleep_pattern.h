// The sleeps of one thread, as far as a monitor may be known by them.
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_OBSERVER_SLEEP_PATTERN_H_
#define PROCTOR_CONFORMANCE_OBSERVER_SLEEP_PATTERN_H_

#include <cstdint>

#include "conformance/contract/tunables.h"

namespace proctor {

class SleepPattern {
 public:
  void Add(int64_t duration_ns) {
    naps_ = duration_ns > 0 && duration_ns <= kNapNsMost ? naps_ + 1 : 0;
    const int64_t shortest_ns = Tunables().shallow_min_ns;
    doubles_ = doubles_ || (shortest_ >= kTelling && duration_ns == 2 * shortest_ns);
    shortest_ = duration_ns == shortest_ns ? shortest_ + 1 : 0;
  }

  // It sleeps at most 100 ms at a time, again and again: a thread that ticks, whatever for.
  bool Ticks() const { return naps_ >= kTelling; }

  // It began with the shortest sleeps of the contract, as a monitor does. Threads of libraries nap
  // as well, but not for just that long.
  bool BeginsLikeAMonitor() const { return shortest_ >= kTelling || doubles_; }

  // And then doubled them.
  bool DoublesLikeAMonitor() const { return doubles_; }

 private:
  static constexpr int64_t kTelling = 10;
  static constexpr int64_t kNapNsMost = 100'000'000;

  int64_t naps_ = 0;      // in a row
  int64_t shortest_ = 0;  // in a row
  bool doubles_ = false;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_OBSERVER_SLEEP_PATTERN_H_
