// Collections: whether one may be forced and when the last one ended, and the helper task that runs
// those that the monitor forces.
//
// Thread safety: each says.

#ifndef PROCTOR_RUNTIME_SCHEDULER_COLLECTIONS_H_
#define PROCTOR_RUNTIME_SCHEDULER_COLLECTIONS_H_

#include <atomic>
#include <cstdint>

#include "runtime/base/lock.h"
#include "runtime/scheduler/collector_hooks.h"
#include "runtime/scheduler/scheduler_trace.h"
#include "runtime/scheduler/task.h"
#include "runtime/scheduler/traced.h"
#include "runtime/sysmon/host.h"

namespace proctor::runtime {

class Collections {
 public:
  // Null: there is no heap.
  explicit Collections(CollectorHooks* hooks) : hooks_(hooks != nullptr ? *hooks : no_hooks_) {}
  Collections(const Collections&) = delete;
  Collections& operator=(const Collections&) = delete;

  // Any thread. `dying`: the process is ending on a fatal error.
  CollectorState State(bool dying) const;
  bool IsDue(bool dying, int64_t now_ns, int64_t period_ns) const;
  bool enabled() const { return hooks_.Enabled(); }
  int32_t percent() const { return hooks_.Percent(); }
  int64_t count() const { return count_.load(); }

  // By the task with this number, which has stopped the world.
  void Collect(SchedulerTrace& trace, int64_t task);
  // By the scavenger.
  void Scavenge() { hooks_.Scavenge(); }

  // Null: there is none. Set before any thread runs.
  Task* helper() const { return helper_; }
  void set_helper(Task* task) { helper_ = task; }
  Lock& helper_lock() RETURN_CAPABILITY(helper_lock_) { return helper_lock_; }
  // The helper waits to be asked. The flag may be read without the lock.
  bool ReadHelperIdle(SchedulerTrace& trace) const { return helper_idle_.Read(trace); }
  bool helper_idle() const { return helper_idle_.Load(); }
  void SetHelperIdle(SchedulerTrace& trace, bool idle) REQUIRES(helper_lock_) {
    helper_idle_.TraceThenStore(trace, idle);
  }

 private:
  CollectorHooks no_hooks_;
  CollectorHooks& hooks_;
  Traced<bool, TraceVariable::kCollecting> collecting_;
  Traced<int64_t, TraceVariable::kLastCollection> last_ns_;
  std::atomic<int64_t> count_{0};

  Lock helper_lock_{LockRank::kForcedGc};
  Traced<bool, TraceVariable::kHelperIdle> helper_idle_;
  Task* helper_ = nullptr;
};

}  // namespace proctor::runtime

#endif  // PROCTOR_RUNTIME_SCHEDULER_COLLECTIONS_H_
