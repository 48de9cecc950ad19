// Hand-made evidence of tier D, for tests: a monitor of two processors, and cases of a clause each.
//
// Times are in nanoseconds. Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_JUDGE_SNAPSHOTS_SNAPSHOT_BUILDER_H_
#define PROCTOR_CONFORMANCE_JUDGE_SNAPSHOTS_SNAPSHOT_BUILDER_H_

#include <gtest/gtest.h>

#include <functional>
#include <ostream>
#include <string>

#include "conformance/judge/snapshots/snapshots.h"
#include "conformance/judge/trace_builder.h"

namespace proctor::snapshot_cases {

using enum ClauseId;
using enum EventKind;

inline constexpr int64_t kAll =
    kWatchHandOff | kWatchPreemptRequest | kWatchAdjustIdleLocked | kWatchInject | kWatchAssign;
inline constexpr int64_t kTick = 7;

enum : int64_t { kIdle = 1, kRunning = 2, kInSyscall = 3 };

// A monitor of two processors, cycle by cycle. Times of the monitor's own records are those at
// which it woke up.
class Snapshots : public TraceBuilder {
 public:
  Snapshots() {
    header.tiers = kD;
    header.in_force.procs = 2;
    for (const auto& [variable, value] :
         std::initializer_list<std::pair<Variable, int64_t>>{{Variable::kProcs, 2},
                                                             {Variable::kProcessorCount, 2},
                                                             {Variable::kMonitorWaits, 0},
                                                             {Variable::kMonitorNote, 0},
                                                             {Variable::kSchedLock, 0},
                                                             {Variable::kMonitorLock, 1},
                                                             {Variable::kAllPLock, 0},
                                                             {Variable::kStopPending, 0},
                                                             {Variable::kIdleProcessors, 0},
                                                             {Variable::kSpinningThreads, 0},
                                                             {Variable::kPollerReady, 1},
                                                             {Variable::kLastPoll, 0},
                                                             {Variable::kGlobalQueue, 0},
                                                             {Variable::kThreads, 4},
                                                             {Variable::kIdleThreads, 1},
                                                             {Variable::kIdleLocked, 0},
                                                             {Variable::kSystemThreads, 1},
                                                             {Variable::kHelperIdle, 1},
                                                             {Variable::kCollectorPercent, 100},
                                                             {Variable::kCollecting, 0},
                                                             {Variable::kLastCollection, 0},
                                                             {Variable::kScavengerAsked, 0},
                                                             {Variable::kScavengerParked, 1}}) {
      Set(variable, value);
    }
    for (int32_t p = 0; p < 2; ++p) {
      Of(p, Variable::kStatus, kRunning)
          .Of(p, Variable::kScheduleTick, kTick)
          .Of(p, Variable::kSyscallTick, kTick)
          .Of(p, Variable::kSeenScheduleTick, kTick)
          .Of(p, Variable::kSeenScheduleNs, now_ns)
          .Of(p, Variable::kSeenSyscallTick, 0)
          .Of(p, Variable::kSeenSyscallNs, 0)
          .Of(p, Variable::kLocalWork, 0)
          .Of(p, Variable::kNextTimer, 0)
          .Of(p, Variable::kMarked, 0)
          .Of(p, Variable::kIdleMark, 0)
          .Of(p, Variable::kOwner, 100 + p)
          .Of(p, Variable::kRunningTask, 200 + p);
    }
    Snap().Sleep();
  }

  Snapshots& Set(Variable variable, int64_t value) { return Of(-1, variable, value); }
  Snapshots& Of(int32_t p, Variable variable, int64_t value) {
    Event write = MakeEvent(
        now_ns, kWrite, {{Arg::kVariable, static_cast<int64_t>(variable)}, {Arg::kValue, value}});
    write.p = p;
    events.push_back(write);
    return *this;
  }
  Snapshots& Snap() {
    Add(kSnapshot, {{Arg::kWatched, watched}});
    return *this;
  }
  Snapshots& Sleep(int64_t duration_ns = 20 * kUs) {
    Set(Variable::kMonitorLock, keeps_lock ? 1 : 0).Snap();
    Add(kShallowSleep, {{Arg::kDurationNs, duration_ns}});
    now_ns += duration_ns + lateness_ns;
    return *this;
  }
  Snapshots& Wake() {
    Snap();
    Add(kShallowWake, {{Arg::kInterrupted, 0}});
    woke_ns = events.back().time_ns;
    return Set(Variable::kMonitorLock, takes_lock ? 1 : 0);
  }
  Snapshots& At(EventKind kind, int32_t p = -1,
                std::initializer_list<std::pair<Arg, int64_t>> args = {}) {
    Snap();
    Add(kind, args);
    events.back().p = p;
    return *this;
  }
  // The monitor itself reads or writes it, while the sched lock is held or free.
  Snapshots& Access(EventKind kind, Variable variable, int64_t value, bool locked) {
    Set(Variable::kSchedLock, locked ? 1 : 0);
    At(kind, -1, {{Arg::kVariable, static_cast<int64_t>(variable)}, {Arg::kValue, value}});
    return Set(Variable::kSchedLock, 0);
  }
  Snapshots& Adjust(int64_t delta) { return At(kAdjustIdleLocked, -1, {{Arg::kDelta, delta}}); }
  Snapshots& Start(int32_t p, int64_t spinning) {
    return At(kAssign, p, {{Arg::kSpinning, spinning}});
  }
  Snapshots& Wait(int64_t duration_ns) {
    now_ns += duration_ns;
    return *this;
  }
  // The processor becomes idle.
  Snapshots& Rest(int32_t p) {
    idle_[p] = true;
    return Of(p, Variable::kStatus, kIdle)
        .Of(p, Variable::kIdleMark, ++mark_)
        .Set(Variable::kIdleProcessors, idle_[0] + idle_[1]);
  }
  Snapshots& AllRest() { return Rest(0).Rest(1); }
  // It is in a system call that the monitor saw first `ago_ns` before.
  Snapshots& InCall(int32_t p, int64_t ago_ns) {
    return Of(p, Variable::kStatus, kInSyscall)
        .Of(p, Variable::kSeenSyscallTick, kTick)
        .Of(p, Variable::kSeenSyscallNs, now_ns - ago_ns);
  }
  // The only P is taken six times, with `global_queue` tasks on the global queue; the thread
  // that is started looks for work elsewhere, or does not.
  void OnlyP(int64_t global_queue, int64_t spinning) {
    Set(Variable::kProcs, 1).Set(Variable::kGlobalQueue, global_queue);
    for (int i = 0; i < 6; ++i) {
      Of(0, Variable::kSyscallTick, kTick).InCall(0, kMs).Wake().TakeP(0);
      Start(0, spinning).Adjust(1).Sleep();
    }
  }
  // A task begins a new slice and wakes the monitor from its deep sleep, nine times; whether the
  // cycle that was woken records its tick, or only the next one.
  void WakeUpsFromDeepSleep(bool records) {
    AllRest();
    for (int64_t tick = 8; tick < 17; ++tick) {
      Wake()
          .DeepSleepFor(60'000 * kMs)
          .Of(0, Variable::kStatus, kRunning)
          .Of(0, Variable::kIdleMark, 0);
      Of(0, Variable::kScheduleTick, tick).DeepWakeAfter(kUs, WakeCause::kWoken);
      const int64_t now = now_ns;
      if (!records) Sleep().Wake();
      Of(0, Variable::kSeenScheduleTick, tick);
      Of(0, Variable::kSeenScheduleNs, records ? now : woke_ns).Sleep().Wake().Rest(0).Sleep();
    }
  }
  // Five polls find one task ready each, while one task goes on on the only P.
  void PollOnTheOnlyP(int64_t adjustment, int64_t before_injection = 0) {
    header.profile = kGo1_22;
    int64_t waiters = 9;
    Set(Variable::kProcs, 1).Set(Variable::kPollWaiters, waiters);
    for (int i = 0; i < 5; ++i) {
      Wake().At(kPoll, -1, {{Arg::kTimeoutNs, 0}, {Arg::kReady, 1}});
      Set(Variable::kPollWaiters, waiters += before_injection).Adjust(-1).At(kInject).Adjust(1);
      Set(Variable::kPollWaiters, waiters += adjustment).Sleep();
    }
  }
  // A collection that is due is forced.
  void ForceOnce() {
    header.in_force.forcegc_period_ns = 200 * kMs;
    Set(Variable::kLastCollection, now_ns - 300 * kMs).Wake();
    Set(Variable::kHelperIdle, 0).At(kInject).Sleep();
  }
  // Six requests, each of which marks the task and, as often as is said, signals its thread.
  void RequestSixTimes(int signals) {
    Wait(11 * kMs);
    for (int i = 0; i < 6; ++i) {
      Of(0, Variable::kTaskMarked, 0).Wake().Set(Variable::kAllPLock, 1).At(kPreemptRequest, 0);
      Of(0, Variable::kMarked, 1).Of(0, Variable::kTaskMarked, 1);
      if (i < signals) At(kPreemptSignal, -1, {{Arg::kTarget, 100}, {Arg::kSignal, 23}});
      At(kPreemptRequest, 1).Set(Variable::kAllPLock, 0).Sleep();
    }
  }
  // Three polls, each of which notes a time so long before its cycle.
  void PollAndNote(int64_t before_cycle_ns) {
    Set(Variable::kLastPoll, now_ns);
    for (int i = 0; i < 3; ++i) {
      Wait(11 * kMs).Wake().Set(Variable::kLastPoll, woke_ns - before_cycle_ns);
      At(kPoll, -1, {{Arg::kTimeoutNs, 0}, {Arg::kReady, 0}}).Set(Variable::kAllPLock, 1);
      At(kPreemptRequest, 0).At(kPreemptRequest, 1).Set(Variable::kAllPLock, 0).Sleep();
    }
  }
  // Five times a task waits on the queue of a P for ten cycles; the other P is idle, and N threads
  // look for work.
  void WaitBesideAnIdleP(int64_t spinning) {
    for (int i = 0; i < 5; ++i) {
      Wake().Rest(1).Set(Variable::kSpinningThreads, spinning).Of(0, Variable::kLocalWork, 1);
      Sleep();
      for (int cycle = 0; cycle < 10; ++cycle) Wake().Sleep();
      Wake().Of(0, Variable::kLocalWork, 0);
      Of(1, Variable::kStatus, kRunning).Of(1, Variable::kIdleMark, 0).Sleep();
    }
  }
  // ... and is taken and handed off.
  Snapshots& TakeP(int32_t p) {
    return Adjust(-1)
        .Of(p, Variable::kStatus, kIdle)
        .Of(p, Variable::kSyscallTick, kTick + 1)
        .At(kHandOff, p);
  }
  Snapshots& DeepSleepFor(int64_t duration_ns, bool waits = true) {
    Set(Variable::kMonitorLock, keeps_lock ? 1 : 0);
    Set(Variable::kMonitorWaits, waits ? 1 : 0).Snap();
    Add(kDeepSleep, {{Arg::kDurationNs, duration_ns}});
    return *this;
  }
  Snapshots& DeepWakeAfter(int64_t duration_ns, WakeCause cause) {
    Wait(duration_ns).Snap();
    Add(kDeepWake, {{Arg::kCause, static_cast<int64_t>(cause)}});
    return Set(Variable::kMonitorWaits, 0);
  }

  int64_t watched = kAll;
  int64_t woke_ns = 0;
  bool takes_lock = true;   // the monitor, for its duties
  bool keeps_lock = false;  // ... and in its sleeps

 private:
  int64_t mark_ = 0;
  bool idle_[2] = {false, false};
};

struct Case {
  const char* name;
  ClauseId clause;
  Verdict verdict;
  std::function<void(Snapshots&)> tell;
  Profile profile = kDefaultProfile;
};

inline void PrintTo(const Case& tested, std::ostream* stream) { *stream << tested.name; }

class SnapshotJudges : public ::testing::TestWithParam<Case> {};

inline constexpr Verdict kKept = Verdict::kConforms;
inline constexpr Verdict kBroken = Verdict::kViolates;
inline constexpr Verdict kOpen = Verdict::kNotExercised;

}  // namespace proctor::snapshot_cases

#endif  // PROCTOR_CONFORMANCE_JUDGE_SNAPSHOTS_SNAPSHOT_BUILDER_H_
