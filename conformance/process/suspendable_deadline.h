// A deadline for what another process is to do, which stops while this one stands still: on a
// machine that was suspended, or starved for seconds, the other had no time either, and is not to
// blame.
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_PROCESS_SUSPENDABLE_DEADLINE_H_
#define PROCTOR_CONFORMANCE_PROCESS_SUSPENDABLE_DEADLINE_H_

#include <algorithm>
#include <cstdint>

namespace proctor {

class SuspendableDeadline {
 public:
  static constexpr int64_t kTurnNs = 100'000'000;        // waited at a time
  static constexpr int64_t kStandstillNs = 500'000'000;  // a turn that lasts so much longer
  static constexpr int64_t kMostNs = 120'000'000'000;    // of standstill, in all

  // CLOCK_MONOTONIC.
  explicit SuspendableDeadline(int64_t deadline_ns) : deadline_ns_(deadline_ns) {}

  // To be asked before every wait: how long that one may last. 0: the time is up.
  int64_t NextWaitNs(int64_t now_ns) {
    const int64_t turn_ns = began_ns_ == 0 ? 0 : now_ns - began_ns_;
    if (turn_ns > kTurnNs + kStandstillNs) {
      const int64_t granted_ns = std::min(turn_ns, kMostNs - granted_ns_);
      granted_ns_ += granted_ns;
      deadline_ns_ += granted_ns;
    }
    began_ns_ = now_ns;
    return std::clamp<int64_t>(deadline_ns_ - now_ns, 0, kTurnNs);
  }

 private:
  int64_t deadline_ns_;
  int64_t began_ns_ = 0;  // the turn; 0: none yet
  int64_t granted_ns_ = 0;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_PROCESS_SUSPENDABLE_DEADLINE_H_
