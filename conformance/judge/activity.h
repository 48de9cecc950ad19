// What the tasks of a scenario are doing, by their stamps: the operations that are open right now.
//
// Judges use it to know what must be true of the processors: while an operation `spin` is open its
// task is running or runnable, so not every P is idle.
//
// Memory: bounded; beyond kTasksMost tasks at once the tracker says that it is lost.
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_JUDGE_ACTIVITY_H_
#define PROCTOR_CONFORMANCE_JUDGE_ACTIVITY_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <unordered_map>

#include "conformance/evidence/event.h"

namespace proctor {

class Activity {
 public:
  static constexpr size_t kTasksMost = 65'536;

  // The kinds of events that it follows; without any of them it is lost from the beginning, as it
  // is from the first gap on: a task that nobody saw begin or end may do anything.
  static EventKinds Kinds() {
    using enum EventKind;
    return KindSet({kTaskStart, kTaskEnd, kOpBegin, kOpEnd});
  }
  explicit Activity(const EventKinds& emitted)
      : sees_ready_(emitted[static_cast<size_t>(EventKind::kDescriptorReady)]),
        lost_((Kinds() & ~emitted).any()) {}

  void Observe(const Event& event);

  // How many tasks are inside this operation now.
  int64_t open(Op op) const { return open_[static_cast<size_t>(op)]; }

  // Tasks inside an operation that leaves nothing to run: block, wait, sleep, send, receive.
  int64_t open_waiting() const;

  // Tasks that have started and not ended.
  int64_t live() const { return static_cast<int64_t>(tasks_.size()); }

  // Tasks that were spawned and have not started: they are runnable.
  int64_t unstarted() const { return unstarted_; }

  // Since when there has always been one; INT64_MAX: there is none.
  int64_t live_since_ns() const { return lost_ ? INT64_MAX : live_since_ns_; }

  // Since when at least one `spin` has been open without interruption; INT64_MAX: none is.
  int64_t spinning_since_ns() const;

  // Since when no P can have been in a system call: every open operation computes or waits inside
  // the runtime, and has since then. INT64_MAX: some P may be in one now.
  int64_t free_of_calls_since_ns() const;

  // Since when every task that lives waits inside the runtime, for a timer, a descriptor or another
  // task: no P is in use on their behalf, nor in a system call. INT64_MAX: some task may run, none
  // lives, or a timer was set that fires for its own.
  int64_t resting_since_ns() const { return lost_ ? INT64_MAX : resting_since_ns_; }

  // With one P: since when the task that stamped last has been computing. Any other task
  // that gets that P stamps, so it has been in no system call since. INT64_MAX: not known.
  int64_t computes_alone_since_ns() const;

  // No timer of a task that sleeps is due before this; INT64_MAX: none sleeps.
  int64_t EarliestTimerNs() const;

  // When a task last stamped anything; INT64_MIN: never.
  int64_t last_stamp_ns() const { return last_stamp_ns_; }

  // A task may be on its way out of a `wait`, which it leaves by a system call that reads: bytes
  // have come for which no `wait` has ended.
  bool may_read() const { return open(Op::kWait) > 0 && (unread_ > 0 || !sees_ready_); }

  // When a task last began an operation that enters system calls; INT64_MIN: never.
  int64_t last_call_began_ns() const { return last_call_began_ns_; }

  // The world may have been stopped: a collection was asked for, tasks allocate, or the number of
  // processors was changed.
  bool may_collect() const { return may_collect_; }

  // What is said above no longer holds: a gap, or more tasks at once than can be tracked.
  bool lost() const { return lost_; }

 private:
  struct Open {
    Op op;
    int64_t since_ns;
    int64_t duration_ns = 0;
  };

  void Begin(const Event& event);
  void End(const Event& event);

  std::unordered_map<int64_t, Open> tasks_;
  std::array<int64_t, kOps> open_{};
  int64_t spinning_since_ns_ = INT64_MAX;
  int64_t live_since_ns_ = INT64_MAX;
  int64_t unstarted_ = 0;  // tasks made runnable that have not started
  int64_t last_call_ns_ = INT64_MIN;
  int64_t last_stamp_ns_ = INT64_MIN;
  int64_t last_call_began_ns_ = INT64_MIN;
  int64_t resting_since_ns_ = INT64_MAX;
  int64_t computes_since_ns_ = INT64_MAX;
  bool may_collect_ = false;
  bool has_timers_ = false;  // a task has set one that fires for its own
  bool sees_ready_;          // the evidence holds what became ready
  int64_t unread_ = 0;       // bytes that came, less the `wait`s that have ended
  bool lost_ = false;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_JUDGE_ACTIVITY_H_
