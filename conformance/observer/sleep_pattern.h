// The sleeps of one thread, as far as a monitor may be known by them.
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_OBSERVER_SLEEP_PATTERN_H_
#define PROCTOR_CONFORMANCE_OBSERVER_SLEEP_PATTERN_H_

#include <algorithm>
#include <array>
#include <cstdint>

#include "conformance/contract/tunables.h"

namespace proctor {

class SleepPattern {
 public:
  void Add(int64_t duration_ns) {
    naps_ = duration_ns > 0 && duration_ns <= kNapNsMost ? naps_ + 1 : 0;
    const int64_t shortest_ns = Tunables().shallow_min_ns;
    const bool ends_shortest = last_ns_ == shortest_ns && same_ >= kDecisiveRepeats;
    doubles_ = doubles_ || (ends_shortest && duration_ns == 2 * shortest_ns);
    same_ = duration_ns == last_ns_ ? same_ + 1 : 1;
    last_ns_ = duration_ns;
    if (same_ == kDecisiveRepeats && repeated_ < repeated_ns_.size())
      repeated_ns_[repeated_++] = duration_ns;
  }

  // It sleeps at most 100 ms at a time, again and again: a thread that ticks, whatever for.
  bool Ticks() const { return naps_ >= kDecisiveRepeats; }

  // It has asked for this sleep again and again, as a monitor does for the contract's shortest one
  // or what its adapter declares. Threads of libraries nap as well, but not for just that long.
  bool BeginsLikeAMonitor(int64_t sleep_ns = Tunables().shallow_min_ns) const {
    return std::find(repeated_ns_.begin(), repeated_ns_.begin() + repeated_, sleep_ns) !=
           repeated_ns_.begin() + repeated_;
  }

  // And then doubled them.
  bool DoublesLikeAMonitor() const { return doubles_; }

 private:
  static constexpr int64_t kDecisiveRepeats = 10;
  static constexpr int64_t kNapNsMost = 100'000'000;

  int64_t naps_ = 0;  // in a row
  int64_t last_ns_ = 0;
  int64_t same_ = 0;  // sleeps of last_ns_ in a row
  // The first few sleeps that came kDecisiveRepeats times in a row.
  std::array<int64_t, 8> repeated_ns_{};
  uint32_t repeated_ = 0;
  bool doubles_ = false;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_OBSERVER_SLEEP_PATTERN_H_
