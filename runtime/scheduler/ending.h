// How a runtime ends: when the main task has ended, or at a fatal error.
//
// Thread safety: begun() and Begin under the scheduler's lock; the rest anywhere.

#ifndef PROCTOR_RUNTIME_SCHEDULER_ENDING_H_
#define PROCTOR_RUNTIME_SCHEDULER_ENDING_H_

#include <atomic>

#include "runtime/base/note.h"
#include "runtime/scheduler/sched_lock.h"

namespace proctor::runtime {

class Ending {
 public:
  // The main task has ended; every thread that comes here ends.
  void Begin() REQUIRES(under_sched) {
    begun_ = true;
    over_.store(true, std::memory_order_seq_cst);
  }
  bool begun() const REQUIRES(under_sched) { return begun_; }
  // The same, for who must not take the lock.
  bool over(std::memory_order order = std::memory_order_relaxed) const { return over_.load(order); }

  // What Run waits for.
  Note& main_done() { return main_done_; }

  // The process ends on a fatal error. False: another thread is at it already.
  bool StartDying() { return !dying_.exchange(true); }
  bool dying() const { return dying_.load(std::memory_order_relaxed); }

 private:
  bool begun_ GUARDED_BY(under_sched) = false;
  std::atomic<bool> over_{false};
  std::atomic<bool> dying_{false};
  Note main_done_;
};

}  // namespace proctor::runtime

#endif  // PROCTOR_RUNTIME_SCHEDULER_ENDING_H_
