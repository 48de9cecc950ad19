// Mutants of the deep sleep and its wake protocol: DEEP.

#include <algorithm>

#include "conformance/implementations/reference/mutants/groups.h"
#include "conformance/implementations/reference/mutants/pass_through_host.h"

namespace proctor::mutants {
namespace {

using runtime::Constants;
using runtime::LockId;
using runtime::Monitor;
using enum ClauseId;

// Looks only where the sched lock is held.
struct NoFirstTest : PassThroughHost {
  using PassThroughHost::PassThroughHost;
  void Lock(LockId lock) override {
    host_.Lock(lock);
    locked = locked || lock == LockId::kSched;
  }
  void Unlock(LockId lock) override {
    host_.Unlock(lock);
    locked = locked && lock != LockId::kSched;
  }
  bool StopPending() override { return !locked || host_.StopPending(); }
  bool locked = false;
};

// The two tests of a cycle come one after the other.
struct NoSecondTest : Monitor {
  using Monitor::Monitor;
  bool NothingToWatch() override {
    const bool second = tested_;
    tested_ = !second && Monitor::NothingToWatch();
    return second || tested_;
  }
  bool tested_ = false;
};

// The look at the clock comes before the shallow sleep, not after it.
struct ClockBeforeShallowSleep : PassThroughHost {
  using PassThroughHost::PassThroughHost;
  bool Sleep(int64_t duration_ns) override {
    before_ns = host_.NowNs();
    return host_.Sleep(duration_ns);
  }
  void Lock(LockId lock) override {
    host_.Lock(lock);
    if (lock == LockId::kMonitor) before_ns = -1;
  }
  int64_t NowNs() override { return before_ns >= 0 ? before_ns : host_.NowNs(); }
  int64_t before_ns = -1;
};

struct ClearsNoteTwice : Monitor {
  using Monitor::Monitor;
  void SleepDeepIfIdle() override {
    Monitor::SleepDeepIfIdle();
    host_.Lock(LockId::kSched);
    host_.ClearNote();
    host_.Unlock(LockId::kSched);
  }
};

struct NeverDeep : Monitor {
  using Monitor::Monitor;
  bool NothingToWatch() override { return false; }
};

struct DeepWhileOneRuns : Monitor {
  using Monitor::Monitor;
  bool NothingToWatch() override {
    return constants_.trace_interval_ns == 0 &&
           (host_.StopPending() || host_.IdleProcessors() >= host_.Processors() - 1);
  }
};

struct DeepWithTrace : Monitor {
  using Monitor::Monitor;
  bool NothingToWatch() override {
    return host_.StopPending() || host_.IdleProcessors() == host_.Processors();
  }
};

struct DeepTwice : Monitor {
  using Monitor::Monitor;
  void SleepDeepIfIdle() override {
    Monitor::SleepDeepIfIdle();
    Monitor::SleepDeepIfIdle();
  }
};

// An overdue timer is taken for one that is due in a moment.
struct OverdueIgnored : PassThroughHost {
  using PassThroughHost::PassThroughHost;
  int64_t NowNs() override { return now_ns = host_.NowNs(); }
  int64_t EarliestTimerNs() override { return std::max(host_.EarliestTimerNs(), now_ns + 1); }
  int64_t now_ns = 0;
};

struct DueNowCountsAsLater : PassThroughHost {
  using PassThroughHost::PassThroughHost;
  int64_t NowNs() override { return now_ns = host_.NowNs(); }
  int64_t EarliestTimerNs() override {
    const int64_t timer_ns = host_.EarliestTimerNs();
    return timer_ns == now_ns ? timer_ns + 1 : timer_ns;
  }
  int64_t now_ns = 0;
};

// The timer that decides is the one from before the lock: who sets an earlier one meanwhile is
// overslept.
struct TimerBeforeLock : PassThroughHost {
  using PassThroughHost::PassThroughHost;
  void Lock(LockId lock) override {
    if (lock == LockId::kSched) before_ns = host_.EarliestTimerNs();
    host_.Lock(lock);
    if (lock == LockId::kMonitor) before_ns = -1;
  }
  int64_t EarliestTimerNs() override {
    return before_ns >= 0 ? before_ns : host_.EarliestTimerNs();
  }
  int64_t before_ns = -1;
};

// It looks under the lock as well, and goes by what it saw with the clock.
struct TimerWithClock : PassThroughHost {
  using PassThroughHost::PassThroughHost;
  int64_t NowNs() override {
    before_ns = host_.EarliestTimerNs();
    return host_.NowNs();
  }
  int64_t EarliestTimerNs() override {
    host_.EarliestTimerNs();
    return before_ns;
  }
  int64_t before_ns = 0;
};

struct TimerIgnored : PassThroughHost {
  using PassThroughHost::PassThroughHost;
  int64_t NowNs() override { return now_ns = host_.NowNs(); }
  int64_t EarliestTimerNs() override {
    const int64_t timer_ns = host_.EarliestTimerNs();
    return timer_ns > now_ns ? INT64_MAX : timer_ns;
  }
  int64_t now_ns = 0;
};

struct DeepMaxDoubled : PassThroughHost {
  using PassThroughHost::PassThroughHost;
  bool SleepOnNote(int64_t timeout_ns) override {
    return host_.SleepOnNote(timeout_ns == constants_.deep_max_ns() ? 2 * timeout_ns : timeout_ns);
  }
};

struct FlagAfterUnlock : PassThroughHost {
  using PassThroughHost::PassThroughHost;
  void SetMonitorWaits(bool waits) override {
    put_off = waits;
    if (!waits) host_.SetMonitorWaits(false);
  }
  void Unlock(LockId lock) override {
    host_.Unlock(lock);
    if (put_off) host_.SetMonitorWaits(true);
    put_off = false;
  }
  bool put_off = false;
};

struct FlagNotPublished : PassThroughHost {
  using PassThroughHost::PassThroughHost;
  void SetMonitorWaits(bool waits) override {
    if (!waits) host_.SetMonitorWaits(false);
  }
};

struct FlagLeftUp : PassThroughHost {
  using PassThroughHost::PassThroughHost;
  void SetMonitorWaits(bool waits) override {
    if (waits) host_.SetMonitorWaits(true);
  }
};

struct NoteNotReset : PassThroughHost {
  using PassThroughHost::PassThroughHost;
  void ClearNote() override {}
};

struct NoteResetTooEarly : PassThroughHost {
  using PassThroughHost::PassThroughHost;
  bool SleepOnNote(int64_t timeout_ns) override {
    const bool woken = host_.SleepOnNote(timeout_ns);
    host_.ClearNote();
    return woken;
  }
  void ClearNote() override {}
};

struct NeverRelaxes : PassThroughHost {
  using PassThroughHost::PassThroughHost;
  void RelaxClock(bool) override {}
};

struct StaysRelaxed : PassThroughHost {
  using PassThroughHost::PassThroughHost;
  void RelaxClock(bool relaxed) override {
    if (relaxed) host_.RelaxClock(true);
  }
};

constexpr MonitorMutant kMutants[] = {
    {.name = "timer_before_lock",
     .clause = kDEEP_4,
     .text = "the timer that a deep sleep ends with is read before the sched lock is taken",
     .run = RunBehind<TimerBeforeLock>},
    {.name = "timer_with_clock",
     .clause = kDEEP_4,
     .text = "the timer that a deep sleep ends with is read with the clock, before the two tests",
     .run = RunBehind<TimerWithClock>},
    {.name = "no_first_test",
     .clause = kDEEP_1,
     .text = "whether it may sleep deep is looked at under the sched lock only",
     .run = RunBehind<NoFirstTest>},
    {.name = "no_second_test",
     .clause = kDEEP_1,
     .text = "whether it may sleep deep is not looked at again under the sched lock",
     .run = Run<NoSecondTest>},
    {.name = "never_deep", .clause = kCYC_1, .text = "it never sleeps deep", .run = Run<NeverDeep>},
    {.name = "deep_while_one_runs",
     .clause = kDEEP_11,
     .text = "it sleeps deep although one P is not idle",
     .run = Run<DeepWhileOneRuns>},
    {.name = "deep_with_trace",
     .clause = kDEEP_13,
     .text = "it sleeps deep although the scheduler trace is on",
     .run = Run<DeepWithTrace>},
    {.name = "deep_twice",
     .clause = kDEEP_14,
     .text = "it sleeps deep twice in a cycle",
     .run = Run<DeepTwice>},
    {.name = "overdue_timer_ignored",
     .clause = kDEEP_2,
     .text = "it sleeps deep although a timer is overdue",
     .run = RunBehind<OverdueIgnored>},
    {.name = "timer_due_now_ignored",
     .clause = kDEEP_2,
     .text = "it sleeps deep although a timer is due at this very moment",
     .run = RunBehind<DueNowCountsAsLater>},
    {.name = "next_timer_ignored",
     .clause = kDEEP_4,
     .text = "the deep sleep is not cut at the next timer",
     .run = RunBehind<TimerIgnored>},
    {.name = "deep_max_doubled",
     .clause = kDEEP_4,
     .text =
         "the deep sleep lasts for the whole period of forced collections instead of half of it",
     .run = RunBehind<DeepMaxDoubled>},
    {.name = "flag_after_unlock",
     .clause = kDEEP_3,
     .text = "the flag is published after the sched lock is released",
     .run = RunBehind<FlagAfterUnlock>},
    {.name = "flag_not_published",
     .clause = kDEEP_3,
     .text = "the flag is never published",
     .run = RunBehind<FlagNotPublished>},
    {.name = "flag_left_up",
     .clause = kDEEP_6,
     .text = "the flag stays up after the sleep",
     .run = RunBehind<FlagLeftUp>},
    {.name = "note_not_reset",
     .clause = kDEEP_6,
     .text = "the note is not reset after the sleep",
     .run = RunBehind<NoteNotReset>},
    {.name = "clock_before_shallow_sleep",
     .clause = kDEEP_4,
     .text = "the test for a deep sleep uses a clock read before the shallow sleep",
     .run = RunBehind<ClockBeforeShallowSleep>},
    {.name = "note_reset_twice",
     .clause = kDEEP_6,
     .text = "the note is reset once more under another hold of the sched lock",
     .run = Run<ClearsNoteTwice>},
    {.name = "note_reset_too_early",
     .clause = kDEEP_6,
     .text = "the note is reset before the sched lock is taken, so that a late wake-up stays in it",
     .run = RunBehind<NoteResetTooEarly>,
     .consequence = kDEEP_10},
    {.name = "never_relaxes",
     .clause = kDEEP_5,
     .text = "the clock is not relaxed for a long sleep",
     .run = RunBehind<NeverRelaxes>},
    {.name = "always_relaxes",
     .clause = kDEEP_5,
     .text = "the clock is relaxed for a short sleep, too",
     .run = RunWith<[](Constants& c) { c.relax_min_ns = 0; }>},
    {.name = "stays_relaxed",
     .clause = kDEEP_5,
     .text = "the clock stays relaxed after the sleep",
     .run = RunBehind<StaysRelaxed>},
};

}  // namespace

std::span<const MonitorMutant> OfDeepSleep() { return kMutants; }

}  // namespace proctor::mutants
