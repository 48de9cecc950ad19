// A lull: since when no task has given a sign of life, and whether the process lived on in it.
//
// That a process ends with something still due proves nothing: it may have crashed, or been killed,
// a moment too early. What proves it is that the runtime itself came to rest with it: for seconds
// no task stamped anything, and the monitor went to sleep deep, which it does when every P is idle.
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_JUDGE_LULL_H_
#define PROCTOR_CONFORMANCE_JUDGE_LULL_H_

#include <cstdint>
#include <optional>

#include "conformance/evidence/event.h"
#include "conformance/judge/stalls.h"

namespace proctor {

class Lull {
 public:
  void Observe(const Event& event) {
    stalls_.Observe(event);
    switch (event.kind) {
      case EventKind::kTaskSpawn:
      case EventKind::kTaskStart:
      case EventKind::kTaskEnd:
      case EventKind::kOpBegin:
      case EventKind::kOpEnd:
        last_stamp_ = event;
        monitor_rests_ = false;
        break;
      case EventKind::kGap:
        last_stamp_.reset();
        monitor_rests_ = false;
        break;
      case EventKind::kDeepSleep:
        // A sleep that begins right after a stamp may have been decided on before it.
        if (last_stamp_ && event.time_ns - last_stamp_->time_ns > kDecisionNs) {
          monitor_rests_ = true;
        }
        break;
      default:
        break;
    }
  }

  // The last sign of life of a task; nullopt: there was none, or it may be missing.
  const std::optional<Event>& last_stamp() const { return last_stamp_; }

  // How long it has lasted, without the time in which nothing could run; 0: it is not known.
  int64_t QuietNsAt(int64_t time_ns) const {
    if (!last_stamp_) return 0;
    const int64_t since_ns = last_stamp_->time_ns;
    return time_ns - since_ns - stalls_.Within(since_ns, time_ns);
  }

  // Whatever was due when the lull began would have been done by now, if ever. Time in which
  // nothing could run is no part of it.
  bool IsLongAt(int64_t time_ns) const { return monitor_rests_ && QuietNsAt(time_ns) > kLongNs; }

 private:
  static constexpr int64_t kDecisionNs = 1'000'000;
  static constexpr int64_t kLongNs = 5'000'000'000;

  Stalls stalls_;
  std::optional<Event> last_stamp_;
  bool monitor_rests_ = false;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_JUDGE_LULL_H_
