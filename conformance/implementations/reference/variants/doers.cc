// Variants that do what is due in another way that the contract leaves open.

#include <algorithm>
#include <cstdint>

#include "conformance/implementations/reference/mutants/pass_through_host.h"
#include "conformance/implementations/reference/variants/derived.h"
#include "conformance/implementations/reference/variants/groups.h"

namespace proctor {
namespace {

using mutants::PassThroughHost;
using runtime::LockId;
using runtime::Monitor;

// The cap first, then the counts, the P's own work last.
struct CapFirst : Monitor {
  using Monitor::Monitor;
  bool LeaveInSyscall(int32_t processor, bool expired, int64_t now_ns) override {
    Sighting& seen = StampOf(processor).syscall;
    const uint32_t tick = host_.SyscallTickOf(processor);
    if (!expired && !seen.Is(tick)) {
      seen = {.tick = tick, .since_ns = now_ns};
      return true;
    }
    if (now_ns - seen.since_ns >= constants_.syscall_cap_ns) return false;
    if (host_.IdleProcessors() == 0 && host_.SpinningThreads() == 0) return false;
    return !host_.HasLocalWork(processor);
  }
};

// Its thread may be back: a second look within the bracket, and no swap then.
struct LooksWithinTheBracket : Monitor {
  using Monitor::Monitor;
  bool TakeBySwap(int32_t processor) override {
    host_.AddIdleLocked(-1);
    bool won = false;
    if (host_.StatusOf(processor) == runtime::ProcessorStatus::kSyscall) {
      won = host_.SwapSyscallToIdle(processor);
      if (won) {
        host_.BumpSyscallTick(processor);
        host_.HandOff(processor);
      }
    }
    host_.AddIdleLocked(1);
    return won;
  }
};

// The note before the flag.
struct NoteBeforeFlag : PassThroughHost {
  using PassThroughHost::PassThroughHost;
  void SetMonitorWaits(bool waits) override {
    if (!waits) host_.ClearNote();
    host_.SetMonitorWaits(waits);
  }
  void ClearNote() override {}
};

// The clock is exact again after the flag is down and the note is clear.
struct ExactLater : PassThroughHost {
  using PassThroughHost::PassThroughHost;
  void RelaxClock(bool relaxed) override {
    if (relaxed) host_.RelaxClock(true);
    owed = !relaxed;
  }
  void Unlock(LockId lock) override {
    host_.Unlock(lock);
    if (lock == LockId::kSched && owed) {
      host_.RelaxClock(false);
      owed = false;
    }
  }
  bool owed = false;
};

// It follows the processors from the first second on, not from the first cycle.
struct RefreshesAfterASecond : Monitor {
  using Monitor::Monitor;
  void RefreshProcessors(int64_t now_ns) override {
    if (next_refresh_ns_ == INT64_MIN) next_refresh_ns_ = now_ns + constants_.refresh_procs_ns;
    Monitor::RefreshProcessors(now_ns);
  }
};

struct RefreshesFirst : Monitor {
  using Monitor::Monitor;
  void PollNetwork(int64_t now_ns) override {
    Monitor::RefreshProcessors(now_ns);
    Monitor::PollNetwork(now_ns);
  }
  void RefreshProcessors(int64_t) override {}
};

// The waiters are counted between the injection and the end of its bracket.
struct AdjustsWithinTheBracket : Monitor {
  using Monitor::Monitor;
  void InjectReady(const runtime::ReadyList& ready) override {
    host_.AddIdleLocked(-1);
    host_.Inject(ready);
    if (constants_.adjust_waiters) host_.AdjustWaiters(ready.waiters_delta);
    host_.AddIdleLocked(1);
  }
};

// Comparisons the other way round, and by difference.
struct ComparesByDifference : Monitor {
  using Monitor::Monitor;
  void PollNetwork(int64_t now_ns) override {
    const int64_t last_ns = host_.LastPollNs();
    if (!host_.PollerReady() || last_ns == 0) return;
    if (now_ns - last_ns <= constants_.poll_stale_ns) return;
    host_.SwapLastPoll(last_ns, now_ns);
    const runtime::ReadyList ready = host_.Poll(0);
    if (ready.count > 0) InjectReady(ready);
  }
  void RescueTimers(int64_t now_ns) override {
    if (!constants_.rescue_timers) return;
    const int64_t timer_ns = host_.EarliestTimerNs();
    if (timer_ns != INT64_MAX && now_ns - timer_ns > 0) host_.StartThread();
  }
};

// A thread is started for an overdue timer only where it sees that a P is idle.
struct RescuesWhereIdle : Monitor {
  using Monitor::Monitor;
  void RescueTimers(int64_t now_ns) override {
    if (!constants_.rescue_timers) return;
    if (host_.EarliestTimerNs() < now_ns && host_.IdleProcessors() > 0) host_.StartThread();
  }
};

struct EagerTrace : Monitor {
  using Monitor::Monitor;
  void PrintTrace(int64_t now_ns) override {
    if (constants_.trace_interval_ns <= 0) return;
    if (printed && now_ns - last_ns < constants_.trace_interval_ns) return;
    host_.PrintTrace(now_ns);
    printed = true;
    last_ns = now_ns;
  }
  bool printed = false;
  int64_t last_ns = 0;
};

}  // namespace

std::vector<const proctor_implementation*> DoingVariants() {
  return {
      DerivedImplementation<CapFirst>("cap_first"),
      DerivedImplementation<LooksWithinTheBracket>("looks_within_the_bracket"),
      DerivedHost<NoteBeforeFlag>("note_before_flag"),
      DerivedHost<ExactLater>("exact_later"),
      DerivedImplementation<RefreshesAfterASecond>("refreshes_after_a_second"),
      DerivedImplementation<RefreshesFirst>("refreshes_first"),
      DerivedImplementation<AdjustsWithinTheBracket>("adjusts_within_the_bracket"),
      DerivedImplementation<ComparesByDifference>("compares_by_difference"),
      DerivedImplementation<RescuesWhereIdle>("rescues_where_idle"),
      DerivedImplementation<EagerTrace>("eager_trace"),
  };
}

}  // namespace proctor
